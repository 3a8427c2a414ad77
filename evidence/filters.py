"""The addresses of the evidence's lists, read: what they ask for, or what is wrong with them."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict

from changes import clock
from changes.models import Person
from changes.quarters import Quarter, QuarterError, quarter_of
from changes.queries.quarters import newest_begun, quarters_seen
from changes.vocabulary import PersonKind
from evidence.exceptions.answers import ANSWERED, DONE, OPEN, OVERDUE
from evidence.exceptions.register import Registered
from evidence.forms import quarter_that_has_begun
from evidence.queries.reconciliation_page import Shown
from evidence.reconciliation.facts import Kind, Match

TEXT_MAXIMUM = 5000
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


class QuarterFilter(forms.Form):
    """Without a quarter the newest with something in it. What is wrong is a sentence."""

    quarter = forms.CharField(required=False, widget=forms.Select)
    page = forms.CharField(required=False)

    use_required_attribute = False
    data: QueryDict

    def __init__(self, data: QueryDict) -> None:
        seen, current = quarters_seen(), quarter_of(clock.now(), settings.REPORTING_TIME_ZONE)
        if not data.get("quarter"):
            data = data.copy()
            data["quarter"] = str(newest_begun(seen, current))
        super().__init__(data, auto_id="filter_%s")
        quarters = dict.fromkeys(map(str, (data["quarter"], current, *seen)))
        widget: Any = self.fields["quarter"].widget
        widget.choices = [(quarter, quarter) for quarter in sorted(quarters, reverse=True)]

    def clean_quarter(self) -> Quarter:
        try:
            return quarter_that_has_begun(self.cleaned_data["quarter"])
        except QuarterError as error:
            raise forms.ValidationError(str(error)) from error

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
    def sentences(self) -> list[str]:
        return [str(sentence) for sentences in self.errors.values() for sentence in sentences]


class ReconciliationFilter(QuarterFilter):
    """Without a match what is unmatched."""

    kind = forms.CharField(label="Of", required=False, widget=forms.Select(choices=KINDS))
    show = forms.CharField(required=False, widget=forms.Select(choices=MATCHES))

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

    @property
    def shown(self) -> Shown:
        return Shown(self.cleaned_data["kind"], self.cleaned_data["show"])


STATES = [("", "any"), *((state, state) for state in (OPEN, OVERDUE, ANSWERED, DONE))]


class ExceptionFilter(QuarterFilter):
    """Of the register; `reference` names one of its rows."""

    state = forms.CharField(required=False, widget=forms.Select(choices=STATES))
    reference = forms.CharField(required=False, max_length=300)

    def clean_state(self) -> str:
        state: str = self.cleaned_data["state"]
        if state not in dict(STATES):
            raise forms.ValidationError(f"'{state[:40]}' is no state of an exception.")
        return state

    def has(self, row: Registered) -> bool:
        return self.cleaned_data["state"] in ("", row.state)


def _optional(help_text: str) -> forms.CharField:
    """Asked of a whole response, and perhaps not known yet."""
    return forms.CharField(
        help_text=f"{help_text} Without it the deviation does not count as answered.",
        required=False,
        max_length=TEXT_MAXIMUM,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class AnswerForm(forms.Form):
    """What management says about an exception."""

    cause = forms.CharField(
        help_text="Why it happened.",
        max_length=TEXT_MAXIMUM,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say what caused it."},
    )
    impact = _optional("What came of it: whom and what it touched, or that it touched nothing.")
    compensating_control = _optional("What else kept the risk small meanwhile.")
    response = forms.CharField(
        label="Remediation",
        help_text="What is done about it.",
        max_length=TEXT_MAXIMUM,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Say what management does about it."},
    )
    retest = _optional("How and when it was tried again, and what that showed.")
    owner = forms.ModelChoiceField(
        queryset=Person.objects.filter(
            is_active=True, kind=PersonKind.HUMAN, username__isnull=False
        ).order_by("name", "pk"),
        error_messages={"required": "Somebody owns it."},
    )
    due_on = forms.DateField(
        label="Due on",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Give a day."},
    )
    is_done = forms.BooleanField(
        label="It is done", required=False, help_text="Remedied, and tested again."
    )

    use_required_attribute = False
