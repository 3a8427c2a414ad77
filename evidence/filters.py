"""The address of the reconciliation, read: what it asks for, or what is wrong with it."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict

from changes import clock
from changes.quarters import Quarter, QuarterError, quarter_of
from changes.queries.listing import quarters_seen
from evidence.forms import quarter_that_has_begun
from evidence.queries.reconciliation_page import Shown
from evidence.reconciliation.facts import Kind, Match

ALL = "all"
KINDS = [
    ("", "all three"),
    *((kind.value, f"{kind}s") for kind in Kind),
]
MATCHES = [
    (Match.UNMATCHED.value, "unmatched"),
    (Match.MATCHED_LATE.value, "matched late"),
    (Match.MATCHED.value, "matched"),
    (ALL, "all"),
]


class ReconciliationFilter(forms.Form):
    """Without a quarter the current one; without a match what is unmatched."""

    quarter = forms.CharField(required=False, widget=forms.Select)
    kind = forms.CharField(label="Of", required=False, widget=forms.Select(choices=KINDS))
    show = forms.CharField(required=False, widget=forms.Select(choices=MATCHES))
    page = forms.CharField(required=False)

    use_required_attribute = False
    data: QueryDict

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data, auto_id="filter_%s")
        current = str(quarter_of(clock.now(), settings.REPORTING_TIME_ZONE))
        asked = data.get("quarter", "")
        quarters = dict.fromkeys([asked, current, *map(str, quarters_seen())])
        widget: Any = self.fields["quarter"].widget
        widget.choices = [(quarter, quarter) for quarter in quarters if quarter]

    def clean_quarter(self) -> Quarter:
        now = clock.now()
        text = self.cleaned_data["quarter"] or str(quarter_of(now, settings.REPORTING_TIME_ZONE))
        try:
            return quarter_that_has_begun(text)
        except QuarterError as error:
            raise forms.ValidationError(str(error)) from error

    def clean_kind(self) -> Kind | None:
        kind: str = self.cleaned_data["kind"]
        if kind not in dict(KINDS):
            raise forms.ValidationError(f"'{kind[:40]}' is none of commit, deployment and change.")
        return Kind(kind) if kind else None

    def clean_show(self) -> Match | None:
        show: str = self.cleaned_data["show"] or Match.UNMATCHED
        if show not in dict(MATCHES):
            raise forms.ValidationError(
                f"'{show[:40]}' is none of unmatched, matched_late, matched and all."
            )
        return None if show == ALL else Match(show)

    def clean_page(self) -> int:
        page: str = self.cleaned_data["page"] or "1"
        if not (page.isascii() and page.isdigit() and len(page) <= 9 and int(page)):
            raise forms.ValidationError(f"'{page[:40]}' is no page: expected 1, 2 or 3.")
        return int(page)

    def clean(self) -> dict[str, Any]:
        for name in self.data:
            if name not in self.fields:
                self.add_error(None, f"The page has no filter '{name[:40]}'.")
            elif len(self.data.getlist(name)) > 1:
                self.add_error(None, f"'{name}' stands in the address more than once.")
        return self.cleaned_data

    @property
    def quarter_asked(self) -> Quarter:
        quarter: Quarter = self.cleaned_data["quarter"]
        return quarter

    @property
    def shown(self) -> Shown:
        return Shown(self.cleaned_data["kind"], self.cleaned_data["show"])

    @property
    def sentences(self) -> list[str]:
        return [str(sentence) for sentences in self.errors.values() for sentence in sentences]
