"""Doing something with a change: one page for each action, which asks once."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from changes import clock
from changes.forms.actions import ActionForm, ApproveForm
from changes.permissions import needs
from changes.queries.judgements import Judgement
from changes.roles import Act
from changes.states import STEPS, Action
from changes.views.lookup import change_page, found_judgement, person_of, wording_of
from changes.views.offers import offers_to, open_roles
from changes.views.refusals import refused, status_of
from changes.views.tasks import TASKS
from changes.workflow.refusals import Invalid, Refusal


@needs(Act.READ_CHANGES)
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, key: str, action: Action) -> HttpResponse:
    """GET asks; POST does. What role, state and rules refuse is said with its own sentence."""
    judgement, person, at = found_judgement(request, key), person_of(request), clock.now()
    task, change = TASKS[action], judgement.change
    form = task.form(request.POST or None, change=change, facts=judgement.facts)
    if isinstance(form, ApproveForm):
        form.offer(open_roles(person, judgement, at) or form.all_roles)
    if request.method == "GET":
        return _asked(request, judgement, action, form)
    if not form.is_valid():
        return _page(request, judgement, action, form, HTTPStatus.BAD_REQUEST)
    try:
        task.run(form, person, at)
    except Invalid as refusal:
        form.add_refusal(refusal.fields)
        return _page(request, judgement, action, form, HTTPStatus.BAD_REQUEST)
    except Refusal as refusal:
        return refused(
            request,
            status_of(refusal),
            str(refusal),
            back=change_page(change),
            back_text=f"Look at {change.key}",
        )
    messages.success(request, f"{change.key} is {task.done}.")
    return redirect(change_page(change))


def _asked(
    request: HttpRequest, judgement: Judgement, action: Action, form: ActionForm
) -> HttpResponse:
    """The page that asks, or the reasons why there is nothing to ask."""
    offers = offers_to(person_of(request), judgement, clock.now())
    offer = next((offer for offer in offers if offer.step.action == action), None)
    if offer and not offer.reasons:
        return _page(request, judgement, action, form, HTTPStatus.OK)
    change = judgement.change
    said = offer.reasons if offer else (f"{change.key} is {change.get_state_display()}.",)
    return refused(
        request,
        HTTPStatus.CONFLICT,
        " ".join(said),
        back=change_page(change),
        back_text=f"Look at {change.key}",
    )


def _page(
    request: HttpRequest,
    judgement: Judgement,
    action: Action,
    form: ActionForm,
    status: HTTPStatus,
) -> HttpResponse:
    context = {
        "change": judgement.change,
        "judgement": judgement,
        "wording": wording_of(judgement.change),
        "step": STEPS[action],
        "task": TASKS[action],
        "form": form,
        "shows_wording": action in (Action.APPROVE, Action.SUBMIT),
        "shows_plan": action is Action.ROLL_BACK,
    }
    return render(request, "changes/act.html", context, status=status)
