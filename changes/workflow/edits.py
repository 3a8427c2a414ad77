"""Which fields of a row an edit changed, told so that no free text stands in the log."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db import models

PRIVATE = "not told here"
SECRET = ("password", "last_login")
# Text that is a name for machines, or one of a list of words, says nothing personal.
TELLING_TEXT = (models.SlugField,)


def edits_between(before: models.Model, after: models.Model) -> dict[str, Any]:
    """Each changed field with its value before and after; of free text, of what is personal and
    of secrets only that it changed. The event of the edit commits to their new value by a salted
    digest (docs/decisions/0072), so here they need not stand.
    """
    fields = [f for f in after._meta.concrete_fields if not f.primary_key]
    changed = [f for f in fields if getattr(before, f.attname) != getattr(after, f.attname)]
    return {f.name: _told(f, before, after) for f in changed if f.name not in SECRET[1:]}


def _told(field: "models.Field[Any, Any]", before: models.Model, after: models.Model) -> Any:
    if is_told(field):
        return [_plain(getattr(row, field.attname)) for row in (before, after)]
    return PRIVATE


def is_told(field: "models.Field[Any, Any]") -> bool:
    """Numbers, days, times, yes and no, links, and words from a list."""
    if field.name in SECRET:
        return False
    is_text = isinstance(field, models.CharField | models.TextField | models.JSONField)
    return not is_text or isinstance(field, TELLING_TEXT) or bool(field.choices)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
