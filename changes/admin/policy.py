"""Policy versions: adding one proposes it; another person approves it; none is edited."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import JSONField, QuerySet
from django.forms import Textarea
from django.http import HttpRequest

from changes import clock
from changes.admin.base import EntryAdmin, actor_of
from changes.admin.bases import PolicyModelForm
from changes.models import Person, PolicyVersion
from changes.permissions import may
from changes.queries.policies import version_in_force
from changes.queries.policy_words import SECTIONS
from changes.roles import Act
from changes.rules.policy import Policy
from changes.rules.policy_values import problems_of
from changes.workflow.policies import approve_policy, propose_policy
from changes.workflow.refusals import Refusal


class PolicyForm(PolicyModelForm):
    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for name, sentence in problems_of(given).items():
            self.add_error(name, sentence)
        return given


@admin.register(PolicyVersion)
class PolicyVersionAdmin(EntryAdmin):
    form = PolicyForm
    actions = ("approve",)
    list_display = ("version", "state", "effective_on", "proposed_by", "approved_by", "approved_at")
    list_select_related = ("proposed_by", "approved_by")
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

    def has_approve_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, Person) and may(request.user, Act.APPROVE_POLICY)

    def get_changeform_initial_data(self, request: HttpRequest) -> Any:
        """A proposal starts from the version in force."""
        current = version_in_force(clock.now())
        return {name: getattr(current, name) for name in Policy.names()}

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        propose_policy(version=form.instance, actor=actor_of(request), at=clock.now())

    @admin.action(description="Approve the selected proposals", permissions=["approve"])
    def approve(self, request: HttpRequest, chosen: QuerySet[PolicyVersion]) -> None:
        for version in chosen:
            try:
                approve_policy(version=version, actor=actor_of(request), at=clock.now())
            except Refusal as refusal:
                messages.error(request, str(refusal))
            else:
                messages.success(request, f"{version} is approved.")
