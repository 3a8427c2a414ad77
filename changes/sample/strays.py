"""What reached production without a change request: one commit and one deployment."""

from datetime import datetime, timedelta
from functools import partial
from random import Random

from changes.sample.cast import Cast
from changes.sample.reading import ZONE
from changes.sample.story import SEED
from changes.sample.timeline import Timeline
from changes.workflow.production import record_unlinked_commit, record_unlinked_deployment

PUSHED_AT = datetime(2026, 8, 13, 17, 52, tzinfo=ZONE)
DEPLOYED_AT = datetime(2026, 9, 2, 11, 34, tzinfo=ZONE)


def add_strays(timeline: Timeline, cast: Cast) -> None:
    random = Random(f"{SEED}-strays")  # noqa: S311 - nothing here is secret
    timeline.add(PUSHED_AT, partial(push_directly, cast, random))
    timeline.add(DEPLOYED_AT + timedelta(minutes=9), partial(deploy_by_hand, cast, random))


def push_directly(cast: Cast, random: Random) -> None:
    """Straight to the production branch of the infrastructure, past every pull request."""
    record_unlinked_commit(
        repository=cast.repositories["orca/infrastructure"],
        sha=random.randbytes(20).hex(),
        author=cast.people["marcus"],
        committed_at=PUSHED_AT,
        subject="Open port 9187 between the monitoring subnet and the replicas",
        files_changed=1,
        lines_added=6,
        lines_removed=0,
    )


def deploy_by_hand(cast: Cast, random: Random) -> None:
    """A rebuild of the console from a laptop, with nobody's request behind it."""
    record_unlinked_deployment(
        repository=cast.repositories["orca/web"],
        revision=random.randbytes(20).hex(),
        started_by=cast.people["eleni"],
        at=DEPLOYED_AT,
        finished_at=DEPLOYED_AT + timedelta(minutes=8),
    )
