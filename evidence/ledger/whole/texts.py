"""A value of a column as JSON text: what `records.plain` and `canonical` make of it, at once."""

import json
from collections.abc import Callable
from json.encoder import encode_basestring
from typing import Any, NamedTuple

from django.db import connection, models
from django.db.models.expressions import Col

from evidence.ledger.canonical import canonical
from evidence.ledger.records import plain
from evidence.ledger.shapes import default_of, is_blank
from evidence.ledger.whole.raw import as_text, moment, moment_text

Encode = Callable[[Any], str]


class Column(NamedTuple):
    """`select` for the query; a value that equals `skipped` as it stands is not told; `encode`
    gives the text of any other, or nothing where that one is not told either.
    """

    select: str
    prefix: str
    skipped: Any
    encode: Callable[[Any], str]


def json_text(value: Any) -> str:
    """As `canonical` has it, and many times as fast for a text."""
    return encode_basestring(value) if isinstance(value, str) else canonical(value).decode()


def plain_column(field: "models.Field[Any, Any]") -> Column:
    default = default_of(field)
    return _column(field, default, lambda value: bool(value == default))


def private_column(field: "models.Field[Any, Any]") -> Column:
    return _column(field, "", is_blank)


def _column(field: Any, skipped: Any, is_skipped: Callable[[Any], bool]) -> Column:
    name, prefix = f'"{field.column}"', f'"{field.attname}":'
    of = field.target_field if field.remote_field else field
    match of:
        case models.BooleanField():
            return Column(name, prefix, skipped, _of_bool)
        case models.IntegerField():
            return Column(name, prefix, skipped, str)
        case models.DateTimeField():
            text = moment_text()
            return Column(moment(name), prefix, None, lambda value: f'"{text(value)}"')
        case models.CharField() | models.TextField() | models.FileField():
            return Column(name, prefix, skipped, encode_basestring)
        case models.JSONField():
            empty = "[]" if is_skipped([]) else "{}" if is_skipped({}) else None
            return Column(as_text(name), prefix, empty, _converted(field, is_skipped))
    return Column(name, prefix, None, _converted(field, is_skipped))


def _of_bool(value: Any) -> str:
    return "true" if value else "false"


def _converted(field: Any, is_skipped: Callable[[Any], bool]) -> Encode:
    """As the model would have the value."""
    column = Col(field.model._meta.db_table, field)
    converters = [
        *connection.ops.get_db_converters(column),
        *field.get_db_converters(connection),
    ]

    def encode(value: Any) -> str:
        for convert in converters:
            value = convert(value, column, connection)
        return "" if value is None or is_skipped(value) else json_text(plain(value))

    return encode


def opened_texts(stored: str) -> list[tuple[str, bytes, str]]:
    """Field, salt and JSON text of each value that a disclosure opens, by field."""
    held = json.loads(stored)
    return [
        (field, bytes.fromhex(held[field][0]), json_text(held[field][1])) for field in sorted(held)
    ]
