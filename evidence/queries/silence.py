"""Which sources were silent in a quarter, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.db.models.functions import TruncDate

from changes.models import Commit, Deployment, PipelineRun, PullRequest, Repository, Review
from changes.quarters import Quarter
from evidence.reconciliation.silence import Silence, silent_spans

# Whatever tells that a repository's source was heard: rows, their repository, their moment.
NEWS: tuple[tuple[QuerySet[Any], str, str], ...] = (
    (Commit.objects.all(), "repository", "committed_at"),
    (PullRequest.objects.all(), "repository", "opened_at"),
    (PullRequest.objects.all(), "repository", "merged_at"),
    (Review.objects.all(), "pull_request__repository", "submitted_at"),
    (PipelineRun.objects.all(), "repository", "started_at"),
    (Deployment.objects.all(), "repository", "started_at"),
)


def silent_sources(quarter: Quarter, now: datetime) -> Iterator[Silence]:
    """By repository: first that none reports its deployments, then its days without news.

    Days are those of the quarter that are over, in the reporting time zone, while the
    repository's system was in scope.
    """
    zone = ZoneInfo(quarter.time_zone)
    days = _days_with_news(quarter, zone)
    first, end = _day(quarter.start, zone), _day(min(quarter.end, now), zone)
    for repository in Repository.objects.select_related("system").order_by("name"):
        if not repository.reports_deployments:
            yield Silence(repository.name, "deployments")
        begin, until = _in_scope(repository, first, end)
        yield from silent_spans(repository.name, begin, until, days[repository.pk])


def _days_with_news(quarter: Quarter, zone: ZoneInfo) -> dict[int, set[date]]:
    found: dict[int, set[date]] = defaultdict(set)
    for rows, repository, moment in NEWS:
        within = rows.filter(
            **{f"{moment}__gte": quarter.start, f"{moment}__lt": quarter.end}
        ).order_by()
        days = within.annotate(day=TruncDate(moment, tzinfo=zone)).values_list(repository, "day")
        for pk, day in days.distinct():
            found[pk].add(day)
    return found


def _in_scope(repository: Repository, first: date, end: date) -> tuple[date, date]:
    """`in_scope_until` is the last day in scope."""
    system = repository.system
    begin = max(first, system.in_scope_from) if system and system.in_scope_from else first
    if system and system.in_scope_until:
        end = min(end, date.fromordinal(system.in_scope_until.toordinal() + 1))
    return begin, end


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()
