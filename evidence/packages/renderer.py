"""WeasyPrint, set up once in the life of a process: styles, fonts, and nothing to fetch."""

import warnings
from collections.abc import Sequence
from functools import cache
from io import BytesIO
from typing import Never

from django.conf import settings
from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from evidence.packages.enclosed import Enclosed
from evidence.packages.styles import SHEETS, tokens

VARIANT = "pdf/a-3a"


class NothingIsFetched(ValueError):
    """A sheet asked for something outside itself."""


class Refuse(URLFetcher):  # type: ignore[misc] # WeasyPrint has no type hints
    """A sheet is whole in itself: whatever it asks for is refused."""

    def fetch(self, url: str, headers: object = None) -> Never:  # noqa: ARG002 - WeasyPrint's own
        raise NothingIsFetched(url)


def pdf_of(html: str, identifier: str, enclosed: Sequence[Enclosed] = ()) -> bytes:
    """Tagged PDF/A; the same bytes for the same HTML and files, whoever renders it when."""
    styles, fonts = _styles()
    document = HTML(string=html, url_fetcher=Refuse())
    target = BytesIO()
    with warnings.catch_warnings():
        # WeasyPrint leaves it to the collector to close its colour profile.
        warnings.simplefilter("ignore", ResourceWarning)
        document.write_pdf(
            target,
            stylesheets=styles,
            font_config=fonts,
            pdf_variant=VARIANT,
            pdf_tags=True,
            pdf_identifier=identifier.encode(),
            attachments=[_attachment(file) for file in enclosed],
        )
    return target.getvalue()


def _attachment(file: Enclosed) -> Attachment:
    return Attachment(
        file_obj=BytesIO(file.content),
        url_fetcher=Refuse(),
        name=file.name,
        description=file.description,
        created=file.at,
        modified=file.at,
        relationship="Data",
    )


@cache
def _styles() -> tuple[list[CSS], FontConfiguration]:
    sheet = (settings.BASE_DIR / SHEETS / "sheet.css").read_text(encoding="utf-8")
    fonts = FontConfiguration()
    texts = (tokens(), sheet)
    return [CSS(string=text, font_config=fonts, url_fetcher=Refuse()) for text in texts], fonts
