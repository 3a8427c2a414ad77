"""Policy versions: adding one proposes it; another person approves it; none is edited."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import transaction
from django.db.models import JSONField, QuerySet
from django.forms import CharField, Textarea
from django.http import HttpRequest

from changes import clock
from changes.admin.base import EntryAdmin, actor_of, tell_refusal
from changes.admin.bases import PolicyModelForm
from changes.models import Person, PolicyVersion
from changes.permissions import may
from changes.queries.dry_runs import dry_run, kept_dry_runs, last_quarter
from changes.queries.policies import version_before, version_in_force, why_overlapping
from changes.queries.policy_words import SECTIONS, edits_of
from changes.roles import Act
from changes.rules.policy import Policy
from changes.rules.policy_values import problems_of
from changes.tasks import wake_for_dry_run
from changes.workflow.policies import approve_policy, propose_policy, withdraw_policy
from changes.workflow.refusals import Refusal

DRY_RUN = "_dry_run"


class ReasonForm(ActionForm):
    reason = CharField(label="Why (to withdraw)", required=False, max_length=5000)


class PolicyForm(PolicyModelForm):
    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for name, sentence in problems_of(given).items():
            self.add_error(name, sentence)
        day = given.get("effective_on")
        overlapping = why_overlapping(day) if day else ""
        if overlapping:
            self.add_error("effective_on", overlapping)
        if self.is_dry_run and not self.errors:
            self.add_error(None, "A dry run: nothing is proposed yet. See what it would do below.")
        return given

    @property
    def is_dry_run(self) -> bool:
        return DRY_RUN in self.data

    @property
    def is_tried(self) -> bool:
        """Its figures are whole, and the only thing against it is that it was a dry run."""
        return self.is_bound and self.is_dry_run and list(self.errors) == [NON_FIELD_ERRORS]


@admin.register(PolicyVersion)
class PolicyVersionAdmin(EntryAdmin):
    form = PolicyForm
    actions = ("approve", "withdraw")
    action_form = ReasonForm
    list_display = (
        *("version", "standing", "effective_on", "proposed_by"),
        *("approved_by", "approved_at", "withdrawn_because"),
    )
    list_select_related = ("proposed_by", "approved_by", "withdrawal__withdrawn_by")
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("version", "effective_on", "summary")}),
        *((heading, {"fields": [name for name, _ in rows]}) for heading, rows in SECTIONS),
    )
    formfield_overrides: ClassVar[dict[Any, Any]] = {
        JSONField: {"widget": Textarea(attrs={"rows": 2, "cols": 100})}
    }

    def has_add_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, Person) and may(request.user, Act.PROPOSE_POLICY)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="withdrawn")
    def withdrawn_because(self, version: PolicyVersion) -> str:
        if not version.is_withdrawn:
            return ""
        return f"by {version.withdrawal.withdrawn_by}: {version.withdrawal.reason}"

    def has_withdraw_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request)

    def has_approve_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, Person) and may(request.user, Act.APPROVE_POLICY)

    def get_changeform_initial_data(self, request: HttpRequest) -> Any:
        """A proposal starts from the version in force."""
        current = version_in_force(clock.now())
        return {name: getattr(current, name) for name in Policy.names()}

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        """Beside the figures: what they change, and what they would do to the last quarter. What
        is not proposed yet is tried at once; a proposal shows its newest dry run.
        """
        form, version = context["adminform"].form, kwargs.get("obj")
        now = clock.now()
        if version is not None:
            context["tried"], context["trying"] = kept_dry_runs(version)
        elif form.is_bound and form.is_tried:
            version = form.instance
            context["dry_run"] = dry_run(version, last_quarter(now), now)
        context["quarter"] = last_quarter(now)
        if version is not None:
            before = version_before(version)
            context |= {"version": version, "before": before, "edits": edits_of(version, before)}
        return super().render_change_form(request, context, *args, **kwargs)

    def is_refusal(self, form: Any) -> bool:
        return super().is_refusal(form) and not form.is_tried

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        propose_policy(version=form.instance, actor=actor_of(request), at=clock.now())
        transaction.on_commit(wake_for_dry_run)

    @admin.action(description="Approve the selected proposals", permissions=["approve"])
    def approve(self, request: HttpRequest, chosen: QuerySet[PolicyVersion]) -> None:
        for version in chosen:
            try:
                approve_policy(version=version, actor=actor_of(request), at=clock.now())
            except Refusal as refusal:
                tell_refusal(request, refusal)
            else:
                messages.success(request, f"{version} is approved.")

    @admin.action(description="Withdraw the selected proposals", permissions=["withdraw"])
    def withdraw(self, request: HttpRequest, chosen: QuerySet[PolicyVersion]) -> None:
        """With one reason for all of them, from beside the choice of the action."""
        reason, actor = request.POST.get("reason", ""), actor_of(request)
        for version in chosen:
            try:
                withdraw_policy(version=version, actor=actor, at=clock.now(), reason=reason)
            except Refusal as refusal:
                tell_refusal(request, refusal)
            else:
                messages.success(request, f"{version} is withdrawn.")
