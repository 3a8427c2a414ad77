"""Columns of a row as JSON text: what `records.plain` and `canonical` make of them, at once.

The database writes the text of every column that it can (`sql.py`); what only a model can read,
such as JSON, is fetched as it is held and written here.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from json.encoder import encode_basestring
from typing import Any, NamedTuple

from django.db import connection, models
from django.db.models.expressions import Col

from evidence.ledger.canonical import canonical
from evidence.ledger.records import plain
from evidence.ledger.shapes import default_of, is_blank
from evidence.ledger.whole import sql


class Part(NamedTuple):
    """A stretch of a row's text, in the order of the names, each with a comma before its name.

    `select` for the query: the text itself, or a value of which `encode` makes it, empty where it
    is not told. For the links of `relation` there is nothing to select.
    """

    select: str = ""
    encode: Callable[[Any], str] | None = None
    relation: str = ""


def plain_parts(fields: Iterable[Any], relations: Iterable[Any]) -> list[Part]:
    """Of what is told in the clear, by name, with the links in their places."""
    columns = [(f.attname, _plain(f)) for f in fields]
    linked = [(relation.name, Part(relation=relation.name)) for relation in relations]
    return list(_joined(part for _, part in sorted(columns + linked, key=lambda pair: pair[0])))


def private_parts(fields: Iterable[Any]) -> list[Part]:
    """Of what is committed to, where it is not blank."""
    return list(_joined(_part(field, "", is_blank) for field in fields))


def json_text(value: Any) -> str:
    """As `canonical` has it, and many times as fast for a text."""
    return encode_basestring(value) if isinstance(value, str) else canonical(value).decode()


def opened_texts(stored: str) -> list[tuple[str, bytes, str]]:
    """Field, salt and JSON text of each value that a disclosure opens, by field."""
    held = json.loads(stored)
    return [
        (field, bytes.fromhex(held[field][0]), json_text(held[field][1])) for field in sorted(held)
    ]


def _joined(parts: Iterable[Part]) -> Iterator[Part]:
    """Neighbours that the database writes are one part."""
    for is_written, group in groupby(parts, lambda part: bool(part.select and not part.encode)):
        if is_written:
            yield Part(" || ".join(part.select for part in group))
        else:
            yield from group


def _plain(field: Any) -> Part:
    default = default_of(field)
    return _part(field, default, lambda value: bool(value == default))


def _part(field: Any, skipped: Any, is_skipped: Callable[[Any], bool]) -> Part:
    """A value that equals `skipped` is not told: a default, or what is blank."""
    name, prefix = f'"{field.column}"', f',"{field.attname}":'
    match field.target_field if field.remote_field else field:
        case models.BooleanField():
            return _written(field, prefix, sql.truth(name), skipped)
        case models.IntegerField():
            return _written(field, prefix, sql.text(name), skipped)
        case models.DateTimeField():
            return _written(field, prefix, f"'\"' || {sql.moment(name)} || '\"'", None)
        case models.CharField() | models.TextField() | models.FileField():
            return _written(field, prefix, sql.quoted(name), skipped)
        case models.JSONField():
            name = sql.text(name)
            for empty in ("[]", "{}"):
                if is_skipped(json.loads(empty)):
                    name = f"NULLIF({name}, '{empty}')"
    return Part(name, _encoded(field, prefix, is_skipped))


def _written(field: Any, prefix: str, text: str, skipped: Any) -> Part:
    name, told = f'"{field.column}"', f"'{prefix}' || {text}"
    unless = [f"{name} IS NULL"] if field.null else []
    if isinstance(skipped, str | int):
        unless.append(f"{name} = {sql.literal(skipped)}")
    return Part(f"CASE WHEN {' OR '.join(unless)} THEN '' ELSE {told} END" if unless else told)


def _encoded(field: Any, prefix: str, is_skipped: Callable[[Any], bool]) -> Callable[[Any], str]:
    """As the model would have the value."""
    column = Col(field.model._meta.db_table, field)
    converters = [
        *connection.ops.get_db_converters(column),
        *field.get_db_converters(connection),
    ]

    def encode(value: Any) -> str:
        for convert in converters:
            value = convert(value, column, connection)
        return "" if value is None or is_skipped(value) else prefix + json_text(plain(value))

    return encode
