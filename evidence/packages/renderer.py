"""WeasyPrint, set up once in the life of a process: styles, fonts, and nothing to fetch."""

import warnings
from functools import cache
from io import BytesIO
from typing import Never

from django.conf import settings
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from evidence.packages.styles import SHEETS, tokens

VARIANT = "pdf/a-3a"


class NothingIsFetched(ValueError):
    """A sheet asked for something outside itself."""


class Refuse(URLFetcher):  # type: ignore[misc] # WeasyPrint has no type hints
    """A sheet is whole in itself: whatever it asks for is refused."""

    def fetch(self, url: str, headers: object = None) -> Never:  # noqa: ARG002 - WeasyPrint's own
        raise NothingIsFetched(url)


def pdf_of(html: str, identifier: str) -> bytes:
    """Tagged PDF/A; the same bytes for the same HTML, whoever renders it when."""
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
        )
    return target.getvalue()


@cache
def _styles() -> tuple[list[CSS], FontConfiguration]:
    sheet = (settings.BASE_DIR / SHEETS / "sheet.css").read_text(encoding="utf-8")
    fonts = FontConfiguration()
    texts = (tokens(), sheet)
    return [CSS(string=text, font_config=fonts, url_fetcher=Refuse()) for text in texts], fonts
