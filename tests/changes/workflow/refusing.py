"""What a refusal leaves behind: nothing. What an action leaves: its events."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps

from changes.workflow.refusals import Refusal
from evidence.models import Event


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of ours."""
    models = [
        model
        for app in ("changes", "evidence")
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
    ]
    return {m._meta.label: list(m._default_manager.order_by("pk").values()) for m in models}


@contextmanager
def refused(kind: type[Refusal], sentence: str) -> Iterator[None]:
    """Refused with exactly this sentence; not a row has changed and no event was stored."""
    before = everything()
    with pytest.raises(kind) as caught:
        yield
    assert str(caught.value) == sentence
    assert everything() == before


def events_of(act: Callable[[], object]) -> list[str]:
    """The types of the events that an act stores, in alphabetical order."""
    before = Counter(Event.objects.values_list("type", flat=True))
    act()
    return sorted((Counter(Event.objects.values_list("type", flat=True)) - before).elements())
