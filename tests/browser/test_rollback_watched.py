"""A rollback by trigger, watched on the page of deployments while samples come in."""

import hashlib
import hmac
import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect
from pytest_django.fixtures import Settings

from changes import clock
from changes.models import Organisation, Person, Rollback, TriggerFiring
from changes.tasks import call_rollback_executor
from changes.vocabulary import RolloutStageName, State
from tests.browser.machines import Machines
from tests.browser.walker import Walker
from tests.browser.wall_clock import WallClock
from tests.factories.stories import Story, make_story
from tests.recording_host import RecordingHost, Reply, recording_host

pytestmark = pytest.mark.browser
SECRET = "a secret of this test"
# The page asks again every five seconds.
SOON = 15_000


@pytest.fixture
def executor(settings: Settings) -> Iterator[RecordingHost]:
    with recording_host(Reply(202, text="taken up")) as host:
        settings.ROLLBACK_EXECUTOR_URL = f"{host.url}/rollback"
        settings.ROLLBACK_EXECUTOR_SECRET = SECRET
        yield host


@pytest.fixture
def running(people: dict[str, Person], wall: WallClock) -> Story:
    """A canary that began just now, of a change that touches the database schema too."""
    Organisation.objects.update(is_sample=False)  # the sample calls nobody
    story = make_story(
        requester=people["engineer"], lead=people["lead"], changes_schema=True
    ).pass_gates()
    return story.approve().start(wall.moment).advance(RolloutStageName.CANARY, wall.moment)


def sample(machines: Machines, story: Story, count: int, **values: float | bool) -> None:
    """One every half minute, as monitoring sends them."""
    for _ in range(count):
        machines.wall.pass_minutes(0.5)
        machines.sample(story.deployment.pk, **values)


def watch(walker: Walker, story: Story) -> Locator:
    """The page, with a mark that no reload would leave."""
    walker.key = story.change.key
    walker.sign_in("oncall")
    walker.page.goto(f"{walker.url}/deployments/")
    walker.page.evaluate("window.watchedSince = 'the beginning'")
    return walker.page.locator("#rollouts")


def shows(part: Locator, *texts: str) -> None:
    for text in texts:
        expect(part).to_contain_text(text, timeout=SOON)


def test_trigger_fires_before_the_eyes_of_who_watches(
    walker: Walker,
    machines: Machines,
    running: Story,
    executor: RecordingHost,
    wall: WallClock,
) -> None:
    rollouts = watch(walker, running)
    charts = rollouts.locator("figure.chart")
    shows(charts.nth(0), "never sampled", "limit 1.5 %")
    sample(machines, running, 2)
    shows(charts.nth(0), "0.2 % at 18:01:00 UTC")
    shows(charts.nth(1), "250 ms", "limit 700 ms")
    shows(charts.nth(2), "passed at 18:01:00 UTC", "limit 3 in a row")

    sample(machines, running, 2, error_rate_percent=2.5, latency_p95_ms=690)
    shows(charts.nth(0), "above the limit", "breached since 18:01:30 UTC")
    shows(charts.nth(1), "690 ms")
    expect(rollouts).not_to_contain_text("Halted")
    sample(machines, running, 9, error_rate_percent=3.25)

    fired = "Error rate 2.5 to 3.25 % from 18:01:30 to 18:06:30 UTC"
    shows(charts.nth(0), "trigger fired")
    shows(rollouts, f"Halted. {fired}", "A rollback is open", "The deployment system was asked")
    assert walker.page.evaluate("window.watchedSince") == "the beginning"
    firing, rollback = TriggerFiring.objects.get(), Rollback.objects.get()
    assert firing.observed == rollback.observed
    assert rollback.reason.startswith(fired)

    with clock.simulated(wall.moment):
        call_rollback_executor.delay()
    shows(rollouts, "The deployment system was asked: answered")
    assert is_signed_call(executor, running)
    roll_back_by_the_runbook(walker, running, fired)


def is_signed_call(executor: RecordingHost, story: Story) -> bool:
    (request,) = executor.requests
    stamp = request.headers["X-Orca-Timestamp"].encode()
    digest = hmac.new(SECRET.encode(), stamp + b"." + request.body, hashlib.sha256).hexdigest()
    said = json.loads(request.body)
    assert (said["action"], said["trigger"]) == ("roll_back", "error_rate")
    assert (said["change"], said["revision"]) == (story.change.key, story.head)
    return request.headers["X-Orca-Signature"] == f"sha256={digest}"


def roll_back_by_the_runbook(walker: Walker, story: Story, fired: str) -> None:
    """One step with the rollback, the other a moment later; each with what it put out."""
    page = walker.page
    page.locator("#rollouts").get_by_role("link", name="Roll back").click()
    expect(walker.field("Why")).to_have_value(f"{fired}, above 1.5 %.")
    page.get_by_label("vercel rollback --yes").fill("Success! Rolled back to dpl_8Kq.")
    walker.confirm("Roll back")
    walker.stands("rolled back")
    walker.choose("Confirm rollback steps")
    expect(page.get_by_label("vercel rollback --yes")).to_have_count(0)
    page.get_by_label("restore_latest_backup.ts --confirm").fill("Restored 2026-07-15T17:00Z.")
    walker.confirm("Confirm rollback steps")
    walker.is_offered("Confirm rollback steps", indeed=False)
    for shown in ("Success! Rolled back to dpl_8Kq.", "Restored 2026-07-15T17:00Z.", fired):
        walker.reads(shown)
    story.change.refresh_from_db()
    assert story.change.state == State.ROLLED_BACK
