"""Where sheets and their styles lie, and the tokens that they share with the pages."""

from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders

SHEETS = Path("templates") / "pdf"


@cache
def tokens() -> str:
    """The custom properties that pages and sheets share."""
    return Path(str(finders.find("orca/tokens.css"))).read_text(encoding="utf-8")
