"""Planning a deployment, and releasing a revision to production."""

from datetime import datetime

from django.db import transaction

from changes import clock
from changes.announcements import Announcement, announce
from changes.models import ChangeRequest, Person, ProductionRelease
from changes.queries.facts import facts_of, facts_to_deploy
from changes.queries.judgements import reasons_against_deployment
from changes.queries.policies import version_in_force
from changes.rules.deployment import window_open_now
from changes.rules.windows import RULE as WINDOW_RULE
from changes.states import Action
from changes.workflow.refusals import Invalid, NotNow
from changes.workflow.steps import begin, save


@transaction.atomic
def schedule_deployment(
    *, request: ChangeRequest, actor: Person, at: datetime, planned_for: datetime
) -> ChangeRequest:
    """When its deployment is to begin: a moment to come at which the window will be open, as
    far as the policy and the freezes of today say. It may be planned anew.
    """
    change = begin(request, Action.SCHEDULE, actor, at)
    if planned_for.tzinfo is None:
        raise Invalid({"planned_for": f"{planned_for} has no time zone: add Z or an offset."})
    if planned_for <= clock.now():
        raise Invalid({"planned_for": "A deployment is planned for a time to come."})
    policy = version_in_force(planned_for).as_policy()
    finding = window_open_now(facts_of(change), policy, planned_for)
    if finding.is_open:
        raise Invalid({"planned_for": finding.sentence})
    change.planned_for = planned_for
    save(change, Action.SCHEDULE, actor, at, planned_for=planned_for.isoformat())
    return change


@transaction.atomic
def release_to_production(
    *, request: ChangeRequest, actor: Person, at: datetime, revision: str
) -> ProductionRelease:
    """The manual release: person, revision, time. Refused while a rule stands against the
    deployment, and before end-to-end has passed on staging; the window is asked when it starts.
    """
    change = begin(request, Action.RELEASE, actor, at)
    if not revision.strip():
        raise Invalid({"revision": "Say which revision is released."})
    found = reasons_against_deployment(facts_to_deploy(change), change.policy_version, at, revision)
    reasons = [finding for finding in found if finding.rule != WINDOW_RULE]
    if reasons:
        raise NotNow(" ".join(finding.sentence for finding in reasons))
    if change.releases.filter(revision=revision).exists():
        raise NotNow(f"{revision[:12]} of {change.key} is released already.")
    return keep_release(change, actor, revision, at)


def keep_release(
    change: ChangeRequest, person: Person, revision: str, at: datetime
) -> ProductionRelease:
    """One for each revision; the first one counts."""
    release, is_new = ProductionRelease.objects.get_or_create(
        change=change,
        revision=revision,
        defaults={"person": person, "released_at": at, "roles_held": sorted(person.roles)},
    )
    if is_new:
        announce(Announcement("release.given", release, at, person, change))
    return release
