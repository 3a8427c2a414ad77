"""The UI components, built into every template: `templates/ui/` holds their looks."""

from collections.abc import Mapping, Sequence
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


@register.simple_tag
def icon(name: str, size: int = 16) -> str:
    """Decoration beside a word; a reader of the screen hears the word only."""
    return lucide(name, size=size, aria_hidden="true", focusable="false", **{"class": "icon"})


@register.inclusion_tag("ui/badge.html")
def badge(word: str, text: str = "") -> dict[str, Any]:
    return {"look": look_of(word), "text": text or label(word)}


@register.inclusion_tag("ui/mark.html")
def mark(word: str) -> dict[str, Any]:
    """The icon of a moment, in its tone; the word beside it says what it is."""
    return {"look": look_of(word)}


@register.filter
def words(value: str) -> str:
    """`not_applicable` as a person reads it."""
    return label(value)


@register.simple_tag
def when(at: datetime | date | None, form: str = "full", otherwise: str = "") -> SafeString:
    is_instant = isinstance(at, datetime)
    values = {"at": at, "form": form, "otherwise": otherwise, "is_instant": is_instant}
    return _inline("ui/when.html", values)


@register.simple_tag
def digest(value: str, length: int = 12, otherwise: str = "none") -> SafeString:
    values = {"value": value, "short": value[:length], "otherwise": otherwise}
    return _inline("ui/digest.html", values)


@register.simple_tag
def who(person: Person | None, otherwise: str = "somebody unknown") -> SafeString:
    is_machine = person is not None and person.kind != PersonKind.HUMAN
    values = {"person": person, "otherwise": otherwise, "is_machine": is_machine}
    return _inline("ui/who.html", values)


@register.inclusion_tag("ui/outward.html")
def outward(url: str, text: str = "") -> dict[str, Any]:
    """A link to another site, where the address is one: any other scheme is shown as text."""
    is_safe = url.lower().startswith(("https://", "http://"))
    return {"url": url, "text": text or url, "is_safe": is_safe}


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
def nothing(content: str, heading: str, *, icon: str = "inbox") -> SafeString:
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
def proportions(counts: Mapping[str, int], caption: str) -> dict[str, Any]:
    """A bar of shares with its numbers in words below; empty shares are left out."""
    shown = {word: count for word, count in (counts or {}).items() if count}
    total, x, bars = sum(shown.values()), 0.0, []
    for word, count in shown.items():
        width = 100 * count / total
        bars.append({"word": word, "count": count, "look": look_of(word), "x": x, "width": width})
        x += width
    return {"bars": bars, "total": total, "caption": caption}


@register.inclusion_tag("ui/pager.html", takes_context=True)
def pager(context: template.Context, page: Page[Any], noun: str = "rows") -> dict[str, Any]:
    return {"page": page, "noun": noun, "request": context["request"]}


@register.inclusion_tag("ui/sort_head.html", takes_context=True)
def sort_head(context: template.Context, name: str, text: str, sortable: bool) -> dict[str, Any]:
    """The head of a column; a link that sorts by it, the other way round the second time."""
    sort = context.get("sort") or ""
    is_current = sort.removeprefix("-") == name
    return {
        "text": text,
        "sortable": sortable,
        "is_current": is_current,
        "is_down": sort.startswith("-"),
        "next": f"-{name}" if sort == name else name,
        "request": context["request"],
    }


def _inline(name: str, values: dict[str, Any]) -> SafeString:
    """Inside a sentence: no white space of the template may stand before a full stop."""
    return SafeString(" ".join(render_to_string(name, values).split()))
