"""What is asked of people around a rollout: reasons, plans, samples, documents."""

import re

from django import forms

from changes.forms.actions import COMMENT_MAXIMUM, ActionForm, RevisionForm
from changes.models import DocumentationUpdate, Rollback
from changes.vocabulary import DocumentKind, RollbackTrigger, choices, label
from changes.workflow.documents import PATH_MAXIMUM
from changes.workflow.runbooks import OUTPUT_MAXIMUM, commands_for, unconfirmed


class ReasonForm(ActionForm):
    reason = forms.CharField(
        label="Why",
        max_length=COMMENT_MAXIMUM,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why."},
    )


class RejectForm(ReasonForm):
    """`revision` and `request_digest` are what the person was shown."""

    revision = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    request_digest = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def prepare(self) -> None:
        self.fields["revision"].initial = self.facts.head_revision
        self.fields["request_digest"].initial = self.facts.request_digest


class ScheduleForm(ActionForm):
    planned_for = forms.DateTimeField(
        label="When it is to begin",
        help_text="In your time zone; inside the deployment window.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={
            "required": "Say when it is to begin.",
            "invalid": "Give a day and a time of the day.",
        },
    )


class ReleaseForm(RevisionForm):
    """The same question: which revision."""


class SampleForm(ActionForm):
    """A sample of this moment, read off by a person."""

    error_rate_percent = forms.CharField(
        label="Error rate in percent", required=False, max_length=20
    )
    latency_p95_ms = forms.CharField(
        label="P95 latency in milliseconds", required=False, max_length=20
    )
    is_healthy = forms.TypedChoiceField(
        label="Health check",
        required=False,
        choices=[("", "not looked at"), ("yes", "passed"), ("no", "failed")],
        coerce=lambda text: text == "yes",
        empty_value=None,
    )


class DocumentForm(ActionForm):
    kind = forms.ChoiceField(label="Document", choices=choices(DocumentKind))
    path = forms.CharField(
        label="Where it was updated",
        help_text="The file in the repository, or the address of the page.",
        max_length=PATH_MAXIMUM,
        error_messages={"required": "Name the file or page."},
    )


class WaiverForm(ReasonForm):
    kind = forms.ChoiceField(label="Document", choices=choices(DocumentKind))
    field_order = ("kind", "reason")


class ApproveWaiverForm(ActionForm):
    kind = forms.ChoiceField(label="Which waiver", widget=forms.RadioSelect)

    def prepare(self) -> None:
        asked = DocumentationUpdate.objects.filter(
            change=self.change, waived_by__isnull=True
        ).exclude(waiver_reason="")
        self.fields["kind"].choices = [  # type: ignore[attr-defined] # of a choice field
            (document.kind, f"{label(document.kind)}: {document.waiver_reason}")
            for document in asked
        ]


_STEP = re.compile(r"output_(\d{1,3})", re.ASCII)


class StepsForm(ActionForm):
    """A box for each step of the runbook; what is left empty is not done yet."""

    def add_steps(self, steps: list[tuple[int, str]]) -> None:
        for number, command in steps:
            self.fields[f"output_{number}"] = forms.CharField(
                label=f"Step {number}: {command}",
                help_text="Run it, then paste what it put out. Empty while it is not done.",
                required=False,
                max_length=OUTPUT_MAXIMUM,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    @property
    def outputs(self) -> dict[int, str]:
        """By the number of the step; of one that is not asked for, the workflow says why not."""
        given = {name: self.cleaned_data.get(name, self.data[name]) for name in self.data}
        found = {_STEP.fullmatch(name): text for name, text in given.items() if text}
        return {int(match[1]): text for match, text in found.items() if match}


class ConfirmRollbackForm(StepsForm):
    def prepare(self) -> None:
        self.add_steps(unconfirmed(self.change))


class RollBackForm(StepsForm):
    trigger = forms.ChoiceField(
        label="What set it off",
        choices=choices(RollbackTrigger),
        initial=RollbackTrigger.MANUAL.value,
    )
    reason = forms.CharField(
        label="Why",
        help_text="It opens the post-mortem.",
        max_length=COMMENT_MAXIMUM,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why it is rolled back."},
    )

    def prepare(self) -> None:
        deployment = self.change.deployments.order_by("started_at", "pk").last()
        opened = Rollback.objects.filter(deployment=deployment).first() if deployment else None
        if opened:
            self.fields["trigger"].initial = opened.trigger
            self.fields["reason"].initial = opened.reason
            self.add_steps(unconfirmed(self.change))
        elif deployment:
            commands = enumerate(commands_for(self.change, deployment), start=1)
            self.add_steps([(number, text) for number, (_, text) in commands])
