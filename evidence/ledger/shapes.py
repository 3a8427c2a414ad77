"""Which columns of a record an event tells, and which of them it only commits to.

Free text and personal data are private: an event holds a salted digest of each, so that the
value can be erased one day. Everything else goes into the digest of the record.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import models

# Not part of the record: what signs somebody in, the counter of the key numbers, and the body of
# a delivery, for which the digest beside it stands.
LEFT_OUT = {"password", "last_login", "last_used_at", "last_change_number", "raw_body"}
# The bytes for which a digest beside them stands, by model: a check hashes them again.
BODIES = {"delivery": ("raw_body", "body_sha256")}
# Every text without a limit and every e-mail address is private, and these besides.
PRIVATE = {
    "actionitem.title",
    "alert.annotations",
    "evidenceitem.name",
    "freeze.reason",
    "historyimport.problems",
    "historyimport.source",
    "login.name",
    "person.name",
    "person.username",
    "rollback.observed",
    "verification.details",
}


@dataclass(frozen=True)
class Shape:
    """`relations` are many-to-many fields: they count as the sorted keys of what is linked.

    A column that holds its default is not told, so a column that a migration adds leaves the
    digest of every record as it was.
    """

    plain: tuple[str, ...]
    private: tuple[str, ...]
    defaults: dict[str, Any]
    relations: "tuple[models.ManyToManyField[Any, Any], ...]"


@cache
def shape_of(model: type[models.Model]) -> Shape:
    columns = [f for f in model._meta.concrete_fields if f.attname not in LEFT_OUT]
    private = tuple(f.attname for f in columns if is_private(f))
    plain = tuple(f.attname for f in columns if not is_private(f))
    defaults = {f.attname: default_of(f) for f in columns}
    return Shape(plain, private, defaults, tuple(model._meta.local_many_to_many))


def default_of(column: "models.Field[Any, Any]") -> Any:
    """None where there is none, or where it is another one each time."""
    first, second = column.get_default(), column.get_default()
    return first if first == second else None


def is_private(column: "models.Field[Any, Any]") -> bool:
    name = f"{column.model._meta.model_name}.{column.name}"
    return isinstance(column, models.TextField | models.EmailField) or name in PRIVATE


def is_blank(value: object) -> bool:
    """There is nothing to keep to oneself: nothing is committed to."""
    return value is None or value in ("", [], {})
