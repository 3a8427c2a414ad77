"""Each page: no violation in axe, no wider than the window, nothing that the policy blocks."""

from collections.abc import Callable
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import SignIn
from tests.factories.stories import Story

pytestmark = pytest.mark.browser

PAGES = {
    "engineer": [
        "/",
        "/changes/",
        "/changes/?quarter=2026Q5",
        "/changes/?q=nothing+of+the+kind",
        "/changes/new/",
        "/changes/{draft}/",
        "/changes/{draft}/edit/?lacking",
        "/changes/{draft}/withdraw/",
        "/changes/{closed}/",
        "/policy/",
        "/messages/",
        "/changes/{waiting}/files/attach/",
        "/styleguide/",
        "/nowhere/",
    ],
    "tech lead": [
        "/",
        "/changes/{waiting}/",
        "/changes/{waiting}/approve/",
        "/changes/{waiting}/window-exception/",
        "/changes/{running}/",
        "/changes/{running}/roll-back/",
        "/deployments/",
        "/changes/{emergency}/open-review/",
        "/changes/{emergency}/write-post-mortem/",
        "/changes/{waiting}/start-deployment/",
    ],
    "compliance": [
        "/",
        "/policy/",
        "/policy/2.0/",
        "/packages/",
        "/refused/",
        "/messages/all/",
        "/deliveries/",
        "/ledger/erasures/",
        "/reconciliation/",
        "/reconciliation/?page=x",
        "/exceptions/",
    ],
    "policy administrator": ["/", "/policy/2.0/"],
    "auditor": [
        "/",
        "/changes/new/",
        "/packages/",
        "/reconciliation/?show=all",
        "/exceptions/?state=done",
    ],
}
ColourScheme = Literal["light", "dark"]
WINDOWS: list[tuple[int, ColourScheme]] = [
    (360, "light"),
    (360, "dark"),
    (1440, "light"),
    (1440, "dark"),
]


@pytest.fixture
def addresses(stories: list[Story], live_server: LiveServer) -> Callable[[str], list[str]]:
    names = ("draft", "waiting", "running", "closed", "emergency")
    keys = {name: story.change.key for name, story in zip(names, stories, strict=True)}
    return lambda role: [live_server.url + page.format(**keys) for page in PAGES[role]]


def problems_of(page: Page, address: str) -> list[str]:
    """What is wrong with the page as it stands, in words."""
    wide = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    found = [f"{address} is {wide} px wider than its window"] if wide > 0 else []
    for violation in Axe().run(page).response["violations"]:
        nodes = "; ".join(node["html"][:160] for node in violation["nodes"][:3])
        found.append(f"{address}: {violation['id']} ({violation['help']}): {nodes}")
    return found


def open_window(page: Page, window: tuple[int, ColourScheme]) -> None:
    page.set_viewport_size({"width": window[0], "height": 900})
    page.emulate_media(color_scheme=window[1])


@pytest.mark.parametrize("window", WINDOWS, ids=str)
@pytest.mark.parametrize("role", list(PAGES))
def test_pages_are_whole_and_accessible(
    portal: Page,
    sign_in: SignIn,
    addresses: Callable[[str], list[str]],
    role: str,
    window: tuple[int, ColourScheme],
) -> None:
    blocked: list[str] = []
    portal.on("console", lambda m: blocked.append(m.text) if "Content Security" in m.text else None)
    open_window(portal, window)
    sign_in(role)
    problems = []
    for address in addresses(role):
        portal.goto(address)
        problems += problems_of(portal, address)
    assert problems == []
    assert blocked == []


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_the_door_is_whole_and_accessible(
    portal: Page, live_server: LiveServer, window: tuple[int, ColourScheme]
) -> None:
    open_window(portal, window)
    portal.goto(f"{live_server.url}/sign-in/")
    assert problems_of(portal, "/sign-in/") == []
