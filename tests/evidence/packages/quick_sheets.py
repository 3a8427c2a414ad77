import pytest

from evidence.packages import document, dossiers


@pytest.fixture
def quick_sheets(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Sheets that say what was asked for and are rendered in no time; the list names each."""
    rendered: list[str] = []

    def render(template: str, context: dict[str, object], _: object = ()) -> bytes:
        rendered.append(str(context["title"]))
        return f"%PDF {template} {context['title']} {context.get('sha256')} %%EOF".encode()

    monkeypatch.setattr(dossiers, "render_sheet", render)
    monkeypatch.setattr(document, "render_sheet", render)
    return rendered
