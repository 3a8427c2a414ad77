"""One address for each action of the table of states, and for what stands beside it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from changes import clock
from changes.api.access import IN_PERSON, WRITE
from changes.api.answers import WholeChangeAnswer
from changes.api.base import ApiView, Done, person_of
from changes.api.documentation import key_parameter
from changes.api.fields import Body
from changes.api.forms_as_json import as_in_the_body, checked, draft_of, form_data, request_body
from changes.api.lookup import found_whole_change
from changes.api.views.changes import DRAFT, whole
from changes.forms.actions import ActionForm
from changes.models import ChangeRequest
from changes.permissions import why_may_not
from changes.queries.judgements import judgements_of
from changes.states import STEPS, Action
from changes.views.followups import FOLLOW_UPS
from changes.views.tasks import TASKS
from changes.workflow.refusals import NotNow
from changes.workflow.steps import begin

# A token may do these for its person; everything else is done in person (decision 0060).
BY_TOKEN = frozenset({Action.EDIT, Action.SUBMIT, Action.WITHDRAW, Action.CLOSE})
BODIES: dict[type[ActionForm], type[Body]] = {}


def body_of(form: type[ActionForm]) -> type[Body]:
    """One for each form, so that the description names it once."""
    return BODIES.setdefault(form, request_body(form, form.__name__.removesuffix("Form")))


class Doing(ApiView):
    """What happens to one change; the answer is the change as it is then."""

    body_may_be_empty = True

    def done(self, request: Request, key: str) -> HttpResponse:
        def act() -> Done:
            change = found_whole_change(request, key)
            self.do(request, change)
            return 200, whole(found_whole_change(request, key))

        return self.once(request, act)

    def do(self, request: Request, change: ChangeRequest) -> None:
        raise NotImplementedError

    def form(self, kind: type[ActionForm], change: ChangeRequest) -> ActionForm:
        values = self.given(body_of(kind))
        facts = judgements_of([change], clock.now())[0].facts
        form: ActionForm = checked(kind(form_data(kind, values), change=change, facts=facts))
        return form


def action_view(action: Action) -> Any:
    """The view of one action; its body is the form of the action's page."""
    step, task = STEPS[action], TASKS.get(action)
    body = DRAFT if task is None else body_of(task.form)

    class View(Doing):
        access = {"POST": WRITE if action in BY_TOKEN else IN_PERSON}
        body_may_be_empty = not any(field.required for field in body().fields.values())

        @extend_schema(
            operation_id=f"changes_{action}",
            summary=step.label,
            description=task.says if task else "The request in other words.",
            parameters=[key_parameter()],
            request=body,
            responses=WholeChangeAnswer,
        )
        def post(self, request: Request, key: str) -> HttpResponse:
            return self.done(request, key)

        def do(self, request: Request, change: ChangeRequest) -> None:
            person, at = person_of(request), clock.now()
            if task is None:
                draft_of(change, self.given(DRAFT), person, at)
                return
            begin(change, action, person, at)
            with as_in_the_body():
                task.run(self.form(task.form, change), person, at)

    return View.as_view()


def follow_up_view(slug: str) -> Any:
    task = FOLLOW_UPS[slug]
    body = body_of(task.form)

    class View(Doing):
        access = {"POST": IN_PERSON}
        body_may_be_empty = not any(field.required for field in body().fields.values())

        @extend_schema(
            operation_id=f"changes_{slug.replace('-', '_')}",
            summary=task.label,
            description=task.says,
            parameters=[key_parameter()],
            request=body,
            responses=WholeChangeAnswer,
        )
        def post(self, request: Request, key: str) -> HttpResponse:
            return self.done(request, key)

        def do(self, request: Request, change: ChangeRequest) -> None:
            person = person_of(request)
            if refusal := why_may_not(person, task.act):
                raise PermissionDenied(refusal)
            if not task.applies(change):
                raise NotNow(f"{change.key} does not ask for this now.")
            task.run(self.form(task.form, change), person, clock.now())

    return View.as_view()
