"""Dry runs of proposals as jobs: asked for, taken up by one worker, kept with what was found."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from changes import clock
from changes.models import DryRun, Person, PolicyVersion
from changes.queries.dry_runs import dry_run, last_quarter, result_of
from changes.roles import Act
from changes.vocabulary import DryRunState, PolicyState
from changes.workflow.refusals import NotNow
from changes.workflow.steps import check_may

logger = logging.getLogger(__name__)
# Who began one and says nothing for so long is gone: another takes it up.
SILENCE = timedelta(minutes=10)


@transaction.atomic
def ask_dry_run(*, version: PolicyVersion, actor: Person, at: datetime) -> DryRun:
    """One at a time: who asks while one is under way gets that one."""
    check_may(actor, Act.APPROVE_POLICY)
    version = PolicyVersion.objects.select_for_update().get(pk=version.pk)
    if version.standing != PolicyState.PROPOSED:
        raise NotNow(f"{version} is {version.standing}: only a proposal is tried.")
    return keep_dry_run(version, actor, at)


def keep_dry_run(version: PolicyVersion, actor: Person | None, at: datetime) -> DryRun:
    """The job; the version is new, or its row is held."""
    under_way = version.dry_runs.filter(state__in=(DryRunState.WAITING, DryRunState.RUNNING))
    return under_way.first() or DryRun.objects.create(version=version, asked_by=actor, asked_at=at)


def run_dry_runs() -> None:
    """Everything that waits, and what was left lying."""
    for key in list(DryRun.objects.filter(_due(clock.now())).values_list("pk", flat=True)):
        run_dry_run(key)


def run_dry_run(key: int) -> None:
    """Of several workers one wins it. What cannot be judged leaves a row that says so."""
    at = clock.now()
    mine = DryRun.objects.filter(_due(at), pk=key)
    if not mine.update(state=DryRunState.RUNNING, begun_at=at):
        return
    begun = DryRun.objects.select_related("version").get(pk=key)
    quarter = last_quarter(at)
    try:
        result = result_of(dry_run(begun.version, quarter, at))
    except Exception:
        logger.exception("The dry run of %s could not be made.", begun.version)
        _still_mine(begun).update(state=DryRunState.FAILED)
        return
    _still_mine(begun).update(
        state=DryRunState.DONE, judged_at=at, quarter=str(quarter), result=result
    )


def _still_mine(begun: DryRun) -> QuerySet[DryRun]:
    """Another may have taken up what was silent for too long; then that one's result counts."""
    return DryRun.objects.filter(pk=begun.pk, state=DryRunState.RUNNING, begun_at=begun.begun_at)


def _due(at: datetime) -> Q:
    is_silent = Q(state=DryRunState.RUNNING, begun_at__lt=at - SILENCE)
    return Q(state=DryRunState.WAITING) | is_silent
