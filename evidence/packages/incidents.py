"""Emergency changes with their reviews, and rollbacks, from a change's frozen facts."""

from collections.abc import Iterator
from typing import Any

from changes.vocabulary import Category, Decision, label

Facts = dict[str, Any]


def emergencies_of(facts: Facts) -> Iterator[Facts]:
    """One row, for an emergency only."""
    if facts["category"] != Category.EMERGENCY:
        return
    review = facts["post_incident_review"] or {}
    approvers = (a for a in facts["approvals"] if a["decision"] == Decision.APPROVED)
    yield {
        "key": facts["key"],
        "title": facts["title"],
        "incident_url": facts["incident_url"],
        "deployed_at": facts["deployed_at"],
        "approvers": "; ".join(f"{a['person']}, {label(a['role'])}" for a in approvers),
        "approved_at": facts["approved_at"],
        "review_due_on": review.get("due_on"),
        "review_held_at": review.get("held_at"),
        "reviewed_by": review.get("reviewed_by", ""),
        "judged_by_later_policy": facts["judged_by_later_policy"],
    }


def rollbacks_of(facts: Facts) -> Iterator[Facts]:
    """One row for each deployment that was rolled back, with what was observed."""
    for deployment in facts["deployments"]:
        rollback = deployment["rollback"]
        if rollback:
            yield {
                "key": facts["key"],
                "title": facts["title"],
                "revision": deployment["revision"],
                "deployed_at": deployment["started_at"],
                "trigger": rollback["trigger"],
                "reason": rollback["reason"],
                "observed": "; ".join(f"{name} {value}" for name, value in rollback["observed"]),
                "started_at": rollback["started_at"],
                "finished_at": rollback["finished_at"],
                "judged_by_later_policy": facts["judged_by_later_policy"],
            }
