"""Which deployment first brought a commit to production, by the history of the commits."""

from collections.abc import Iterable, Mapping
from datetime import datetime


def first_carried(
    parents: Mapping[str, tuple[str, ...]], deployments: Iterable[tuple[datetime, str]]
) -> dict[str, datetime]:
    """Commit to the start of the first deployment whose revision is that commit or comes after it.

    `deployments` of one repository (start, revision). Each commit is looked at once, however
    many deployments carry it, so that the time is linear. Commits that `parents` lacks end a
    walk: what came before the period was in production before it.
    """
    carried: dict[str, datetime] = {}
    for started_at, revision in sorted(deployments):
        waiting = [revision]
        while waiting:
            sha = waiting.pop()
            if sha in parents and sha not in carried:
                carried[sha] = started_at
                waiting.extend(parents[sha])
    return carried
