"""A stretch of a table, each row as the digest that the log should tell of it."""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from typing import Any

from django.db import models

from evidence.ledger.shapes import BODIES, shape_of
from evidence.ledger.whole.digests import UNCLEAR, Digests
from evidence.ledger.whole.raw import Rows, stream
from evidence.ledger.whole.texts import Column, plain_column, private_column

FEW = 20  # bodies are large
Links = dict[int, list[str]]


def live_stretch(model: type[models.Model], start: int, end: int) -> tuple[int, Digests]:
    """Of the rows with numbers from `start` up to `end`: how many there are, and their digests."""
    count, found, name = 0, Digests(), model._meta.model_name or ""
    links = _links(model, start, end)
    for rows in stream(_sql(model), [start, end]):
        count += len(rows)
        for number, digest in _digests(model, rows, links):
            found.put(name, number, digest)
    for number in _without_their_bodies(model, start, end):
        found.put(name, number, UNCLEAR)
    return count, found


def _without_their_bodies(model: type[models.Model], start: int, end: int) -> Iterator[int]:
    """Rows whose bytes are not those of the digest beside them."""
    if names := BODIES.get(model._meta.model_name or ""):
        for rows in stream(_select(model, [f'"{name}"' for name in names]), [start, end], FEW):
            yield from (key for key, body, told in rows if sha256(body).hexdigest() != told)


def _digests(model: type[models.Model], rows: Rows, links: Links) -> Iterator[tuple[int, bytes]]:
    plain, private = _columns(model)
    width = 1 + len(plain)
    for row in rows:
        texts = _texts(plain, row[1:width])
        if row[0] in links:
            texts = sorted(texts + links[row[0]])
        told = sha256(f"{{{','.join(texts)}}}".encode())
        kept = _texts(private, row[width:])
        if kept:
            told = sha256(f"{told.hexdigest()}{{{','.join(kept)}}}".encode())
        yield row[0], told.digest()


def _texts(columns: list[Column], values: tuple[Any, ...]) -> list[str]:
    return [
        prefix + text
        for (_, prefix, skipped, encode), value in zip(columns, values, strict=True)
        if value is not None and value != skipped and (text := encode(value))
    ]


def _links(model: type[models.Model], start: int, end: int) -> Links:
    """What each row is linked to, as the text of a column; nothing where it is linked to none."""
    found: Links = defaultdict(list)
    for field in shape_of(model).relations:
        through: Any = field.remote_field.through
        source, target = field.m2m_column_name(), field.m2m_reverse_name()
        sql = (
            f'SELECT "{source}", "{target}" FROM "{through._meta.db_table}"'  # noqa: S608 - our own
            f' WHERE "{source}" >= %s AND "{source}" < %s ORDER BY "{source}", "{target}"'
        )
        linked: dict[int, list[str]] = defaultdict(list)
        for rows in stream(sql, [start, end]):
            for key, other in rows:
                linked[key].append(str(other))
        for key, others in linked.items():
            found[key].append(f'"{field.name}":[{",".join(others)}]')
    return dict(found)


@cache
def _columns(model: type[models.Model]) -> tuple[list[Column], list[Column]]:
    """In the order of canonical JSON, that of their names."""
    shape, field = shape_of(model), model._meta.get_field
    return (
        [plain_column(field(name)) for name in sorted(shape.plain)],  # type: ignore[arg-type]
        [private_column(field(name)) for name in sorted(shape.private)],  # type: ignore[arg-type]
    )


def _sql(model: type[models.Model]) -> str:
    plain, private = _columns(model)
    return _select(model, [column.select for column in (*plain, *private)])


def _select(model: type[models.Model], columns: list[str]) -> str:
    key, table = model._meta.pk.column, model._meta.db_table
    return (
        f'SELECT "{key}", {", ".join(columns)} FROM "{table}"'  # noqa: S608 - names of our own
        f' WHERE "{key}" >= %s AND "{key}" < %s ORDER BY "{key}"'
    )
