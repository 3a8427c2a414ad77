"""The change policy in plain words, its history, and the decisions on it."""

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from changes import clock
from changes.forms.policy import PolicyReviewForm, PolicyWithdrawalForm
from changes.models import PolicyVersion
from changes.permissions import may, needs
from changes.queries.dry_runs import kept_dry_runs
from changes.queries.policies import (
    policy_history,
    proposed_versions,
    version_before,
    version_in_force,
)
from changes.queries.policy_words import differences, edits_of, sections_of
from changes.queries.reviews import policy_reviews
from changes.roles import Act
from changes.tasks import wake_for_dry_run
from changes.views.lookup import person_of
from changes.views.refusals import answers_refusals
from changes.vocabulary import PolicyState
from changes.workflow.dry_runs import ask_dry_run
from changes.workflow.policies import approve_policy, sign_policy_review, withdraw_policy


@needs(Act.READ_POLICY)
@require_safe
def policy(request: HttpRequest) -> HttpResponse:
    person, history = person_of(request), policy_history()
    version = version_in_force(clock.now())
    others = ~Q(proposed_by=person) if may(person, Act.APPROVE_POLICY) else Q(pk=None)
    context = {
        "version": version,
        "sections": sections_of(version),
        "history": history,
        "differences": differences(history),
        "reviews": policy_reviews(clock.now()),
        "may_review": may(person, Act.REVIEW_POLICY),
        "may_propose": may(person, Act.PROPOSE_POLICY),
        "to_approve": list(proposed_versions().filter(others)),
    }
    return render(request, "changes/policy.html", context)


@needs(Act.READ_POLICY)
@require_safe
def policy_version(request: HttpRequest, version: str) -> HttpResponse:
    """One version: what it changes, who proposed and approved it, what it would have done."""
    person, found = person_of(request), _found(version)
    before = version_before(found)
    is_proposed = found.standing == PolicyState.PROPOSED
    tried, trying = kept_dry_runs(found)
    may_decide = may(person, Act.APPROVE_POLICY) and found.proposed_by_id != person.pk
    may_withdraw = may(person, Act.PROPOSE_POLICY)
    context = {
        "version": found,
        "before": before,
        "edits": edits_of(found, before),
        "sections": sections_of(found),
        "is_proposed": is_proposed,
        "may_decide": is_proposed and may_decide,
        "withdrawal": getattr(found, "withdrawal", None),
        "withdrawal_form": PolicyWithdrawalForm() if is_proposed and may_withdraw else None,
        "tried": tried,
        "trying": trying,
        "may_try": is_proposed and may(person, Act.APPROVE_POLICY),
    }
    return render(request, "changes/policy_version.html", context)


@needs(Act.APPROVE_POLICY)
@require_POST
@answers_refusals
def policy_approve(request: HttpRequest, version: str) -> HttpResponse:
    """Four eyes: the workflow refuses whoever proposed it."""
    proposal = _found(version)
    approve_policy(version=proposal, actor=person_of(request), at=clock.now())
    messages.success(request, f"{proposal} is approved. In force from {proposal.effective_on}.")
    return redirect("changes:policy")


@needs(Act.PROPOSE_POLICY)
@require_POST
@answers_refusals
def policy_withdraw(request: HttpRequest, version: str) -> HttpResponse:
    """By whoever proposed it, or by another administrator; with a reason."""
    proposal, person = _found(version), person_of(request)
    reason = request.POST.get("reason", "").replace("\x00", "")
    withdraw_policy(version=proposal, actor=person, at=clock.now(), reason=reason)
    messages.success(request, f"{proposal} is withdrawn: nobody can approve it any more.")
    return redirect("changes:policy-version", proposal.version)


@needs(Act.APPROVE_POLICY)
@require_POST
@answers_refusals
def policy_dry_run(request: HttpRequest, version: str) -> HttpResponse:
    """Try the proposal once more, on the record as it is now."""
    proposal = _found(version)
    ask_dry_run(version=proposal, actor=person_of(request), at=clock.now())
    wake_for_dry_run()
    messages.success(request, f"{proposal} is tried on the last quarter: look again in a moment.")
    return redirect("changes:policy-version", proposal.version)


@needs(Act.REVIEW_POLICY)
@require_http_methods(["GET", "POST"])
@answers_refusals
def policy_review(request: HttpRequest, quarter: str) -> HttpResponse:
    """Read the version in force once more, and sign that it was read."""
    version = version_in_force(clock.now())
    form = PolicyReviewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        note = form.cleaned_data["note"]
        person, now = person_of(request), clock.now()
        sign_policy_review(quarter=quarter, actor=person, at=now, note=note)
        messages.success(request, f"The policy review of {quarter} is signed.")
        return redirect("changes:policy")
    known = {str(review.quarter) for review in policy_reviews(clock.now())}
    if quarter not in known:
        raise Http404(f"{quarter[:20]} is no quarter of which the policy is to be reviewed.")
    context = {
        "form": form,
        "quarter": quarter,
        "version": version,
        "sections": sections_of(version),
    }
    return render(request, "changes/policy_review.html", context)


def _found(version: str) -> PolicyVersion:
    versions = PolicyVersion.objects.select_related(
        "proposed_by", "approved_by", "withdrawal__withdrawn_by"
    )
    found = versions.filter(version=version).first()
    if found is None:
        raise Http404(f"There is no policy version {version[:20]}.")
    return found
