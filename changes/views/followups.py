"""What may follow beside the table of states: reviews, leave outside the window."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from changes.forms.actions import ActionForm
from changes.forms.followups import (
    HoldReviewForm,
    OpenReviewForm,
    WindowExceptionForm,
)
from changes.models import ChangeRequest, Person
from changes.roles import Act
from changes.vocabulary import Category
from changes.workflow.calendar import BEFORE_DEPLOYMENT, approve_window_exception
from changes.workflow.learning import (
    hold_post_incident_review,
    open_post_incident_review,
)


@dataclass(frozen=True)
class FollowUp:
    """Offered where it `applies` to the change; who may is asked of `act`."""

    slug: str
    label: str
    act: Act
    icon: str
    says: str
    done: str
    applies: Callable[[ChangeRequest], bool]
    run: Callable[[Any, Person, datetime], object]
    form: type[ActionForm] = ActionForm
    kind: str = "plain"
    level: str = "info"


def _review_lacking(change: ChangeRequest) -> bool:
    is_submitted_emergency = change.category == Category.EMERGENCY and change.submitted_at
    return bool(is_submitted_emergency) and not hasattr(change, "post_incident_review")


def _review_open(change: ChangeRequest) -> bool:
    review = getattr(change, "post_incident_review", None)
    return bool(review and not review.held_at)


def _is_before_deployment(change: ChangeRequest) -> bool:
    return change.state in BEFORE_DEPLOYMENT and change.category != Category.EMERGENCY


FOLLOW_UPS: dict[str, FollowUp] = {
    follow_up.slug: follow_up
    for follow_up in (
        FollowUp(
            "open-review",
            "Open the post-incident review",
            Act.WRITE_POST_MORTEM,
            "siren",
            "Its day is counted from the beginning of the incident, in working days of the policy.",
            "to be reviewed",
            _review_lacking,
            lambda form, person, at: open_post_incident_review(
                request=form.change,
                actor=person,
                at=at,
                incident_at=form.cleaned_data["incident_at"],
            ),
            OpenReviewForm,
        ),
        FollowUp(
            "hold-review",
            "Hold the post-incident review",
            Act.HOLD_POST_INCIDENT_REVIEW,
            "notebook-pen",
            "The review is recorded as held by you at this moment. One that is late is recorded "
            "as late.",
            "reviewed",
            _review_open,
            lambda form, person, at: hold_post_incident_review(
                review=form.change.post_incident_review,
                actor=person,
                at=at,
                findings=form.cleaned_data["findings"],
            ),
            HoldReviewForm,
        ),
        FollowUp(
            "window-exception",
            "Give leave outside the window",
            Act.APPROVE_WINDOW_EXCEPTION,
            "calendar",
            "This one change may be deployed outside the window and in a freeze, from now until "
            "the time that you give. Your name and your reason stand in its record.",
            "allowed outside the window",
            _is_before_deployment,
            lambda form, person, at: approve_window_exception(
                request=form.change,
                actor=person,
                at=at,
                reason=form.cleaned_data["reason"],
                valid_until=form.cleaned_data["valid_until"],
            ),
            WindowExceptionForm,
            level="warning",
        ),
    )
}
