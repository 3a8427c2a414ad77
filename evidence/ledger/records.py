"""A record as plain values: what an event's digest is taken over."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models.fields.files import FieldFile

from evidence.ledger.canonical import canonical, sha256_hex, utc_text


def record_name(record: models.Model) -> str:
    return f"{record._meta.model_name}:{record.pk}"


def record_values(record: models.Model) -> dict[str, Any]:
    """Every column of the row but passwords, as canonical JSON allows them."""
    return {
        column.attname: plain(getattr(record, column.attname))
        for column in record._meta.concrete_fields
        if column.attname not in ("password", "last_login")
    }


def record_digest(record: models.Model) -> str:
    return sha256_hex(canonical(record_values(record)))


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
