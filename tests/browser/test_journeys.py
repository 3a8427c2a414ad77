"""What people come for, from the first click to the last."""

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from changes.models import ChangeRequest, Person
from changes.vocabulary import State
from tests.browser.conftest import SignIn
from tests.factories.catalogue import SystemFactory
from tests.factories.stories import Story, make_story

pytestmark = pytest.mark.browser


def fill_request(page: Page) -> None:
    page.get_by_label("Pull request").fill("https://github.com/orca/api/pull/17")
    page.get_by_label("Title").fill("Sort the pages by title")
    page.get_by_label("What changes").fill("The list of pages is sorted.")
    page.get_by_label("Why", exact=True).fill("People look for titles.")
    page.get_by_label("API", exact=True).check()
    page.get_by_label("Risk").fill("None worth naming.")
    page.get_by_label("How it was tested").fill("By the suite.")


def test_from_a_draft_to_an_approval(
    portal: Page, sign_in: SignIn, people: dict[str, Person]
) -> None:
    SystemFactory.create(name="API", slug="api", tech_leads=[people["lead"]])
    sign_in("engineer")
    portal.get_by_role("link", name="New change").click()
    fill_request(portal)
    portal.get_by_role("button", name="Submit").click()
    expect(portal.get_by_text("rollback plan is still empty")).to_be_visible()
    portal.get_by_label("How to roll it back").fill("Deploy the revision before.")
    portal.get_by_role("button", name="Submit").click()
    expect(portal.get_by_role("heading", name="Submit")).to_be_visible()
    portal.get_by_role("button", name="Submit").click()
    expect(portal.get_by_text("CHG-000001 is submitted.")).to_be_visible()

    sign_in("tech lead")
    portal.get_by_role("link", name="CHG-000001").click()
    portal.get_by_role("link", name="Approve").click()
    portal.get_by_label("Comment").fill("Read it.")
    portal.get_by_role("button", name="Approve").click()
    expect(portal.get_by_text("CHG-000001 is approved.")).to_be_visible()
    expect(portal.get_by_text("Approved by The tech lead.")).to_be_visible()


def test_a_rollout_is_advanced_and_rolled_back(
    portal: Page, sign_in: SignIn, live_server: LiveServer, people: dict[str, Person]
) -> None:
    change = make_story(lead=people["lead"]).pass_gates().approve().start().change
    sign_in("on-call")
    portal.goto(f"{live_server.url}/changes/{change.key}/")
    portal.get_by_role("button", name="Begin canary").click()
    portal.get_by_role("button", name="Advance to 10 %").click()
    portal.get_by_role("link", name="Roll back").click()
    expect(portal.get_by_text("a post-mortem is opened")).to_be_visible()
    portal.get_by_label("Why").fill("The pages got slow.")
    portal.get_by_role("button", name="Roll back").click()
    expect(portal.get_by_text(f"{change.key} is rolled back.")).to_be_visible()


def test_the_list_is_filtered_at_once_and_keeps_its_address(
    portal: Page, sign_in: SignIn, stories: list[Story]
) -> None:
    sign_in("auditor")
    portal.get_by_role("navigation", name="Main").get_by_role("link", name="Changes").click()
    expect(portal.get_by_role("status")).to_contain_text("5 changes")
    portal.get_by_label("State").select_option("closed")
    expect(portal.get_by_role("status")).to_contain_text("1 change")
    assert "state=closed" in portal.url
    portal.get_by_role("link", name="Title").click()
    portal.wait_for_url("**sort=title**")
    portal.reload()
    expect(portal.get_by_role("row")).to_have_count(2)
    portal.go_back()
    with portal.expect_download() as download:
        portal.get_by_role("link", name="Export these as CSV").click()
    assert download.value.suggested_filename == "changes-sample.csv"


def test_everything_works_without_scripts(
    browser: Browser, live_server: LiveServer, people: dict[str, Person], stories: list[Story]
) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    page = context.new_page()
    page.goto("/sign-in/")
    page.get_by_role("button", name="Sign in as engineer").click()
    page.goto("/changes/")
    page.get_by_label("State").select_option("draft")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="CHG-").click()
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("How to roll it back").fill("Deploy the revision before.")
    page.get_by_role("button", name="Submit").click()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("is submitted.", exact=False).first).to_be_visible()
    page.get_by_text("The engineer", exact=True).first.click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    context.close()
    assert not ChangeRequest.objects.filter(state=State.DRAFT).exists()


def test_the_keyboard_alone_reaches_the_content_and_the_account(
    portal: Page, sign_in: SignIn
) -> None:
    sign_in("engineer")
    portal.keyboard.press("Tab")
    expect(portal.get_by_role("link", name="Skip to the content")).to_be_focused()
    portal.keyboard.press("Enter")
    expect(portal.locator("#main")).to_be_focused()
    portal.locator("summary").first.focus()
    portal.keyboard.press("Enter")
    expect(portal.get_by_role("button", name="Sign out")).to_be_visible()


def test_places_of_compliance_are_reached_by_keyboard_through_two_menus(
    portal: Page, sign_in: SignIn, live_server: LiveServer
) -> None:
    portal.set_viewport_size({"width": 360, "height": 800})
    sign_in("compliance")
    places = portal.get_by_role("navigation", name="Main")
    expect(places.get_by_role("link")).to_have_count(4)
    evidence, logs = places.locator("summary").nth(0), places.locator("summary").nth(1)
    evidence.focus()
    portal.keyboard.press("Enter")
    expect(places.get_by_role("link", name="Reconciliation")).to_be_visible()
    logs.focus()
    portal.keyboard.press("Enter")
    expect(places.get_by_role("link", name="Reconciliation")).to_have_count(0)
    places.get_by_role("link", name="Messages").focus()
    portal.keyboard.press("Enter")
    portal.wait_for_url(f"{live_server.url}/messages/all/")
    expect(portal.get_by_role("heading", name="Messages", level=1)).to_be_visible()
    assert "current" in (logs.get_attribute("class") or "")
