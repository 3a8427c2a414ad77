"""Shapes of database constraints that several models share."""

from enum import StrEnum

from django.db.models import CheckConstraint, F, Q

from changes.vocabulary import choices


def one_of(field: str, words: type[StrEnum], *, model: str) -> CheckConstraint:
    return CheckConstraint(
        name=f"{model}_{field}_is_known",
        condition=Q(**{f"{field}__in": [value for value, _ in choices(words)]}),
    )


def not_blank(field: str, *, model: str) -> CheckConstraint:
    return CheckConstraint(name=f"{model}_{field}_is_not_blank", condition=~Q(**{field: ""}))


def in_order(first: str, second: str, *, model: str) -> CheckConstraint:
    """`second` is empty or not before `first`."""
    return CheckConstraint(
        name=f"{model}_{second}_not_before_{first}",
        condition=Q(**{f"{second}__isnull": True}) | Q(**{f"{second}__gte": F(first)}),
    )


def percent(field: str, *, model: str) -> CheckConstraint:
    return CheckConstraint(
        name=f"{model}_{field}_is_percent",
        condition=Q(**{f"{field}__gte": 0}) & Q(**{f"{field}__lte": 100}),
    )
