"""Columns as canonical JSON, written by the database: expressions for a query, on either one.

They only format what the database hands out anyway; hashing and comparing are ours. One that
writes a value in another way than `canonical` does brings no more than a second look with care.
"""

from django.db import connection


def is_postgresql() -> bool:
    return connection.vendor == "postgresql"


def text(column: str) -> str:
    """JSON and keys that are not numbers, as the text of them."""
    return f"{column}::text" if is_postgresql() else column


def quoted(column: str) -> str:
    """A text as a JSON string."""
    return f"to_json({column})::text" if is_postgresql() else f"json_quote({column})"


def truth(column: str) -> str:
    return f"CASE WHEN {column} THEN 'true' ELSE 'false' END"


def moment(column: str) -> str:
    """As `canonical.utc_text` has it. SQLite holds `2026-07-14 12:00:00.000001` in UTC, without the
    fraction where it is nothing.
    """
    if is_postgresql():
        return f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
    fraction = f"CASE length({column}) WHEN 19 THEN '.000000' ELSE substr({column}, 20) END"
    return f"substr({column}, 1, 10) || 'T' || substr({column}, 12, 8) || {fraction} || 'Z'"


def uuid(column: str) -> str:
    """SQLite holds the 32 digits alone."""
    if is_postgresql():
        return f"{column}::text"
    places = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    return " || '-' || ".join(f"substr({column}, {at}, {size})" for at, size in places)


def change_key(column: str) -> str:
    """As `changes.keys.format_key` has it, in quotes, or null."""
    if is_postgresql():
        digits = f"lpad({column}::text, greatest(6, length({column}::text)), '0')"
        return f"""CASE WHEN {column} > 0 THEN '"CHG-' || {digits} || '"' ELSE 'null' END"""
    return f"""CASE WHEN {column} > 0 THEN printf('"CHG-%%06d"', {column}) ELSE 'null' END"""


def literal(value: str | int | bool) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    return "'" + value.replace("'", "''").replace("%", "%%") + "'"
