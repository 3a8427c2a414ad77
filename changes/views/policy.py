"""The change policy in plain words, and its history."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from changes import clock
from changes.models import PolicyReview
from changes.permissions import may, needs
from changes.queries.policies import policy_history, version_in_force
from changes.queries.policy_words import differences, sections_of
from changes.roles import Act
from changes.views.lookup import person_of


@needs(Act.READ_POLICY)
@require_safe
def policy(request: HttpRequest) -> HttpResponse:
    version, history = version_in_force(clock.now()), policy_history()
    context = {
        "version": version,
        "sections": sections_of(version),
        "history": history,
        "differences": differences(history),
        "reviews": PolicyReview.objects.select_related("reviewed_by", "policy_version"),
        "may_propose": may(person_of(request), Act.PROPOSE_POLICY),
    }
    return render(request, "changes/policy.html", context)
