"""A stretch of a table, each row as the digest that the log should tell of it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from typing import Any

from django.db import models

from evidence.ledger.shapes import BODIES, shape_of
from evidence.ledger.whole.digests import UNCLEAR, Digests
from evidence.ledger.whole.raw import Rows, stream
from evidence.ledger.whole.texts import Part, plain_parts, private_parts

FEW = 20  # bodies are large
# By relation and row, what the row is linked to, as the text of a column.
Links = dict[str, dict[int, str]]


def live_stretch(model: type[models.Model], start: int, end: int) -> tuple[int, Digests]:
    """Of the rows with numbers from `start` up to `end`: how many there are, and their digests."""
    count, found, name = 0, Digests(), model._meta.model_name or ""
    links = _links(model, start, end)
    for rows in stream(_sql(model), [start, end]):
        count += len(rows)
        found.put_all(name, [row[0] for row in rows], _digests(model, rows, links))
    for number in _without_their_bodies(model, start, end):
        found.put(name, number, UNCLEAR)
    return count, found


def _without_their_bodies(model: type[models.Model], start: int, end: int) -> Iterator[int]:
    """Rows whose bytes are not those of the digest beside them."""
    if names := BODIES.get(model._meta.model_name or ""):
        for rows in stream(_select(model, [f'"{name}"' for name in names]), [start, end], FEW):
            yield from (key for key, body, told in rows if sha256(body).hexdigest() != told)


def _digests(model: type[models.Model], rows: Rows, links: Links) -> list[bytes]:
    plain, private = _parts(model)
    keys, *columns = zip(*rows, strict=True)
    texts = _texts(plain, columns, keys, links)
    told = [sha256(f"{{{text[1:]}}}".encode()) for text in texts]
    if not private:
        return [digest.digest() for digest in told]
    kept = _texts(private, columns[_width(plain) :], keys, links)
    return [
        sha256(f"{digest.hexdigest()}{{{text[1:]}}}".encode()).digest() if text else digest.digest()
        for digest, text in zip(told, kept, strict=True)
    ]


def _texts(
    parts: list[Part], columns: Sequence[Sequence[Any]], keys: Sequence[int], links: Links
) -> list[str]:
    """The text of each row: a column of pieces for each part, joined row by row."""
    pieces: list[Sequence[str]] = []
    values = iter(columns)
    for part in parts:
        if part.relation:
            linked = links[part.relation]
            pieces.append([linked.get(key, "") for key in keys])
        elif part.encode:
            encode = part.encode
            pieces.append(["" if value is None else encode(value) for value in next(values)])
        else:
            pieces.append(next(values))
    return list(map("".join, zip(*pieces, strict=True)))


def _links(model: type[models.Model], start: int, end: int) -> Links:
    found: Links = {}
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
        found[field.name] = {
            key: f',"{field.name}":[{",".join(others)}]' for key, others in linked.items()
        }
    return found


@cache
def _parts(model: type[models.Model]) -> tuple[list[Part], list[Part]]:
    """In the order of canonical JSON, that of their names."""
    shape, field = shape_of(model), model._meta.get_field
    return (
        plain_parts([field(name) for name in shape.plain], shape.relations),
        private_parts([field(name) for name in sorted(shape.private)]),
    )


def _width(parts: list[Part]) -> int:
    return sum(bool(part.select) for part in parts)


def _sql(model: type[models.Model]) -> str:
    plain, private = _parts(model)
    return _select(model, [part.select for part in (*plain, *private) if part.select])


def _select(model: type[models.Model], columns: list[str]) -> str:
    key, table = model._meta.pk.column, model._meta.db_table
    return (
        f'SELECT "{key}", {", ".join(columns)} FROM "{table}"'  # noqa: S608 - names of our own
        f' WHERE "{key}" >= %s AND "{key}" < %s ORDER BY "{key}"'
    )
