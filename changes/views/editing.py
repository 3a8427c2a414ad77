"""A new change request, and one that is edited before its deployment."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from changes import clock
from changes.forms.request import ChangeForm, lacking_sentences, values_of
from changes.intake.pull_request_urls import PullRequestUrlError, parse_pull_request_url
from changes.models import ChangeRequest, PullRequest
from changes.permissions import needs, why_may_not_take
from changes.queries.judgements import judgement_of
from changes.queries.policies import version_in_force
from changes.roles import Act
from changes.states import STEPS, Action
from changes.views.lookup import change_page, found_change, person_of
from changes.views.refusals import answers_refusals, refused, status_of
from changes.vocabulary import State
from changes.workflow.drafting import keep_draft
from changes.workflow.refusals import Invalid, Refusal


@needs(Act.CREATE_CHANGE)
@require_http_methods(["GET", "POST"])
@answers_refusals
def new_change(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _keep(request, None)
    return _page(request, None, ChangeForm(initial=_prefilled(request.GET.get("pull_request", ""))))


@needs(Act.CREATE_CHANGE)
@require_http_methods(["GET", "POST"])
@answers_refusals
def edit_change(request: HttpRequest, key: str) -> HttpResponse:
    change = found_change(request, key)
    refusal = why_may_not_take(person_of(request), Action.EDIT, change)
    if refusal:
        is_over = State(change.state) not in STEPS[Action.EDIT].start
        status = HTTPStatus.CONFLICT if is_over else HTTPStatus.FORBIDDEN
        back = f"Look at {change.key}"
        return refused(request, status, refusal, back=change_page(change), back_text=back)
    if request.method == "POST":
        return _keep(request, change)
    form = ChangeForm(initial=values_of(change))
    return _page(request, change, form, lacking="lacking" in request.GET)


def _keep(request: HttpRequest, change: ChangeRequest | None) -> HttpResponse:
    """The draft is kept first; only then is it looked at whether it may be submitted."""
    form = ChangeForm(request.POST)
    if not form.is_valid():
        return _page(request, change, form, HTTPStatus.BAD_REQUEST)
    try:
        kept = keep_draft(
            request=change,
            actor=person_of(request),
            at=clock.now(),
            values=form.values,
            systems=form.cleaned_data["systems"],
            documents=form.document_kinds,
            pull_request=form.cleaned_data["pull_request_url"],
        )
    except Invalid as refusal:
        form.add_refusal(refusal.fields)
        return _page(request, change, form, HTTPStatus.BAD_REQUEST)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _page(request, change, form, status_of(refusal))
    if State(kept.state) is not State.DRAFT:
        messages.success(request, f"{kept.key} is changed. It has to be approved as it is now.")
        return redirect(change_page(kept))
    if request.POST.get("then") != "submit":
        messages.success(request, f"{kept.key} is kept as a draft.")
        return redirect(change_page(kept))
    if _lacking(kept):
        messages.warning(request, f"{kept.key} is kept as a draft. To submit it, fill in the rest.")
        return redirect(f"{reverse('changes:edit', args=[kept.key])}?lacking")
    return redirect("changes:act", kept.key, Action.SUBMIT)


def _page(
    request: HttpRequest,
    change: ChangeRequest | None,
    form: ChangeForm,
    status: HTTPStatus = HTTPStatus.OK,
    *,
    lacking: bool = False,
) -> HttpResponse:
    context = {
        "change": change,
        "form": form,
        "policy": version_in_force(clock.now()),
        "is_draft": change is None or State(change.state) is State.DRAFT,
        "lacking": _lacking(change) if change and lacking else {},
    }
    return render(request, "changes/change_form.html", context, status=status)


def _lacking(change: ChangeRequest) -> dict[str, str]:
    """Field by field, why the draft cannot be submitted yet."""
    finding = judgement_of(change, clock.now()).finding("required_fields_present")
    lacking = lacking_sentences(list(finding.facts.get("lacking", ())))
    if change.category == "emergency" and not change.incident_url:
        lacking["incident_url"] = "An emergency names its incident: give the incident's address."
    return lacking


def _prefilled(address: str) -> dict[str, str]:
    """What is known of the pull request already; an address that cannot be read stays as typed."""
    if not address:
        return {}
    try:
        known = parse_pull_request_url(address)
    except PullRequestUrlError:
        return {"pull_request_url": address[:500]}
    pull = PullRequest.objects.filter(
        repository__name=known.repository, number=known.number
    ).first()
    return {"pull_request_url": known.url, "title": pull.title[:300] if pull else ""}
