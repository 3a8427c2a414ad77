"""Rows as the database holds them: in a stream, past the models, with times as text.

On PostgreSQL the values come in its binary form through a cursor of the server; on SQLite as
they are stored. Both are many times as fast as rows of models.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.db import connection, transaction

AT_ONCE = 2000
Rows = list[tuple[Any, ...]]


def stream(sql: str, values: list[Any], at_once: int = AT_ONCE) -> Iterator[Rows]:
    """In one transaction, a batch at a time."""
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            while rows := cursor.fetchmany(at_once):
                yield rows
        return
    with transaction.atomic(), _server_side() as cursor:
        cursor.execute(sql, values)
        while rows := cursor.fetchmany(at_once):
            yield rows


def _server_side() -> Any:
    connection.ensure_connection()
    return connection.connection.cursor("orca_whole", binary=True)


def moment(column: str) -> str:
    """What to select for a column that holds a time, so that `moment_text` can tell it."""
    if connection.vendor == "postgresql":
        return f"({column} AT TIME ZONE 'UTC')"
    return f"({column} || '')"  # an expression has no type, so nothing is made of the text


def moment_text() -> Callable[[Any], str]:
    """As `canonical.utc_text` has it."""
    return _of_datetime if connection.vendor == "postgresql" else _of_text


def _of_datetime(value: datetime) -> str:
    return f"{value.isoformat(timespec='microseconds')}Z"


def _of_text(value: str) -> str:
    """SQLite holds `2026-07-14 12:00:00.000001`, without the fraction where it is nothing."""
    fraction = value[19:] or ".000000"
    return f"{value[:10]}T{value[11:19]}{fraction}Z"


def uuid_text() -> Callable[[Any], str]:
    return _of_uuid if connection.vendor == "postgresql" else _of_hex


def _of_uuid(value: Any) -> str:
    return str(value)


def _of_hex(value: str) -> str:
    return f"{value[:8]}-{value[8:12]}-{value[12:16]}-{value[16:20]}-{value[20:]}"


def as_text(column: str) -> str:
    """JSON and keys that are not numbers, as the text of them."""
    return f"{column}::text" if connection.vendor == "postgresql" else column
