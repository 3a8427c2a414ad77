"""A record as plain values: what an event's digest is taken over."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models.fields.files import FieldFile

from evidence.ledger.canonical import canonical, sha256_hex, utc_text
from evidence.ledger.shapes import is_blank, shape_of

Links = Mapping[str, Sequence[int]]


def record_name(record: models.Model) -> str:
    return f"{record._meta.model_name}:{record.pk}"


def record_values(record: models.Model, links: Links | None = None) -> dict[str, Any]:
    """What is told in the clear: every column that is not private and not at its default, as
    canonical JSON allows it, and the keys of what is linked; `links` where these are known.
    """
    shape = shape_of(type(record))
    held = {name: getattr(record, name) for name in shape.plain}
    told = {n: plain(v) for n, v in held.items() if v is not None and v != shape.defaults[n]}
    if shape.relations:
        linked = links if links is not None else links_of([record])[record.pk]
        told |= {name: keys for name, keys in linked.items() if keys}
    return told


def record_digest(record: models.Model, links: Links | None = None) -> str:
    return sha256_hex(canonical(record_values(record, links)))


def private_values(record: models.Model) -> dict[str, Any]:
    """What an event only commits to. Blank fields hold nothing that could be kept private."""
    values = {name: getattr(record, name) for name in shape_of(type(record)).private}
    return {name: plain(value) for name, value in values.items() if not is_blank(value)}


def links_of(records: Sequence[models.Model]) -> dict[Any, dict[str, list[int]]]:
    """Of records of one model: by key, the sorted keys that each many-to-many field links to."""
    found: dict[Any, dict[str, list[int]]] = {}
    relations = shape_of(type(records[0])).relations if records else ()
    for record in records:
        found[record.pk] = {field.name: [] for field in relations}
    for field in relations:
        source, target = f"{field.m2m_field_name()}_id", f"{field.m2m_reverse_field_name()}_id"
        through: Any = field.remote_field.through
        rows = through._meta.base_manager.filter(**{f"{source}__in": list(found)}).order_by(target)
        for key, linked in rows.values_list(source, target):
            found[key][field.name].append(linked)
    return found


def links_by_name(records: Iterable[models.Model]) -> dict[str, dict[str, list[int]]]:
    """Of records of any models, in one query for each many-to-many field."""
    by_model: dict[type[models.Model], list[models.Model]] = defaultdict(list)
    for record in records:
        by_model[type(record)].append(record)
    return {
        f"{model._meta.model_name}:{key}": links
        for model, rows in by_model.items()
        if shape_of(model).relations
        for key, links in links_of(rows).items()
    }


def plain(value: Any) -> Any:
    """Times become UTC text with microseconds; decimals and files become text.

    A decimal loses the zeros at its end, so that it reads the same before it is stored as after.
    """
    match value:
        case datetime():
            return utc_text(value)
        case date() | time():
            return value.isoformat()
        case Decimal():
            return f"{value.normalize():f}"
        case FieldFile():
            return str(value)
        case dict():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case float():
            return repr(value)
    return value
