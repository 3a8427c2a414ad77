"""A real Chromium against a real server, with a story for each state of a change."""

import os
import shutil
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import Page
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from changes.models import Organisation, Person
from changes.sample.logins import SAMPLE_LOGINS, SAMPLE_PASSWORD
from changes.vocabulary import Category, Role, RolloutStageName
from tests.browser.machines import Machines
from tests.browser.walker import Walker
from tests.browser.wall_clock import WallClock
from tests.factories.people import PersonFactory
from tests.factories.policy import PolicyReviewFactory, PolicyVersionFactory
from tests.factories.stories import Story, make_draft, make_story
from tests.factories.times import NOW
from tests.hooks import SECRET, SETTINGS

# Playwright keeps an event loop running, and Django would take its own queries for a mistake.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

SignIn = Callable[[str], None]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    path = os.environ.get("ORCA_TEST_CHROMIUM") or shutil.which("chromium")
    return {**browser_type_launch_args, "executable_path": path, "args": ["--no-sandbox"]}


@pytest.fixture(scope="session")
def base_url() -> None:
    """Addresses are those of the live server; the plugin's own fixture warns in new pytest."""


@pytest.fixture(scope="session", autouse=True)
def _seeded_rows(django_db_setup: None, request: pytest.FixtureRequest) -> None:
    """While Playwright's event loop runs, Django takes another connection for this thread: it
    too has to know the rows with which a test of real commits begins.
    """
    before: Any = connections["default"]
    request.getfixturevalue("playwright")
    after: Any = connections["default"]
    after._test_serialized_contents = before._test_serialized_contents


@pytest.fixture(autouse=True)
def _committed(committed_db: None) -> None:
    """The server has a thread and a connection of its own, and sees only what is committed."""


@pytest.fixture
def people() -> dict[str, Person]:
    """One login for each role, as the sample organisation has them."""
    Organisation.objects.update(is_sample=True)
    found = {}
    for login in SAMPLE_LOGINS:
        person = PersonFactory.create(
            username=login.username, name=f"The {login.role}", roles=[login.role]
        )
        person.set_password(SAMPLE_PASSWORD)
        person.save()
        found[login.username] = person
    return found


@pytest.fixture
def portal(page: Page, live_server: LiveServer, people: dict[str, Person]) -> Page:
    """A page whose relative addresses are the portal's."""
    page.set_default_timeout(15_000)
    return page


@pytest.fixture
def sign_in(portal: Page, live_server: LiveServer) -> SignIn:
    """By the one-click form of the sign-in page, as people try the sample."""

    def signed_in(role: str) -> None:
        portal.context.clear_cookies()
        portal.goto(f"{live_server.url}/sign-in/")
        portal.get_by_role("button", name=f"Sign in as {role}").click()
        portal.wait_for_url(f"{live_server.url}/")

    return signed_in


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> WallClock:
    """The clock on the wall of the server; it stands until a test moves it."""
    clock_on_the_wall = WallClock(NOW)
    monkeypatch.setattr("changes.clock.timezone", clock_on_the_wall)
    return clock_on_the_wall


@pytest.fixture
def enter(portal: Page, live_server: LiveServer) -> SignIn:
    """By user name and password, as people do."""

    def entered(username: str) -> None:
        portal.context.clear_cookies()
        portal.goto(f"{live_server.url}/sign-in/")
        portal.get_by_label("Username").fill(username)
        portal.get_by_label("Password").fill(SAMPLE_PASSWORD)
        portal.get_by_role("button", name="Sign in", exact=True).click()
        portal.wait_for_url(f"{live_server.url}/")

    return entered


@pytest.fixture
def machines(
    settings: Settings, eager_celery: None, live_server: LiveServer, wall: WallClock
) -> Machines:
    """Git host, pipeline and deployment system, each let in as it should be."""
    for name in SETTINGS:
        setattr(settings, name, [SECRET])
    return Machines(live_server.url, wall)


@pytest.fixture
def walker(portal: Page, live_server: LiveServer, enter: SignIn) -> Walker:
    return Walker(portal, live_server.url, enter)


@pytest.fixture
def stories(people: dict[str, Person]) -> list[Story]:
    """A draft, a request that waits, a running rollout, a closed change, one rolled back."""
    cast = {"requester": people["engineer"], "lead": people["lead"]}
    PolicyReviewFactory.create(note="Read by both leads.")
    PolicyVersionFactory.create(
        version="2.0",
        state="proposed",
        approved_at=None,
        proposed_by=people["policy"],
        coverage_minimum_percent=82,
    )
    other = PersonFactory.create(roles=[Role.ENGINEER])
    running = make_story(**cast).pass_gates().approve().start()
    return [
        make_draft(**cast, rollback_plan=""),
        make_story(requester=other, lead=people["lead"], title="A title " * 30),
        running.advance(RolloutStageName.CANARY),
        make_story(**cast).pass_gates().approve().deploy().verify().close(),
        make_story(**cast, category=Category.EMERGENCY),
    ]
