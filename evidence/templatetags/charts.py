"""Drawing charts as SVG: sums for coordinates, and the colours that pages use as well."""

import re
from functools import cache

from django import template

from evidence.packages.styles import tokens

register = template.Library()

_COLOUR = re.compile(r"--([a-z-]+):\s*(#[0-9a-f]{6})\s*;")


@cache
def tones() -> dict[str, str]:
    """Token to colour, for SVG that cannot read custom properties."""
    return dict(_COLOUR.findall(tokens()))


@register.simple_tag
def tone(name: str) -> str:
    return tones()[name]


@register.filter
def add_to(number: float, more: float) -> str:
    """A coordinate without noise in its last digits."""
    return f"{number + more:.2f}".rstrip("0").rstrip(".")
