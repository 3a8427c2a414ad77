"""The pages of the admin site on which the policy and the catalogue are kept."""

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from changes.models import PolicyVersion
from tests.browser.conftest import SignIn
from tests.browser.test_every_page import WINDOWS, ColourScheme, open_window, problems_of
from tests.factories.calendar import FreezeFactory
from tests.factories.catalogue import StandardProcedureFactory
from tests.factories.stories import Story

pytestmark = pytest.mark.browser
ADMIN = "/admin/changes"


@pytest.mark.parametrize("window", [WINDOWS[0], WINDOWS[3]], ids=str)
def test_admin_pages_are_whole_and_accessible(
    portal: Page,
    sign_in: SignIn,
    live_server: LiveServer,
    stories: list[Story],
    window: tuple[int, ColourScheme],
) -> None:
    proposal = PolicyVersion.objects.get(version="2.0")
    procedure, freeze = StandardProcedureFactory.create(), FreezeFactory.create()
    open_window(portal, window)
    sign_in("policy administrator")
    problems = []
    for page in (
        "policyversion/",
        "policyversion/add/",
        f"policyversion/{proposal.pk}/change/",
        f"standardprocedure/{procedure.pk}/change/",
        f"freeze/{freeze.pk}/change/",
        "system/add/",
        "oncallshift/add/",
    ):
        address = f"{live_server.url}{ADMIN}/{page}"
        portal.goto(address)
        problems += problems_of(portal, address)
    assert problems == []


def test_a_version_is_tried_and_then_proposed(
    portal: Page, sign_in: SignIn, live_server: LiveServer, stories: list[Story]
) -> None:
    PolicyVersion.objects.filter(version="2.0").delete()
    sign_in("policy administrator")
    portal.goto(f"{live_server.url}{ADMIN}/policyversion/add/")
    portal.get_by_label("Version:", exact=True).fill("3.0")
    portal.get_by_label("Effective on:").fill("2099-01-01")
    portal.get_by_label("Summary:").fill("More coverage.")
    portal.get_by_label("Coverage minimum percent:").fill("99")
    portal.get_by_role("button", name="Dry run over").click()
    portal.get_by_text("A dry run: nothing is proposed yet.").wait_for()
    portal.get_by_text("This edit would fail").wait_for()
    portal.get_by_role("button", name="Propose").click()
    portal.get_by_text("was added successfully").wait_for()
    assert PolicyVersion.objects.get(version="3.0").coverage_minimum_percent == 99
