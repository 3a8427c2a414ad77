"""Freezes as the rules know them."""

from changes.models import Freeze
from changes.rules.facts import FreezeFacts


def freezes_of_all() -> tuple[FreezeFacts, ...]:
    """Of every time, each with the systems that it names."""
    return tuple(_facts(freeze) for freeze in Freeze.objects.prefetch_related("systems"))


def _facts(freeze: Freeze) -> FreezeFacts:
    systems = frozenset(system.slug for system in freeze.systems.all())
    return FreezeFacts(freeze.reason, freeze.starts_at, freeze.ends_at, systems)
