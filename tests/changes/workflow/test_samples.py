from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from changes.models import Deployment, HealthSample
from changes.vocabulary import DeploymentOutcome
from changes.workflow.refusals import Invalid, NotNow
from changes.workflow.samples import NewSample, record_sample, record_samples
from tests.changes.workflow.refusing import events_of, refused
from tests.factories import times
from tests.factories.rollout import DeploymentFactory

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def running(**values: Any) -> Deployment:
    given: dict[str, Any] = {"outcome": DeploymentOutcome.RUNNING, "finished_at": None}
    return DeploymentFactory.create(**{**given, **values})


def at(minute: int) -> datetime:
    return times.DEPLOYED + minute * MINUTE


def test_samples_in_any_order_and_repeated_are_kept_once() -> None:
    deployment = running()
    minutes = [3, 1, 2, 1]

    for _ in range(2):
        record_samples(
            deployment=deployment,
            samples=[NewSample(at(m), error_rate_percent=f"0.{m}") for m in minutes],
        )

    kept = [(s.taken_at, s.error_rate_percent) for s in HealthSample.objects.all()]
    assert kept == [(at(m), Decimal(f"0.{m}")) for m in (1, 2, 3)]


def test_sample_of_a_moment_keeps_the_values_that_came_first() -> None:
    deployment = running()

    for rate in ("0.1", "0.9"):
        record_sample(deployment=deployment, taken_at=at(1), error_rate_percent=rate)

    assert HealthSample.objects.get().error_rate_percent == Decimal("0.1")


def test_samples_store_an_event_each() -> None:
    deployment = running()
    samples = [NewSample(at(m), is_healthy=True) for m in (1, 2)]

    assert events_of(lambda: record_samples(deployment=deployment, samples=samples)) == [
        "sample.taken",
        "sample.taken",
    ]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [(1.5, "1.5"), ("1.5000001", "1.500001"), (0.1 + 0.2, "0.300001"), (0, "0"), (100, "100")],
)
def test_error_rate_above_a_limit_stays_above_it(sent: Any, kept: str) -> None:
    record_sample(deployment=running(), taken_at=at(1), error_rate_percent=sent)

    assert HealthSample.objects.get().error_rate_percent == Decimal(kept)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        pytest.param(
            {"error_rate_percent": "NaN"},
            "An error rate is 0 to 100 percent, not NaN.",
            id="not a number",
        ),
        pytest.param(
            {"error_rate_percent": float("inf")},
            "An error rate is 0 to 100 percent, not inf.",
            id="infinite",
        ),
        pytest.param(
            {"error_rate_percent": -0.1},
            "An error rate is 0 to 100 percent, not -0.1.",
            id="negative",
        ),
        pytest.param(
            {"error_rate_percent": 100.1},
            "An error rate is 0 to 100 percent, not 100.1.",
            id="more than all",
        ),
        pytest.param(
            {"latency_p95_ms": -1},
            "A latency is 0 to 10,000,000 milliseconds, not -1.",
            id="negative latency",
        ),
        pytest.param(
            {"latency_p95_ms": True},
            "A latency is 0 to 10,000,000 milliseconds, not True.",
            id="a boolean",
        ),
        pytest.param({"is_healthy": "yes"}, "A health check is true or false.", id="a word"),
        pytest.param(
            {},
            "A sample says something: an error rate, a latency or a health check.",
            id="nothing measured",
        ),
        pytest.param(
            {"taken_at": times.DEPLOYED - MINUTE, "is_healthy": True},
            "The sample is older than its deployment.",
            id="too old",
        ),
        pytest.param(
            {"taken_at": times.NOW + MINUTE, "is_healthy": True},
            "2026-07-15T18:01:00+00:00 is in the future.",
            id="to come",
        ),
        pytest.param(
            {"taken_at": datetime(2026, 7, 14, 19), "is_healthy": True},  # noqa: DTZ001 - no zone is the point
            "2026-07-14 19:00:00 has no time zone: add Z or an offset.",
            id="naive",
        ),
    ],
)
def test_sample_that_cannot_be_is_refused(values: dict[str, Any], sentence: str) -> None:
    deployment = running()

    with refused(Invalid, sentence):
        record_sample(deployment=deployment, **{"taken_at": at(1), **values})


def test_bulk_with_one_wrong_sample_keeps_none_and_names_it() -> None:
    deployment = running()
    samples = [NewSample(at(1), is_healthy=True), NewSample(at(2), latency_p95_ms="fast")]

    with pytest.raises(Invalid) as caught:
        record_samples(deployment=deployment, samples=samples)

    assert list(caught.value.fields) == ["samples.1.latency_p95_ms"]
    assert HealthSample.objects.count() == 0


@pytest.mark.parametrize(
    ("outcome", "said"),
    [("succeeded", "succeeded"), ("rolled_back", "been rolled back"), ("failed", "failed")],
)
def test_sample_of_an_ended_rollout_is_refused(outcome: str, said: str) -> None:
    deployment = DeploymentFactory.create(outcome=outcome)

    with refused(NotNow, f"{deployment} has {said}: no sample is added to it."):
        record_sample(deployment=deployment, taken_at=at(1), is_healthy=True)


def test_sample_of_a_deployment_without_a_change_is_recorded() -> None:
    record_sample(deployment=running(change=None), taken_at=at(1), is_healthy=False)

    assert HealthSample.objects.get().is_healthy is False


def test_sample_told_in_whole_seconds_belongs_to_a_rollout_begun_within_that_second() -> None:
    deployment = running(started_at=times.DEPLOYED.replace(microsecond=700_000))

    record_sample(deployment=deployment, taken_at=times.DEPLOYED, is_healthy=True)

    assert HealthSample.objects.count() == 1
