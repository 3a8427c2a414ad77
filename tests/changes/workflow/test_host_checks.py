"""What is asked of GitHub by beat, against a server that records."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from changes import clock
from changes.models import Repository, RepositoryNews
from changes.workflow.host_checks import ask_for_lost_deliveries, snapshot_protection
from tests.factories.inbox import DeliveryFactory
from tests.factories.source import RepositoryFactory
from tests.recording_host import RecordingHost, Reply, recording_host

pytestmark = pytest.mark.django_db
ROOT = "/repos/orca/portal"
PROTECTION = f"{ROOT}/branches/main/protection"
RULESETS = f"{ROOT}/rulesets?per_page=100&includes_parents=true"
BYPASS = [{"actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": "always"}]


@pytest.fixture
def repository(settings: Settings) -> Repository:
    settings.GITHUB_TOKEN, settings.PORTAL_URL = "a token", "https://orca.example"
    return RepositoryFactory.create(name="orca/portal")


@pytest.fixture
def host(repository: Repository, settings: Settings) -> Iterator[RecordingHost]:
    with recording_host(Reply(404, text='{"message": "Not Found"}')) as running:
        settings.GITHUB_API_URL = running.url
        yield running


def served(values: Any, status: int = 200) -> Reply:
    return Reply(status, text=json.dumps(values))


def protected(host: RecordingHost) -> None:
    reviews = {"required_approving_review_count": 1}
    host.pages[PROTECTION] = served({"required_pull_request_reviews": reviews})
    host.pages[RULESETS] = served([{"id": 3}])
    host.pages[f"{ROOT}/rulesets/3"] = served(
        {"id": 3, "name": "main", "enforcement": "active", "bypass_actors": BYPASS}
    )


def test_protection_is_kept_once_a_day(host: RecordingHost) -> None:
    protected(host)
    now = clock.now().replace(hour=1)

    with clock.simulated(now):
        assert (snapshot_protection(), snapshot_protection()) == (1, 0)
    with clock.simulated(now + timedelta(days=1)):
        assert snapshot_protection() == 1

    first, second = RepositoryNews.objects.order_by("happened_at")
    assert (first.action, first.name) == ("seen", "main")
    assert first.details == second.details
    assert first.details["branch"]["approvals_needed"] == 1
    assert first.details["rulesets"][0]["bypass_actors"] == BYPASS


def test_branch_without_protection_is_seen_as_such(host: RecordingHost) -> None:
    host.pages[PROTECTION] = served({"message": "Branch not protected"}, 404)
    host.pages[RULESETS] = served([])

    snapshot_protection()

    assert RepositoryNews.objects.get().details == {"branch": None, "rulesets": []}


def test_what_the_token_may_not_see_is_not_taken_for_unprotected(host: RecordingHost) -> None:
    assert snapshot_protection() == 0

    news = RepositoryNews.objects.get()
    assert (news.action, list(news.details)) == ("not seen", ["problem"])
    assert "it needs to read administration" in news.details["problem"]


def test_what_cannot_be_seen_is_kept_once_a_day_for_each_reason(host: RecordingHost) -> None:
    now = clock.now().replace(hour=1)
    for hours in (0, 1, 2):
        with clock.simulated(now + timedelta(hours=hours)):
            snapshot_protection()
    host.pages[PROTECTION] = served({}, 502)
    for hours in (3, 4, 23):  # the last one is the next day
        with clock.simulated(now + timedelta(hours=hours)):
            snapshot_protection()

    told = [news.details["problem"][:15] for news in RepositoryNews.objects.order_by("pk")]
    assert told == ["The host shows ", "The host answer", "The host answer"]
    assert len(host.requests) == 6


def delivery(number: int, guid: str, status: int) -> dict[str, Any]:
    return {"id": number, "guid": guid, "status_code": status}


def test_lost_deliveries_are_asked_for_again(host: RecordingHost) -> None:
    DeliveryFactory.create(source="github", delivery_id="known")
    hooks = [
        {"id": 1, "config": {"url": "https://elsewhere.example/hooks/github/"}},
        {"id": 2, "config": {"url": "https://orca.example/hooks/github/"}},
    ]
    host.pages[f"{ROOT}/hooks?per_page=100"] = served(hooks)
    host.pages[f"{ROOT}/hooks/2/deliveries?per_page=100"] = served(
        [
            delivery(10, "lost", 502),
            delivery(11, "taken", 202),
            delivery(12, "known", 500),
            delivery(13, "second try", 200),
            delivery(14, "second try", 504),
            *(delivery(20 + n, "hopeless", 502) for n in range(5)),
        ]
    )
    host.pages[f"{ROOT}/hooks/2/deliveries/10/attempts"] = served({}, 202)

    assert ask_for_lost_deliveries() == 1

    assert [r.path for r in host.requests][2:] == [f"{ROOT}/hooks/2/deliveries/10/attempts"]


def paged(host: RecordingHost, *pages: list[dict[str, Any]]) -> None:
    """Each page leads to the next by a cursor, as GitHub does it, at an address of its own."""
    hook = {"id": 2, "config": {"url": "https://orca.example/hooks/github/"}}
    host.pages[f"{ROOT}/hooks?per_page=100"] = served([hook])
    for place, page in enumerate(pages):
        cursor = f"&cursor=v1_{place}" if place else ""
        reply = served(page)
        if place + 1 < len(pages):
            following = f"https://elsewhere.example/x?per_page=100&cursor=v1_{place + 1}"
            reply.headers["Link"] = f'<{following}>; rel="next"'
        host.pages[f"{ROOT}/hooks/2/deliveries?per_page=100{cursor}"] = reply
        for each in page:
            address = f"{ROOT}/hooks/2/deliveries/{each['id']}/attempts"
            host.pages[address] = served({}, 202)


def asked_again(host: RecordingHost) -> list[int]:
    return [int(r.path.split("/")[-2]) for r in host.requests if r.path.endswith("/attempts")]


def test_outage_is_found_behind_what_came_since(host: RecordingHost) -> None:
    lately = (clock.now() - timedelta(minutes=20)).isoformat()
    before = (clock.now() - timedelta(hours=5)).isoformat()
    new, old = {"delivered_at": lately}, {"delivered_at": before}
    paged(
        host,
        [delivery(9, "taken since", 202) | new],
        [delivery(8, "lost", 502) | new, delivery(7, "lost too", 502) | old],
        [delivery(6, "lost as well", 502) | old, delivery(5, "taken", 202) | old],
        [delivery(4, "taken before", 202) | old],
        [delivery(3, "older", 502) | old],
    )

    assert ask_for_lost_deliveries() == 3

    assert asked_again(host) == [8, 7, 6]


def test_attempts_are_counted_over_pages(host: RecordingHost) -> None:
    paged(
        host,
        [delivery(10 + n, "hopeless", 502) for n in range(3)],
        [delivery(20 + n, "hopeless", 502) for n in range(2)],
        [delivery(30, "second try", 200)],
    )

    assert ask_for_lost_deliveries() == 0


def test_host_that_refuses_is_left_alone(host: RecordingHost) -> None:
    assert ask_for_lost_deliveries() == 0
    assert len(host.requests) == 1


def test_nothing_is_asked_without_a_token(repository: Repository, settings: Settings) -> None:
    settings.GITHUB_TOKEN = ""

    assert (snapshot_protection(), ask_for_lost_deliveries()) == (0, 0)
