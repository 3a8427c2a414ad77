"""What a person adds to an action: one form for each that asks for something."""

from typing import Any

from django import forms

from changes.models import ChangeRequest
from changes.rules.facts import ChangeFacts
from changes.vocabulary import (
    ApprovalRole,
    RolloutStageName,
    VerificationKind,
    choices,
    label,
)

COMMENT_MAXIMUM = 10_000


class ActionForm(forms.Form):
    """An action that asks for nothing: the button is the whole form."""

    seen = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    use_required_attribute = False

    def __init__(self, data: Any = None, *, change: ChangeRequest, facts: ChangeFacts) -> None:
        super().__init__(data)
        self.change, self.facts = change, facts
        self.fields["seen"].initial = self.as_it_stands
        self.prepare()

    def prepare(self) -> None:
        """Choices and first values that depend on the change."""

    @property
    def as_it_stands(self) -> str:
        """State, revision and wording: what somebody saw who is asked something."""
        facts = self.facts
        return f"{self.change.state} {facts.head_revision[:40]} {facts.request_digest[:16]}"

    @property
    def is_stale(self) -> bool:
        """The request moved on since the page was drawn."""
        seen = self.cleaned_data.get("seen")
        return bool(seen) and seen != self.as_it_stands

    def add_refusal(self, fields: dict[str, str]) -> None:
        for name, sentence in fields.items():
            self.add_error(name if name in self.fields else None, sentence)


class ApproveForm(ActionForm):
    """`revision` and `request_digest` are what the approver was shown, `approver` the user name to
    whom: nobody approves as somebody else.
    """

    role = forms.ChoiceField(label="You approve as", widget=forms.RadioSelect)
    comment = forms.CharField(
        label="Comment",
        help_text="What you looked at, and anything that the next reader should know.",
        required=False,
        max_length=COMMENT_MAXIMUM,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    revision = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    request_digest = forms.CharField(max_length=64, widget=forms.HiddenInput)
    approver = forms.CharField(required=False, max_length=150, widget=forms.HiddenInput)

    all_roles = list(ApprovalRole)

    def offer(self, roles: list[ApprovalRole]) -> None:
        field: Any = self.fields["role"]
        field.choices = [(role.value, label(role)) for role in roles]
        field.initial = roles[0].value if roles else None

    def prepare(self) -> None:
        self.offer(self.all_roles)
        self.fields["revision"].initial = self.facts.head_revision
        self.fields["request_digest"].initial = self.facts.request_digest


class RevisionForm(ActionForm):
    revision = forms.CharField(
        help_text="The commit that is deployed; the head of the pull request unless you change it.",
        max_length=64,
    )

    def prepare(self) -> None:
        self.fields["revision"].initial = self.facts.head_revision

    def clean_revision(self) -> str:
        revision: str = self.cleaned_data["revision"]
        if not revision.isascii() or not revision.isalnum():
            raise forms.ValidationError("A revision is letters and digits, such as a commit's SHA.")
        return revision


class StartDeploymentForm(RevisionForm):
    artifact_digest = forms.CharField(
        label="Artifact",
        help_text="The digest of what was built from it, such as sha256:9f86d0... Without one "
        "nothing shows what runs.",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"spellcheck": "false"}),
    )


class AdvanceForm(ActionForm):
    stage = forms.ChoiceField(choices=choices(RolloutStageName), widget=forms.HiddenInput)


class VerifyForm(ActionForm):
    kind = forms.ChoiceField(
        label="What was verified", choices=choices(VerificationKind), widget=forms.RadioSelect
    )
    has_passed = forms.TypedChoiceField(
        label="Result",
        choices=[("yes", "passed"), ("no", "failed")],
        coerce=lambda text: text == "yes",
        widget=forms.RadioSelect,
    )
    name = forms.CharField(label="KPI: name", required=False, max_length=100)
    baseline = forms.DecimalField(label="KPI: baseline", required=False, max_digits=15)
    value = forms.DecimalField(label="KPI: value after", required=False, max_digits=15)
    direction = forms.ChoiceField(
        label="KPI: better is",
        required=False,
        choices=[("", "not a KPI"), ("higher", "higher"), ("lower", "lower")],
    )
    tolerance = forms.DecimalField(
        label="KPI: tolerance in percent", required=False, min_value=0, max_digits=6
    )

    KPI = ("name", "baseline", "value", "direction", "tolerance")

    def prepare(self) -> None:
        done = {
            kind
            for deployment in self.facts.deployments[-1:]
            for kind in (*deployment.verified, *deployment.failed_verifications)
        }
        left = [kind.value for kind in VerificationKind if kind.value not in done]
        self.fields["kind"].initial = left[0] if left else None

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("kind") == VerificationKind.KPI:
            for name in self.KPI:
                if self.cleaned_data.get(name) in (None, "") and name not in self.errors:
                    self.add_error(name, "A KPI has all five: fill this in.")
        return self.cleaned_data

    @property
    def details(self) -> dict[str, str]:
        if self.cleaned_data["kind"] != VerificationKind.KPI:
            return {}
        return {name: str(self.cleaned_data[name]) for name in self.KPI}
