"""What the portal asks GitHub by itself: how branches are protected, and what got lost.

Only of hosts of which a token is configured, and only of repositories that report to the portal.
"""

import logging
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from changes import clock
from changes.announcements import Announcement, announce
from changes.intake.hosts.github_rest import (
    LostDelivery,
    lost_asked,
    protection_asked,
    redelivery_asked,
)
from changes.models import Delivery, Repository, RepositoryNews
from changes.outward.asking import ask_host
from changes.outward.hosts import Answer, HostAccess
from changes.queries.hosts import PROTECTION, hosts_to_ask
from changes.vocabulary import HookSource

logger = logging.getLogger(__name__)
SEEN, NOT_SEEN = "seen", "not seen"
REDELIVERIES_MAXIMUM = 50
# Several times as long as between two looks: a portal that was away looks soon after it is back.
LOOK_BACK = timedelta(hours=1)


def snapshot_protection() -> int:
    """Of each production branch, once a day (UTC), whether or not it has changed. What could not
    be seen is kept as such, once a day for each reason, and tried again. Says how many were seen.
    """
    return sum(_snapshot(*pair) for pair in _on_github())


def ask_for_lost_deliveries() -> int:
    """GitHub does not repeat a delivery that failed: the portal asks. Says for how many."""
    address = f"{settings.PORTAL_URL.rstrip('/')}/hooks/github/"
    asked = 0
    for repository, access in _on_github():
        now = clock.now()
        found = ask_host(access, lost_asked(repository.name, address, now - LOOK_BACK), now)
        if isinstance(found, Answer):
            logger.warning("Lost deliveries of %s: %s", repository.name, found.sentence)
            continue
        for lost in _unknown(found)[:REDELIVERIES_MAXIMUM]:
            answer = ask_host(access, redelivery_asked(repository.name, lost), clock.now())
            asked += not isinstance(answer, Answer)
    return asked


def _on_github() -> Iterator[tuple[Repository, HostAccess]]:
    hosts = {host: access for host, access in hosts_to_ask().items() if access.kind == "github"}
    for repository in Repository.objects.filter(host__in=list(hosts)).order_by("pk"):
        yield repository, hosts[repository.host]


def _snapshot(repository: Repository, access: HostAccess) -> bool:
    now = clock.now()
    if _is_seen(repository, now):
        return False
    branch = repository.production_branch
    found = ask_host(access, protection_asked(repository.name, branch), now)
    if isinstance(found, Answer):
        return _keep(repository, NOT_SEEN, {"problem": found.sentence}, now)
    return _keep(repository, SEEN, asdict(found), now)


def _today(repository: Repository, now: datetime) -> QuerySet[RepositoryNews]:
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    news = RepositoryNews.objects.filter(repository=repository, kind=PROTECTION)
    return news.filter(happened_at__gte=today)


def _is_seen(repository: Repository, now: datetime) -> bool:
    return _today(repository, now).filter(action=SEEN).exists()


def _is_told(repository: Repository, action: str, details: dict[str, Any], now: datetime) -> bool:
    """What was kept today, a failure, need not be kept each hour."""
    return any(n.details == details for n in _today(repository, now).filter(action=action))


@transaction.atomic
def _keep(repository: Repository, action: str, details: dict[str, Any], now: datetime) -> bool:
    """Held meanwhile, so that two workers keep one."""
    Repository.objects.select_for_update().get(pk=repository.pk)
    if _is_seen(repository, now) or _is_told(repository, action, details, now):
        return False
    news = RepositoryNews.objects.create(
        repository=repository,
        kind=PROTECTION,
        name=repository.production_branch[:200],
        action=action,
        happened_at=now,
        details=details,
    )
    announce(Announcement("repository.protection_seen", news, now))
    return action == SEEN


def _unknown(lost: list[LostDelivery]) -> list[LostDelivery]:
    ids = [one.guid for one in lost]
    known = Delivery.objects.filter(source=HookSource.GITHUB, delivery_id__in=ids)
    there = set(known.values_list("delivery_id", flat=True))
    return [one for one in lost if one.guid not in there]
