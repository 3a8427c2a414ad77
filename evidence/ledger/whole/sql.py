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
    end = f"CASE length({column}) WHEN 26 THEN 'Z' ELSE '.000000Z' END"
    return f"replace({column}, ' ', 'T') || {end}"


def uuid_of(held: str) -> str:
    """What `text` selects, as it is written: SQLite holds the 32 digits alone."""
    if len(held) != 32:
        return held
    return f"{held[:8]}-{held[8:12]}-{held[12:16]}-{held[16:20]}-{held[20:]}"


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
