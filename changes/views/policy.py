"""The change policy in plain words, its history, and the decisions on it."""

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from changes import clock
from changes.models import PolicyReview, PolicyVersion
from changes.permissions import may, needs
from changes.queries.policies import policy_history, proposed_versions, version_in_force
from changes.queries.policy_words import differences, sections_of
from changes.roles import Act
from changes.views.lookup import person_of
from changes.views.refusals import answers_refusals
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


@needs(Act.APPROVE_POLICY)
@require_POST
@answers_refusals
def policy_approve(request: HttpRequest, version: str) -> HttpResponse:
    """Four eyes: the workflow refuses whoever proposed it."""
    proposal = PolicyVersion.objects.filter(version=version).first()
    if proposal is None:
        raise Http404(f"There is no policy version {version[:20]}.")
    approve_policy(version=proposal, actor=person_of(request), at=clock.now())
    messages.success(request, f"{proposal} is approved. In force from {proposal.effective_on}.")
    return redirect("changes:policy")
