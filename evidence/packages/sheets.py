"""Sheets: a template and its facts become one PDF."""

from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from evidence.ledger.canonical import sha256_hex
from evidence.packages.enclosed import Enclosed
from evidence.packages.styles import SHEETS, tokens

# What no printed page shows: control characters, which spoil the text of a PDF, and marks that
# turn the direction of writing, which make one text look like another. They are shown as such.
UNSEEN = {
    code: "\N{REPLACEMENT CHARACTER}"
    for span in ((0, 9), (11, 13), (14, 32), (127, 160), (0x202A, 0x202F), (0x2066, 0x206A))
    for code in range(*span)
}


def render_sheet(
    template: str, context: dict[str, Any], enclosed: Sequence[Enclosed] = ()
) -> bytes:
    """One PDF. Its dates and its identifier come from the content alone."""
    # Pages and most commands never render: they shall not load WeasyPrint and Pango.
    from evidence.packages.renderer import pdf_of  # noqa: PLC0415

    page = render_to_string(f"pdf/{template}", {"language": "en", **context})
    html = page.translate(UNSEEN)
    return pdf_of(html, sha256_hex(html.encode())[:32], enclosed)


@cache
def edition() -> str:
    """The digest of everything of ours that shapes a sheet: templates, styles, the renderer."""
    folder = settings.BASE_DIR / SHEETS
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    parts = [f"{path.relative_to(folder)} {sha256_hex(path.read_bytes())}" for path in files]
    parts += [f"tokens {sha256_hex(tokens().encode())}", f"weasyprint {version('weasyprint')}"]
    return sha256_hex("\n".join(parts).encode())
