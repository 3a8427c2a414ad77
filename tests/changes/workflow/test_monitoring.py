"""Samples of running rollouts, asked of a server that answers like Prometheus."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pytest_django.fixtures import Settings

from changes.models import HealthSample, System
from changes.workflow.monitoring import sample_rollouts
from tests.factories.stories import Story, make_story
from tests.recording_host import RecordingHost, Reply, recording_host

pytestmark = pytest.mark.django_db


@pytest.fixture
def story() -> Story:
    return make_story().pass_gates().approve().start()


@pytest.fixture
def host(settings: Settings) -> Iterator[RecordingHost]:
    with recording_host() as running:
        settings.PROMETHEUS_URL, settings.PROMETHEUS_TOKEN = running.url, "a token"
        settings.PROMETHEUS_QUERIES = {
            "error_rate": 'errors{service="$system"}',
            "latency": 'latency{revision="$revision"}',
            "health": "",
        }
        yield running


def answer(*values: str) -> Reply:
    result: list[Any] = [{"metric": {}, "value": [1_784_000_000, value]} for value in values]
    body = {"status": "success", "data": {"resultType": "vector", "result": result}}
    return Reply(200, text=json.dumps(body))


def test_rollout_is_sampled(host: RecordingHost, story: Story) -> None:
    System.objects.update(slug='bill"ing')
    host.replies = [answer("1.25"), answer("640")]

    assert sample_rollouts() == 1

    sample = HealthSample.objects.get()
    assert (sample.error_rate_percent, sample.latency_p95_ms, sample.is_healthy) == (
        Decimal("1.25"),
        Decimal(640),
        None,
    )
    asked = [parse_qs(urlsplit(r.path).query)["query"][0] for r in host.requests]
    assert asked == ['errors{service="bill\\"ing"}', f'latency{{revision="{story.head}"}}']
    assert host.requests[0].headers["Authorization"] == "Bearer a token"


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(answer(), id="no series"),
        pytest.param(answer("1", "2"), id="two series"),
        pytest.param(answer("NaN"), id="not a number"),
        pytest.param(Reply(503), id="not there"),
        pytest.param(Reply(302, {"Location": "http://127.0.0.1:1/"}), id="a redirect"),
        pytest.param(Reply(200, text="no JSON"), id="nonsense"),
        pytest.param(answer("-1"), id="no error rate"),
    ],
)
def test_what_was_not_measured_is_a_gap(reply: Reply, host: RecordingHost, story: Story) -> None:
    host.replies = [reply]

    assert (sample_rollouts(), HealthSample.objects.count()) == (0, 0)


def test_nothing_is_asked_when_nothing_runs(host: RecordingHost) -> None:
    make_story()

    assert (sample_rollouts(), host.requests) == (0, [])


def test_nothing_is_asked_unless_configured(settings: Settings, story: Story) -> None:
    settings.PROMETHEUS_URL = ""

    assert sample_rollouts() == 0
