"""The change policy in plain words, its history, and the decisions on it."""

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from changes import clock
from changes.models import PolicyReview, PolicyVersion
from changes.permissions import may, needs
from changes.queries.dry_runs import dry_run, last_quarter
from changes.queries.policies import (
    policy_history,
    proposed_versions,
    version_before,
    version_in_force,
)
from changes.queries.policy_words import differences, edits_of, sections_of
from changes.roles import Act
from changes.views.lookup import person_of
from changes.views.refusals import answers_refusals
from changes.vocabulary import PolicyState
from changes.workflow.policies import approve_policy


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
        "reviews": PolicyReview.objects.select_related("reviewed_by", "policy_version"),
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
    is_proposed = found.state == PolicyState.PROPOSED
    may_decide = may(person, Act.APPROVE_POLICY) and found.proposed_by_id != person.pk
    context = {
        "version": found,
        "before": before,
        "edits": edits_of(found, before),
        "sections": sections_of(found),
        "is_proposed": is_proposed,
        "may_decide": is_proposed and may_decide,
        "dry_run": dry_run(found, last_quarter(clock.now()), clock.now()) if is_proposed else None,
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


def _found(version: str) -> PolicyVersion:
    versions = PolicyVersion.objects.select_related("proposed_by", "approved_by")
    found = versions.filter(version=version).first()
    if found is None:
        raise Http404(f"There is no policy version {version[:20]}.")
    return found
