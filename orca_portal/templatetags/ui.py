"""The UI components, built into every template: `templates/ui/` holds their looks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BoundField
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from lucide.templatetags.lucide import lucide

from changes.models import Person
from changes.vocabulary import PersonKind, label
from orca_portal.looks import look_of

register = template.Library()


@dataclass(frozen=True)
class Tab:
    label: str
    url: str
    is_current: bool = False
    count: int | None = None


@dataclass(frozen=True)
class Part:
    """A share of a whole, for `proportions`."""

    word: str
    count: int
    url: str = ""


@register.simple_tag
def icon(name: str, size: int = 16) -> str:
    """Decoration beside a word; a reader of the screen hears the word only."""
    return lucide(name, size=size, aria_hidden="true", focusable="false", **{"class": "icon"})


@register.inclusion_tag("ui/badge.html")
def badge(word: str, text: str = "") -> dict[str, Any]:
    return {"look": look_of(word), "text": text or label(word)}


@register.filter
def words(value: str) -> str:
    """`not_applicable` as a person reads it."""
    return label(value)


@register.inclusion_tag("ui/when.html")
def when(at: datetime | date | None, form: str = "full", otherwise: str = "") -> dict[str, Any]:
    is_instant = isinstance(at, datetime)
    return {"at": at, "form": form, "otherwise": otherwise, "is_instant": is_instant}


@register.inclusion_tag("ui/digest.html")
def digest(value: str, length: int = 12, otherwise: str = "none") -> dict[str, Any]:
    return {"value": value, "short": value[:length], "otherwise": otherwise}


@register.inclusion_tag("ui/who.html")
def who(person: Person | None, otherwise: str = "somebody unknown") -> dict[str, Any]:
    is_machine = person is not None and person.kind != PersonKind.HUMAN
    return {"person": person, "otherwise": otherwise, "is_machine": is_machine}


@register.simple_block_tag
def panel(
    content: str, heading: str, *, name: str = "", note: str = "", level: int = 2, link: str = ""
) -> SafeString:
    values = {"heading": heading, "name": name, "note": note, "level": level, "link": link}
    return render_to_string("ui/panel.html", {**values, "content": content})


@register.simple_block_tag
def table(content: str, caption: str, *, kind: str = "") -> SafeString:
    return render_to_string("ui/table.html", {"content": content, "caption": caption, "kind": kind})


@register.simple_block_tag
def empty(content: str, heading: str, *, icon: str = "inbox") -> SafeString:
    return render_to_string("ui/empty.html", {"content": content, "heading": heading, "icon": icon})


@register.simple_block_tag
def message(content: str, level: str = "info") -> SafeString:
    look = look_of(level)
    return render_to_string("ui/message.html", {"content": content, "look": look})


@register.simple_block_tag
def definitions(content: str, *, kind: str = "") -> SafeString:
    return render_to_string("ui/definitions.html", {"content": content, "kind": kind})


@register.inclusion_tag("ui/button.html")
def button(
    text: str,
    icon: str = "",
    *,
    url: str = "",
    kind: str = "plain",
    name: str = "",
    value: str = "",
) -> dict[str, Any]:
    return {"text": text, "icon": icon, "url": url, "kind": kind, "name": name, "value": value}


@register.simple_tag
def field(bound: BoundField) -> SafeString:
    return bound.as_field_group()


@register.inclusion_tag("ui/progress.html")
def progress(text: str, value: int, maximum: int, *, name: str = "progress") -> dict[str, Any]:
    return {"text": text, "value": value, "maximum": maximum, "name": name}


@register.inclusion_tag("ui/tabs.html")
def tabs(items: Sequence[Tab], caption: str) -> dict[str, Any]:
    return {"tabs": items, "caption": caption}


@register.inclusion_tag("ui/proportions.html")
def proportions(parts: Sequence[Part], caption: str) -> dict[str, Any]:
    """A bar of shares with its numbers in words below; empty shares are left out."""
    shown = [part for part in parts if part.count]
    total, x, bars = sum(part.count for part in shown), 0.0, []
    for part in shown:
        width = 100 * part.count / total
        bars.append({"part": part, "look": look_of(part.word), "x": x, "width": width})
        x += width
    return {"bars": bars, "total": total, "caption": caption}


@register.inclusion_tag("ui/pager.html", takes_context=True)
def pager(context: template.Context, page: Page[Any], noun: str = "rows") -> dict[str, Any]:
    return {"page": page, "noun": noun, "request": context["request"]}
