"""The address of the list of changes, read: what it asks for, or what is wrong with it."""

from enum import StrEnum
from typing import Any, TypeVar

from django import forms
from django.conf import settings
from django.http import QueryDict

from changes.models import System
from changes.quarters import Quarter, QuarterError, parse_quarter
from changes.queries.listing import SORTS, Selection
from changes.queries.quarters import quarters_seen
from changes.vocabulary import Category, State, choices, label

TEXT_MAXIMUM = 200
Word = TypeVar("Word", bound=StrEnum)


class ChangeFilter(forms.Form):
    """A bad value, an unknown parameter or one given twice is a sentence, never another list."""

    q = forms.CharField(
        label="Search",
        required=False,
        max_length=TEXT_MAXIMUM,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": "Key, title, pull request number, person"}
        ),
    )
    quarter = forms.CharField(required=False, widget=forms.Select)
    category = forms.CharField(
        required=False, widget=forms.Select(choices=[("", "any"), *choices(Category)])
    )
    state = forms.CharField(
        required=False, widget=forms.Select(choices=[("", "any"), *choices(State)])
    )
    system = forms.CharField(required=False, widget=forms.Select)
    person = forms.CharField(required=False, max_length=TEXT_MAXIMUM)
    open = forms.BooleanField(label="with something open", required=False)
    sort = forms.CharField(required=False, widget=forms.HiddenInput)
    page = forms.CharField(required=False)

    use_required_attribute = False
    data: QueryDict

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data, auto_id="filter_%s")
        self._set_choices("quarter", [str(q) for q in quarters_seen()])
        systems = System.objects.values_list("slug", "name")
        widget: Any = self.fields["system"].widget
        widget.choices = [("", "any"), *systems]

    def clean_quarter(self) -> Quarter | None:
        text = self.cleaned_data["quarter"]
        try:
            return parse_quarter(text, settings.REPORTING_TIME_ZONE) if text else None
        except QuarterError as error:
            raise forms.ValidationError(str(error)) from error

    def clean_category(self) -> Category | None:
        return _word(Category, self.cleaned_data["category"], "category")

    def clean_state(self) -> State | None:
        return _word(State, self.cleaned_data["state"], "state")

    def clean_system(self) -> System | None:
        slug = self.cleaned_data["system"]
        system = System.objects.filter(slug=slug).first() if slug else None
        if slug and system is None:
            raise forms.ValidationError(f"There is no system '{slug[:40]}'.")
        return system

    def clean_sort(self) -> str:
        sort: str = self.cleaned_data["sort"] or "-key"
        if sort.removeprefix("-") not in SORTS:
            known = ", ".join(SORTS)
            raise forms.ValidationError(f"'{sort[:40]}' is no order. Known are {known}.")
        return sort

    def clean_page(self) -> int | str:
        page: str = self.cleaned_data["page"] or "1"
        if page == "last":
            return page
        if not (page.isascii() and page.isdigit() and 1 <= len(page) <= 9 and int(page)):
            raise forms.ValidationError(f"'{page[:40]}' is no page: expected 1, 2, 3 or last.")
        return int(page)

    def clean(self) -> dict[str, Any]:
        for name in self.data:
            if name not in self.fields:
                self.add_error(None, f"The list has no filter '{name[:40]}'.")
            elif len(self.data.getlist(name)) > 1:
                self.add_error(None, f"'{name}' stands in the address more than once.")
        return self.cleaned_data

    @property
    def selection(self) -> Selection:
        given = self.cleaned_data
        return Selection(
            text=given["q"],
            quarter=given["quarter"],
            category=given["category"],
            state=given["state"],
            system=given["system"],
            person=given["person"],
            only_open=given["open"],
            sort=given["sort"],
        )

    @property
    def sentences(self) -> list[str]:
        return [str(sentence) for sentences in self.errors.values() for sentence in sentences]

    @property
    def is_narrowed(self) -> bool:
        return any(self.data.get(name) for name in self.fields if name not in ("sort", "page"))

    def _set_choices(self, name: str, values: list[str]) -> None:
        asked = self.data.get(name, "")
        shown = values if asked in ("", *values) else [asked, *values]
        widget: Any = self.fields[name].widget
        widget.choices = [("", "any"), *((value, value) for value in shown)]


def _word(words: type[Word], text: str, name: str) -> Word | None:
    if not text:
        return None
    try:
        return words(text)
    except ValueError as error:
        known = ", ".join(label(word) for word in words)
        raise forms.ValidationError(f"'{text[:40]}' is no {name}. Known are {known}.") from error
