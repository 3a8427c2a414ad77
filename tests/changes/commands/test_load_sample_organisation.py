"""All or nothing, only into an empty database, only under a simulated clock, always the same."""

import os
import subprocess
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import transaction
from pytest_django.fixtures import Settings

from changes.models import ChangeRequest, Organisation, Person
from changes.sample import load
from changes.sample.cast import Cast
from changes.sample.reading import ZONE
from changes.sample.routine import all_stories
from changes.sample.timeline import Timeline
from evidence.models import Event
from tests.factories.people import PersonFactory

COMMAND = "load_sample_organisation"


@pytest.mark.parametrize(
    "count",
    [pytest.param(12, id="the first"), pytest.param(162, id="all", marks=pytest.mark.long)],
)
@pytest.mark.django_db
def test_two_loads_give_the_same_record(
    count: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "all_stories", lambda: all_stories()[:count])
    loads = []
    for _ in range(2):
        with transaction.atomic():
            call_command(COMMAND)
            loads.append(_told())
            transaction.set_rollback(True)
    assert f"The sample organisation is loaded: {count} changes." in capsys.readouterr().err
    assert loads[0] == loads[1]


@pytest.mark.django_db
def test_loaded_already_is_said_and_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    Organisation.objects.update(is_sample=True)
    call_command(COMMAND)
    assert capsys.readouterr().err == "The sample organisation is loaded already.\n"
    assert _is_empty()


@pytest.mark.django_db
def test_refused_where_the_clock_may_not_be_simulated(settings: Settings) -> None:
    settings.SIMULATED_CLOCK_ALLOWED = False
    with pytest.raises(CommandError, match="ORCA_SIMULATED_CLOCK is not set") as refused:
        call_command(COMMAND)
    assert refused.value.returncode == 2
    assert _is_empty()


@pytest.mark.django_db
def test_refused_in_a_database_that_holds_anything() -> None:
    PersonFactory.create(name="Somebody real")
    with pytest.raises(CommandError, match="holds people already") as refused:
        call_command(COMMAND)
    assert refused.value.returncode == 2
    assert not Organisation.objects.get().is_sample
    assert Person.objects.count() == 1
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_load_that_is_killed_leaves_an_empty_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def die() -> None:
        assert ChangeRequest.objects.exists()
        raise KeyboardInterrupt

    def add_death(timeline: Timeline, cast: Cast) -> None:
        timeline.add(datetime(2026, 7, 1, 12, tzinfo=ZONE), die)

    monkeypatch.setattr(load, "add_strays", add_death)
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        call_command(COMMAND)
    assert _is_empty()
    assert Organisation.objects.get().last_change_number == 0


def test_refused_where_the_database_is_not_migrated(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "ORCA_VAR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'new.sqlite3'}",
        "ORCA_SIMULATED_CLOCK": "1",
    }
    refused = subprocess.run(
        [sys.executable, "manage.py", COMMAND],
        cwd=django_settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 2
    assert refused.stderr == "CommandError: Migrate the database first: manage.py migrate.\n"


def _told() -> Counter[tuple[Any, ...]]:
    """What the events tell, but for the identifiers that a database makes up."""
    return Counter(Event.objects.values_list("type", "change_number", "occurred_at", "received_at"))


def _is_empty() -> bool:
    return not (Person.objects.exists() or ChangeRequest.objects.exists() or Event.objects.exists())
