"""Answers of the Prometheus HTTP API as samples: what monitoring saw of a rollout."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import Any, NoReturn

from changes.intake.bodies import Malformed
from changes.intake.hosts.fields import Fields


@dataclass(frozen=True)
class Series:
    """`values` in the order of the answer; one that is no number (NaN, Inf) is None."""

    labels: Mapping[str, str]
    values: tuple[tuple[datetime, Decimal | None], ...]


def series_of(answer: Mapping[str, Any]) -> list[Series]:
    """Of `query` (vector, scalar) and `query_range` (matrix); other answers hold no samples."""
    fields = Fields(answer)
    if fields.text("status") != "success":
        _refuse(f"Prometheus answered: {fields.maybe_text('error') or fields.text('status')}.")
    data = fields.object("data")
    match data.maybe_text("resultType"):
        case "matrix":
            return [_series(one, one.values.get("values")) for one in data.objects("result")]
        case "vector":
            return [_series(one, [one.values.get("value")]) for one in data.objects("result")]
        case "scalar":
            return [Series({}, tuple(_samples([data.values.get("result")])))]
    return []


def _series(fields: Fields, samples: Any) -> Series:
    metric = fields.object("metric")
    labels = {name: metric.text(name) for name in metric.values}
    return Series(labels, tuple(_samples(samples)))


def _samples(samples: Any) -> Iterator[tuple[datetime, Decimal | None]]:
    if not isinstance(samples, list):
        _refuse("Its samples are not a list.")
    for sample in samples:
        match sample:
            case [int() | float() as seconds, str() as text]:
                yield _instant(seconds), _number(text)
            case _:
                _refuse("A sample is not a time and a value.")


def _instant(seconds: float) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        _refuse("A sample has no time.")


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        _refuse(f"'{text[:40]}' is no value of a sample.")
    return number if number.is_finite() else None


def _refuse(sentence: str) -> NoReturn:
    raise Malformed(HTTPStatus.UNPROCESSABLE_ENTITY, "field", sentence)
