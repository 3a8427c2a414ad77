"""The request itself, in the order in which people think of a change."""

from math import isfinite
from typing import Any

from django import forms

from changes.intake.pull_request_urls import (
    PullRequestUrl,
    PullRequestUrlError,
    parse_pull_request_url,
)
from changes.models import ChangeRequest, StandardProcedure, System
from changes.vocabulary import Category, DocumentKind, Means, choices, label
from changes.workflow.requests import EDITABLE, TITLE_MAXIMUM

TEXT_MAXIMUM = 50_000
LARGEST = 1e15
PARTS = (
    (
        "What and why",
        "Start with the pull request if there is one: its commits and reviews come with it.",
        ("means", "pull_request_url", "title", "description", "business_justification"),
    ),
    ("Where", "The tech leads of these systems are asked.", ("systems", "is_infrastructure")),
    (
        "How it may go wrong, and back",
        "What an approver weighs, and what the person on call reads at three in the morning.",
        ("risk_assessment", "testing_evidence", "rollback_plan", "changes_schema"),
    ),
    (
        "Documents",
        "What the pull request updates beside the code.",
        ("documents",),
    ),
    (
        "Category",
        "Standard follows a pre-approved procedure; an emergency names its incident.",
        ("category", "standard_procedure", "procedure_parameters", "incident_url"),
    ),
    (
        "Security advisory",
        "Only if the change answers one: the policy says within how many days.",
        ("advisory", "advisory_published_on"),
    ),
    ("When", "", ("avoided_day_reason",)),
)


def _text(title: str, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=title,
        help_text=help_text,
        required=False,
        max_length=TEXT_MAXIMUM,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class ParametersField(forms.CharField):
    """Lines of `name = number`, as the limits of a standard procedure want them."""

    widget = forms.Textarea(attrs={"rows": 2})

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return "\n".join(f"{name} = {number}" for name, number in value.items())
        return value

    def clean(self, value: Any) -> dict[str, float]:
        return dict(_parameter(line) for line in super().clean(value).splitlines() if line.strip())


def _parameter(line: str) -> tuple[str, float]:
    name, sign, text = (part.strip() for part in line.partition("="))
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not (name and sign and isfinite(number)) or abs(number) > LARGEST:
        raise forms.ValidationError(f"'{line[:60]}': expected a name, = and a number.")
    return name, int(number) if number.is_integer() else number


class ChangeForm(forms.Form):
    """A draft may lack everything but its title; submitting asks the policy for the rest."""

    pull_request_url = forms.CharField(
        label="Pull request",
        help_text="Its address, such as https://github.com/owner/repository/pull/17.",
        required=False,
        max_length=500,
        widget=forms.URLInput(attrs={"type": "text", "inputmode": "url", "spellcheck": "false"}),
    )
    means = forms.ChoiceField(
        label="How it is made",
        help_text="Without code no pipeline tests it: attach files that show how it was tried.",
        choices=choices(Means),
        initial=Means.CODE.value,
        required=False,
    )
    title = forms.CharField(
        help_text=f"In one line, up to {TITLE_MAXIMUM} characters.", max_length=TITLE_MAXIMUM
    )
    description = _text("What changes")
    business_justification = _text("Why", "What it is good for, and what happens without it.")
    systems = forms.ModelMultipleChoiceField(
        label="Affected systems",
        queryset=System.objects.all(),
        to_field_name="slug",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    is_infrastructure = forms.BooleanField(
        label="It changes infrastructure or architecture",
        help_text="A tech lead is then asked, whatever the category.",
        required=False,
    )
    risk_assessment = _text("Risk", "What could go wrong, how likely, how bad, for whom.")
    testing_evidence = _text("How it was tested", "And where the results are.")
    rollback_plan = _text("How to roll it back", "The steps, and how long they take.")
    changes_schema = forms.BooleanField(label="It changes the database schema", required=False)
    documents = forms.MultipleChoiceField(
        label="Updated documents",
        choices=choices(DocumentKind),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    category = forms.ChoiceField(choices=choices(Category), initial=Category.NORMAL.value)
    standard_procedure = forms.ModelChoiceField(
        help_text="For a standard change only.",
        queryset=StandardProcedure.objects.all(),
        to_field_name="slug",
        required=False,
        empty_label="none",
    )
    procedure_parameters = ParametersField(
        label="Parameters of the procedure",
        help_text="One on each line, such as: instances = 4",
        required=False,
        max_length=2000,
    )
    incident_url = forms.URLField(
        label="Incident",
        help_text="The incident's address; for an emergency only.",
        required=False,
        max_length=200,
        assume_scheme="https",
    )
    advisory = forms.CharField(
        help_text="Its name, such as CVE-2026-1234.", required=False, max_length=100
    )
    advisory_published_on = forms.DateField(
        label="Published on",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    avoided_day_reason = _text(
        "Why on an avoided day", "Only if it has to be deployed on a day that the policy avoids."
    )

    use_required_attribute = False

    def clean_pull_request_url(self) -> PullRequestUrl | None:
        text = self.cleaned_data["pull_request_url"]
        try:
            return parse_pull_request_url(text) if text else None
        except PullRequestUrlError as error:
            raise forms.ValidationError(str(error)) from error

    def clean_means(self) -> str:
        return self.cleaned_data["means"] or Means.CODE.value

    @property
    def values(self) -> dict[str, Any]:
        """What the workflow takes as the request's own columns."""
        given = self.cleaned_data
        return {name: given[name] for name in EDITABLE if name in given}

    @property
    def document_kinds(self) -> list[DocumentKind]:
        return [DocumentKind(kind) for kind in self.cleaned_data["documents"]]

    @property
    def parts(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        return [(heading, says, [self[name] for name in names]) for heading, says, names in PARTS]

    def add_refusal(self, fields: dict[str, str]) -> None:
        """What the workflow refused, beside the field that it is about."""
        for name, sentence in fields.items():
            self.add_error(name if name in self.fields else None, sentence)


def values_of(change: ChangeRequest) -> dict[str, Any]:
    """The form's initial values for a draft."""
    pull = change.pull_requests.order_by("pk").last()
    procedure = change.standard_procedure
    return {
        **{name: getattr(change, name) for name in EDITABLE},
        "pull_request_url": pull.url if pull else "",
        "systems": [system.slug for system in change.systems.all()],
        "documents": [document.kind for document in change.documents.all()],
        "standard_procedure": procedure.slug if procedure else None,
    }


def lacking_sentences(names: list[str]) -> dict[str, str]:
    """For each field that keeps the request from being submitted."""
    field_of = {"affected_systems": "systems"}
    return {
        field_of.get(name, name): f"Needed to submit: {label(name)} is still empty."
        for name in names
    }
