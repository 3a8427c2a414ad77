"""What a package covers beside its changes: repositories, systems, imports, policies."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from pathlib import PurePath
from typing import Any

from django.db.models import Count, Q

from changes.models import HistoryImport, PolicyReview, PolicyVersion, Repository, System
from changes.quarters import Quarter
from changes.queries.policies import approved_versions, reporting_date
from changes.vocabulary import Environment
from evidence.packages.plain import pairs
from evidence.packages.policy_words import policy_words
from evidence.queries.silence import silent_sources

Facts = dict[str, Any]


def scope_of(quarter: Quarter, until: datetime) -> Facts:
    """`until`: sources are asked for news up to this moment."""
    versions = approved_versions()
    review = PolicyReview.objects.select_related("reviewed_by", "policy_version").filter(
        quarter=str(quarter)
    )
    return {
        "repositories": _repositories(quarter),
        "systems": [_system(system) for system in System.objects.order_by("name", "pk")],
        "imports": _imports(),
        "silent": _silent(quarter, until),
        "policies": [_policy(version) for version in in_force(quarter, versions)],
        "policy_changes": _policy_changes(quarter),
        "is_before_first_policy": reporting_date(quarter.start) < versions[0].effective_on,
        "policy_review": next((_review(row) for row in review), None),
    }


def in_force(quarter: Quarter, versions: list[PolicyVersion]) -> list[PolicyVersion]:
    """Every version in force on a day of the quarter; before the first one, the first."""
    first, end = reporting_date(quarter.start), reporting_date(quarter.end)
    spans = zip(versions, [*(v.effective_on for v in versions[1:]), None], strict=True)
    found = [v for v, until in spans if v.effective_on < end and (until is None or until > first)]
    return found or versions[:1]


def _repositories(quarter: Quarter) -> list[Facts]:
    within = {"gte": quarter.start, "lt": quarter.end}
    commits = Q(commits__on_production_branch=True) & _within("commits__committed_at", within)
    repositories = Repository.objects.select_related("system").annotate(
        commit_count=Count("commits", filter=commits)
    )
    deployments = _deployments(quarter)
    return [
        {
            "name": repository.name,
            "host": repository.host,
            "branch": repository.production_branch,
            "system": repository.system.name if repository.system else "",
            "reports_deployments": repository.reports_deployments,
            "reports_reviews": repository.reports_reviews,
            "commits": repository.commit_count,
            "deployments": deployments.get(repository.pk, 0),
        }
        for repository in repositories.order_by("name")
    ]


def _deployments(quarter: Quarter) -> dict[int, int]:
    rows = Repository.objects.annotate(
        number=Count(
            "deployments",
            filter=Q(deployments__environment=Environment.PRODUCTION)
            & _within("deployments__started_at", {"gte": quarter.start, "lt": quarter.end}),
        )
    )
    return dict(rows.values_list("pk", "number"))


def _within(field: str, bounds: Mapping[str, object]) -> Q:
    return Q(**{f"{field}__{bound}": value for bound, value in bounds.items()})


def _system(system: System) -> Facts:
    return {
        "name": system.name,
        "is_infrastructure": system.is_infrastructure,
        "in_scope_from": system.in_scope_from,
        "in_scope_until": system.in_scope_until,
    }


def _silent(quarter: Quarter, until: datetime) -> list[Facts]:
    """Of each repository: the spans of days on which nothing was heard of it."""
    found = []
    for name, group in groupby(silent_sources(quarter, until), lambda silence: silence.repository):
        spans = [silence for silence in group if silence.first_day]
        if spans:
            days = sum(silence.days for silence in spans)
            words = [silence.short_span for silence in spans]
            found.append({"repository": name, "days": days, "spans": words})
    return found


def _imports() -> list[Facts]:
    """Each source once, however often it was imported, by its name: where it lay on a machine
    tells nobody anything.
    """
    runs = HistoryImport.objects.select_related("repository").order_by("started_at", "pk")
    first: dict[tuple[int, str], HistoryImport] = {}
    for run in runs:
        first.setdefault((run.repository_id, run.source_sha256 or f"run {run.pk}"), run)
    return [_import(run) for run in first.values()]


def _import(run: HistoryImport) -> Facts:
    return {
        "repository": run.repository.name,
        "source": PurePath(run.source).name or run.source,
        "sha256": run.source_sha256,
        "state": run.state,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "counts": pairs(run.counts),
        "problems": run.problems,
    }


def _policy(version: PolicyVersion) -> Facts:
    return {
        "version": version.version,
        "effective_on": version.effective_on,
        "summary": version.summary,
        "approved_by": version.approved_by.name if version.approved_by else "",
        "approved_at": version.approved_at,
        "emergency_share_maximum_percent": version.emergency_share_maximum_percent,
        "words": policy_words(version.as_policy()),
    }


def _policy_changes(quarter: Quarter) -> list[Facts]:
    """Versions that were approved in the quarter or took effect in it."""
    first, end = reporting_date(quarter.start), reporting_date(quarter.end)
    approved = Q(approved_at__gte=quarter.start, approved_at__lt=quarter.end)
    in_effect = Q(effective_on__gte=first, effective_on__lt=end, approved_at__isnull=False)
    versions = PolicyVersion.objects.select_related("proposed_by", "approved_by")
    return [
        {
            "version": version.version,
            "effective_on": version.effective_on,
            "summary": version.summary,
            "proposed_by": version.proposed_by.name if version.proposed_by else "",
            "approved_by": version.approved_by.name if version.approved_by else "",
            "approved_at": version.approved_at,
        }
        for version in versions.filter(approved | in_effect).order_by("effective_on", "pk")
    ]


def _review(review: PolicyReview) -> Facts:
    return {
        "reviewed_by": review.reviewed_by.name,
        "reviewed_at": review.reviewed_at,
        "version": review.policy_version.version,
        "note": review.note,
    }


def missing_sources(repositories: Iterable[Facts]) -> list[str]:
    """What no source reports, in sentences: the reason for most unknown verdicts."""
    sentences = []
    for repository in repositories:
        lacking = []
        if not repository["reports_deployments"]:
            lacking.append("deployments")
        if not repository["reports_reviews"]:
            lacking.append("reviews and checks")
        if lacking:
            sentences.append(f"{repository['name']}: no source reports {' or '.join(lacking)}.")
    return sentences


def blind_repositories(repositories: Iterable[Facts]) -> list[str]:
    """Those whose deployments nobody reports, in sentences."""
    return [
        f"{repository['name']}: no source reports deployments to production."
        for repository in repositories
        if not repository["reports_deployments"]
    ]
