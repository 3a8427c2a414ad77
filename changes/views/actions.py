"""Doing something with a change: one page for each action, which asks once."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from changes import clock
from changes.forms.actions import ActionForm, ApproveForm
from changes.models import Person
from changes.permissions import needs, why_may_not, why_may_not_take
from changes.queries.judgements import Judgement
from changes.roles import Act
from changes.states import STEPS, Action
from changes.views.followups import FOLLOW_UPS
from changes.views.lookup import change_page, found_judgement, person_of, wording_of
from changes.views.offers import offers_to, open_roles
from changes.views.refusals import keep_refusal, refused, sentences_of, status_of
from changes.views.tasks import TASKS
from changes.vocabulary import State
from changes.workflow.refusals import Invalid, NotNow, Refusal

Run = Callable[[Any, Any, datetime], object]


@needs(Act.READ_CHANGES)
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, key: str, action: Action) -> HttpResponse:
    """GET asks; POST does. What role, state and rules refuse is said with its own sentence."""
    judgement, person, task = found_judgement(request, key), person_of(request), TASKS[action]
    refusal = why_may_not_take(person, action, judgement.change)
    if refusal:
        return _refused(request, judgement, _status(person, action, judgement), refusal)
    if not task.applies(judgement.change):
        sentence = f"{judgement.change.key} does not ask for this now."
        return _refused(request, judgement, HTTPStatus.CONFLICT, sentence)
    reasons = _reasons_against(request, judgement, action) if request.method == "GET" else ()
    if reasons:
        return _refused(request, judgement, HTTPStatus.CONFLICT, " ".join(reasons))
    form = task.form(_data(request), change=judgement.change, facts=judgement.facts)
    if isinstance(form, ApproveForm):
        # What is sent for another capacity is refused by the workflow, with its reason.
        if request.method == "GET":
            form.offer(open_roles(person, judgement, clock.now()) or form.all_roles)
        form.fields["approver"].initial = person.username
    context = {
        "step": STEPS[action],
        "task": task,
        "shows_wording": action in (Action.APPROVE, Action.SUBMIT),
        "shows_plan": action is Action.ROLL_BACK,
        "shows_post_mortem": action is Action.APPROVE_POST_MORTEM,
    }
    return _asked_or_done(request, judgement, form, task.run, context)


@needs(Act.READ_CHANGES)
@require_http_methods(["GET", "POST"])
def follow_up(request: HttpRequest, key: str, slug: str) -> HttpResponse:
    """The same for what stands beside the table of states."""
    judgement, task = found_judgement(request, key), FOLLOW_UPS[slug]
    refusal = why_may_not(person_of(request), task.act)
    if refusal:
        raise PermissionDenied(refusal)
    if not task.applies(judgement.change):
        sentence = f"{judgement.change.key} does not ask for this now."
        return _refused(request, judgement, HTTPStatus.CONFLICT, sentence)
    form = task.form(_data(request), change=judgement.change, facts=judgement.facts)
    return _asked_or_done(request, judgement, form, task.run, {"step": task, "task": task})


def _data(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _asked_or_done(
    request: HttpRequest,
    judgement: Judgement,
    form: ActionForm,
    run: Run,
    context: dict[str, Any],
) -> HttpResponse:
    change = judgement.change
    context |= {
        "change": change,
        "judgement": judgement,
        "form": form,
        "wording": wording_of(change),
    }
    if request.method == "GET":
        return render(request, "changes/act.html", context)
    try:
        if form.is_valid():
            if form.is_stale:
                raise NotNow(f"{change.key} moved on while you read it: look at it again.")
            run(form, person_of(request), clock.now())
            messages.success(request, f"{change.key} is {context['task'].done}.")
            return redirect(change_page(change))
        keep_refusal(request, HTTPStatus.BAD_REQUEST, sentences_of(form))
    except Invalid as refusal:
        keep_refusal(request, HTTPStatus.BAD_REQUEST, str(refusal))
        form.add_refusal(refusal.fields)
    except Refusal as refusal:
        return _refused(request, judgement, status_of(refusal), str(refusal))
    return render(request, "changes/act.html", context, status=HTTPStatus.BAD_REQUEST)


def _reasons_against(request: HttpRequest, judgement: Judgement, action: Action) -> tuple[str, ...]:
    """Why there is nothing to ask this person now, though state and role allow it."""
    offers = offers_to(person_of(request), judgement, clock.now())
    return next((offer.reasons for offer in offers if offer.step.action == action), ())


def _status(person: Person, action: Action, judgement: Judgement) -> HTTPStatus:
    """Conflict where only the state is in the way, forbidden where it is the person."""
    change = judgement.change
    is_too_early = State(change.state) not in STEPS[action].starts(change.origin)
    may_at_all = bool(person.roles & STEPS[action].who)
    return HTTPStatus.CONFLICT if may_at_all and is_too_early else HTTPStatus.FORBIDDEN


def _refused(
    request: HttpRequest, judgement: Judgement, status: HTTPStatus, sentence: str
) -> HttpResponse:
    change = judgement.change
    return refused(
        request, status, sentence, back=change_page(change), back_text=f"Look at {change.key}"
    )
