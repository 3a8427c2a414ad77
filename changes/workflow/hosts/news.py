"""Releases, and the rules of branches: what changes how a repository is guarded."""

from datetime import datetime

from changes.announcements import Announcement, announce
from changes.intake.hosts.notices import NewsNotice
from changes.models import Repository, RepositoryNews
from changes.workflow.hosts.repositories import person_of
from changes.workflow.steps import check_time

KEPT = ("release", "branch_protection_rule", "repository_ruleset")


def record_news(repository: Repository, notice: NewsNotice, received_at: datetime) -> str:
    if notice.kind not in KEPT:
        return f"A {notice.kind} on {notice.name or 'it'} is of no use for the record."
    at = notice.at or received_at
    check_time(at)
    actor = person_of(notice.sender, repository.host, received_at)
    news, is_new = RepositoryNews.objects.get_or_create(
        repository=repository,
        kind=notice.kind,
        name=notice.name[:200],
        action=(notice.action or "")[:40],
        happened_at=at,
        defaults={"actor": actor, "details": dict(notice.details)},
    )
    if is_new:
        announce(Announcement("repository.news", news, at, actor))
    return ""
