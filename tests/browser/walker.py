"""One change in the browser, as one person after another opens it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

TEXTS = {
    "Title": "Sort the pages",
    "What changes": "The list of pages is sorted by title.",
    "Why": "People look for titles.",
    "Risk": "None worth naming.",
    "How it was tested": "By the suite, and by hand.",
    "How to roll it back": "Deploy the revision before.",
}


@dataclass
class Walker:
    """`sign_in` takes a user name; `key` is known once the change is drafted."""

    page: Page
    url: str
    sign_in: Callable[[str], None]
    key: str = ""

    def draft(self, username: str, category: str, **more: str) -> None:
        """Everything that the form asks for; `more` are fields by their labels. Kept as a draft."""
        self.sign_in(username)
        self.page.get_by_role("link", name="New change").first.click()
        for name, text in TEXTS.items():
            self.field(name).fill(text)
        self.page.get_by_label("API", exact=True).check()
        self.field("Category").select_option(category)
        for name, text in more.items():
            field = self.field(name.replace("_", " "))
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(label=text)
            else:
                field.fill(text)
        self.confirm("Save draft")
        self.key = self.page.locator(".page-head .mono").first.inner_text()

    def open(self, username: str) -> None:
        self.sign_in(username)
        self.page.goto(f"{self.url}/changes/{self.key}/")

    def field(self, name: str) -> Locator:
        """By its label, with or without the word that it is needed."""
        label = re.compile(rf"^{re.escape(name)}( \(needed\))?$")
        return self.page.locator("input, select, textarea").and_(self.page.get_by_label(label))

    def choose(self, name: str) -> None:
        """An action that the page offers: a link to the page that asks."""
        self.page.locator("#next").get_by_role("link", name=name, exact=True).click()

    def confirm(self, name: str) -> None:
        """The button of a page that asks, or of an action that needs no asking."""
        self.page.locator("#main").get_by_role("button", name=name, exact=True).click()

    def take(self, name: str, **fields: str) -> None:
        """Choose, fill in, confirm."""
        self.choose(name)
        for label, text in fields.items():
            self.field(label.replace("_", " ")).fill(text)
        self.confirm(name)

    def reads(self, sentence: str) -> None:
        expect(self.page.get_by_text(sentence).first).to_be_visible()

    def is_offered(self, name: str, *, indeed: bool = True) -> None:
        offered = self.page.locator("#next").get_by_role("link", name=name, exact=True)
        expect(offered).to_have_count(1 if indeed else 0)

    def stands(self, state: str) -> None:
        expect(self.page.locator(".page-head .badge").first).to_have_text(state)
