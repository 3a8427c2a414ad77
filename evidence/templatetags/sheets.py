"""Filters of the sheets: instants, digests and words as a printed page shows them."""

import re

from django import template

from changes.vocabulary import Verdict, label
from evidence.packages.plain import instant
from evidence.packages.plain import iso as iso_text
from evidence.vocabulary import ATTRIBUTE_NAMES, Attribute

register = template.Library()

_ABBREVIATIONS = re.compile(r"\b(kpi|api|readme)\b")
SHORT_WORDS = {Verdict.NOT_APPLICABLE.value: "n/a"}


@register.filter
def iso(text: str | None) -> str:
    return iso_text(text)


@register.filter
def utc(text: str | None) -> str:
    """An instant to the second; the sheet says that all times are in UTC."""
    at = instant(text)
    return f"{at:%Y-%m-%d %H:%M:%S}" if at else ""


@register.filter
def minute(text: str) -> str:
    """An instant of a table's row (ISO 8601 with Z), to the minute."""
    return text[:16].replace("T", " ")


@register.filter
def day(text: str | None) -> str:
    return text[:10] if text else ""


@register.filter
def short(digest: str | None) -> str:
    return (digest or "")[:12]


@register.filter
def says(word: str | None) -> str:
    """`not_applicable` as a person reads it."""
    return _ABBREVIATIONS.sub(lambda found: found[0].upper(), label(word or ""))


@register.filter
def opens(word: str | None) -> str:
    """The same where it opens a line."""
    text = says(word)
    return text[:1].upper() + text[1:]


@register.filter
def cell_word(verdict: str) -> str:
    """The verdict in the narrow cells of the matrix."""
    return SHORT_WORDS.get(verdict, label(verdict))


@register.filter
def attribute_name(letter: str) -> str:
    return ATTRIBUTE_NAMES[Attribute(letter)]


@register.filter
def stage(name: str) -> str:
    """A rollout stage: `10` is ten percent."""
    return f"{name} %" if name.isdigit() else name
