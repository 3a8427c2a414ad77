"""Answers of GitHub's REST API: reviews of a pull request, and how a branch is protected."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from changes.intake.hosts.fields import Fields
from changes.intake.hosts.github_source import REVIEWS, maybe_who
from changes.intake.hosts.notices import Who
from changes.vocabulary import ReviewState


@dataclass(frozen=True)
class ListedReview:
    reviewer: Who | None
    state: ReviewState | None
    revision: str | None
    submitted_at: datetime | None


@dataclass(frozen=True)
class BranchProtection:
    """What a branch asks for before a merge; None where the answer does not say."""

    approvals_needed: int | None
    dismisses_stale: bool | None
    needs_code_owners: bool | None
    binds_administrators: bool | None
    checks_needed: tuple[str, ...]
    is_strict: bool | None


def reviews_of(answer: Sequence[Any]) -> list[ListedReview]:
    """Of `GET /repos/{owner}/{repo}/pulls/{number}/reviews`; a pending review is none yet."""
    listed = [_review(fields) for fields in Fields({"reviews": list(answer)}).objects("reviews")]
    return [review for review in listed if review.state is not None]


def protection_of(answer: dict[str, Any]) -> BranchProtection:
    """Of `GET /repos/{owner}/{repo}/branches/{branch}/protection`."""
    fields = Fields(answer)
    nothing = Fields({})
    reviews = fields.maybe_object("required_pull_request_reviews") or nothing
    checks = fields.maybe_object("required_status_checks") or nothing
    administrators = fields.maybe_object("enforce_admins") or nothing
    return BranchProtection(
        approvals_needed=reviews.maybe_number("required_approving_review_count"),
        dismisses_stale=reviews.maybe_flag("dismiss_stale_reviews"),
        needs_code_owners=reviews.maybe_flag("require_code_owner_reviews"),
        binds_administrators=administrators.maybe_flag("enabled"),
        checks_needed=checks.texts("contexts"),
        is_strict=checks.maybe_flag("strict"),
    )


def _review(fields: Fields) -> ListedReview:
    return ListedReview(
        reviewer=maybe_who(fields, "user"),
        state=REVIEWS.get(fields.text("state").lower()),
        revision=fields.maybe_sha("commit_id"),
        submitted_at=fields.maybe_instant("submitted_at"),
    )
