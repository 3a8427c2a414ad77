"""Fields that take what they name and nothing that merely looks like it."""

import re
from datetime import UTC, datetime
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

_INSTANT = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
TEXT_MAXIMUM = 50_000


class Body(serializers.Serializer[Any]):
    """A field that the address does not know is refused: it would be silently lost."""

    def to_internal_value(self, data: Any) -> Any:
        strange = sorted(set(data) - set(self.fields)) if hasattr(data, "keys") else []
        if strange:
            known = ", ".join(self.fields)
            sentence = f"There is no such field. Known are {known or 'none'}."
            raise serializers.ValidationError({name[:80]: [sentence] for name in strange})
        return super().to_internal_value(data)


class Text(serializers.CharField):
    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError("It has to be text.")
        return super().to_internal_value(data)


class Flag(serializers.BooleanField):
    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            raise serializers.ValidationError("It is true or false.")
        return data


class Number(serializers.DecimalField):
    """A number of JSON, not text."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, bool) or not isinstance(data, int | float):
            raise serializers.ValidationError("It has to be a number.")
        return super().to_internal_value(data)


class Word(serializers.ChoiceField):
    """One of the words of the vocabulary."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or data not in self.choices:
            known = ", ".join(str(choice) for choice in self.choices)
            raise serializers.ValidationError(f"Known are {known}.")
        return data


@extend_schema_field(OpenApiTypes.DATETIME)
class Instant(serializers.Field[datetime, str, str, Any]):
    """A moment with its zone (RFC 3339), kept in UTC."""

    def to_internal_value(self, data: Any) -> datetime:
        if not isinstance(data, str) or not _INSTANT.fullmatch(data):
            raise serializers.ValidationError(
                "Expected a time with its zone, such as 2026-07-14T10:00:00Z."
            )
        try:
            return datetime.fromisoformat(data.upper()).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise serializers.ValidationError(f"There is no such time: {data[:40]}.") from error

    def to_representation(self, value: datetime) -> str:
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def text(maximum: int = TEXT_MAXIMUM, **options: Any) -> Text:
    return Text(max_length=maximum, **options)
