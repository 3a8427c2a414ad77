"""The first page: what waits for this person, by role."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from changes import clock
from changes.models import Freeze, OnCallShift, Person
from changes.permissions import may
from changes.quarters import quarter_of
from changes.queries.home import own_changes, requests_to
from changes.queries.policies import proposed_versions, version_in_force
from changes.queries.reviews import overdue_policy_reviews, reviews_to_hold
from changes.queries.rota import overrides_ahead
from changes.queries.summaries import quarter_summary, quarters_with_counts
from changes.roles import REQUESTERS, Act
from changes.views.lookup import person_of
from changes.vocabulary import Role


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Everybody who may sign in has a home; what stands there follows the roles."""
    person = person_of(request)
    context: dict[str, Any] = {"may_create": may(person, Act.CREATE_CHANGE)}
    if person.roles & REQUESTERS:
        context |= _for_engineers(person)
    if Role.COMPLIANCE in person.roles:
        context |= _for_compliance()
    if Role.AUDITOR in person.roles:
        context |= {"quarters": quarters_with_counts(), "packages_url": _packages_url()}
    if Role.POLICY_ADMINISTRATOR in person.roles:
        context |= _for_policy_administrators()
    return render(request, "changes/home.html", context)


def _for_engineers(person: Person) -> dict[str, Any]:
    now = clock.now()
    return {"own_changes": own_changes(person, now), "requests": requests_to(person, now)}


def _for_compliance() -> dict[str, Any]:
    now = clock.now()
    quarter = quarter_of(now, settings.REPORTING_TIME_ZONE)
    return {
        "overdue_policy_reviews": overdue_policy_reviews(now),
        "reviews_to_hold": reviews_to_hold(now),
        "summaries": [quarter_summary(q, now) for q in (quarter, quarter.previous)],
        "days_left": (quarter.end - now).days,
        "packages_url": _packages_url(),
    }


def _for_policy_administrators() -> dict[str, Any]:
    now = clock.now()
    return {
        "policy": version_in_force(now),
        "overdue_policy_reviews": overdue_policy_reviews(now),
        "proposals": list(proposed_versions()),
        "freezes": list(Freeze.objects.filter(ends_at__gt=now)[:5]),
        "overrides": list(overrides_ahead(now)[:5]),
        "shifts": list(OnCallShift.objects.filter(ends_at__gt=now).select_related("person")[:5]),
    }


def _packages_url() -> str:
    try:
        return reverse("evidence:packages")
    except NoReverseMatch:
        return ""
