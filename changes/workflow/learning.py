"""What was learnt: post-mortems with their action items, post-incident reviews."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from changes.announcements import Announcement, announce
from changes.models import ActionItem, ChangeRequest, Person, PostIncidentReview, PostMortem
from changes.queries.facts import facts_of
from changes.queries.reviews import due_on
from changes.roles import Act
from changes.states import Action
from changes.vocabulary import Category
from changes.workflow.refusals import Invalid, NotNow, NotPermitted
from changes.workflow.steps import begin, check_may, check_time, locked


@dataclass(frozen=True)
class NewActionItem:
    title: str
    owner: Person
    due_on: date


@transaction.atomic
def write_post_mortem(
    *,
    request: ChangeRequest,
    actor: Person,
    at: datetime,
    what_happened: str,
    root_cause: str,
    action_items: Iterable[NewActionItem] = (),
) -> PostMortem:
    """A rollback or a failed verification has opened it; an emergency's begins here."""
    change = begin(request, Action.WRITE_POST_MORTEM, actor, at)
    _check_filled(what_happened=what_happened, root_cause=root_cause)
    post_mortem = PostMortem.objects.select_for_update().filter(change=change).first()
    if post_mortem is None:
        if change.category != Category.EMERGENCY:
            raise NotNow(f"{change.key} asks for no post-mortem: nothing went wrong with it.")
        post_mortem = PostMortem(change=change, opened_at=at, reason="It was an emergency.")
    if post_mortem.approved_at:
        raise NotNow(f"{post_mortem} is approved and is not rewritten.")
    post_mortem.what_happened, post_mortem.root_cause = what_happened, root_cause
    post_mortem.written_by = actor
    post_mortem.save()
    announce(Announcement("post_mortem.written", post_mortem, at, actor, change))
    for item in action_items:
        _add_action_item(post_mortem, item, actor, at)
    return post_mortem


@transaction.atomic
def approve_post_mortem(*, post_mortem: PostMortem, actor: Person, at: datetime) -> PostMortem:
    """Four eyes: whoever wrote it does not approve it."""
    change = begin(post_mortem.change, Action.APPROVE_POST_MORTEM, actor, at)
    post_mortem = PostMortem.objects.select_for_update().get(pk=post_mortem.pk)
    if post_mortem.written_by_id is None:
        raise NotNow(f"{post_mortem} is not written yet.")
    if post_mortem.approved_at:
        raise NotNow(f"{post_mortem} is approved already.")
    if post_mortem.written_by_id == actor.pk:
        raise NotPermitted(f"{actor.name} wrote {post_mortem}: another person approves it.")
    post_mortem.approved_by, post_mortem.approved_at = actor, at
    post_mortem.save()
    announce(Announcement("post_mortem.approved", post_mortem, at, actor, change))
    return post_mortem


@transaction.atomic
def complete_action_item(*, action_item: ActionItem, actor: Person, at: datetime) -> ActionItem:
    check_may(actor, Act.WRITE_POST_MORTEM)
    check_time(at)
    item = ActionItem.objects.select_for_update().get(pk=action_item.pk)
    if item.done_at:
        raise NotNow(f"'{item}' is done already.")
    if item.owner_id != actor.pk:
        raise NotPermitted(f"Only {item.owner} may say that '{item}' is done.")
    item.done_at = at
    item.save()
    announce(Announcement("action_item.done", item, at, actor, item.post_mortem.change))
    return item


@transaction.atomic
def open_post_incident_review(
    *, request: ChangeRequest, actor: Person, at: datetime, incident_at: datetime
) -> PostIncidentReview:
    """Due within the working days that the policy in force at the incident allows."""
    check_may(actor, Act.WRITE_POST_MORTEM)
    check_time(at)
    change = locked(request)
    if change.category != Category.EMERGENCY:
        raise NotNow(f"{change.key} is {change.category}: only an emergency is reviewed so.")
    if PostIncidentReview.objects.filter(change=change).exists():
        raise NotNow(f"The post-incident review of {change.key} is open already.")
    if incident_at > at:
        raise Invalid({"incident_at": "The incident cannot begin after this moment."})
    review = PostIncidentReview.objects.create(
        change=change,
        incident_at=incident_at,
        due_on=due_on(incident_at),
    )
    announce(Announcement("post_incident_review.opened", review, at, actor, change))
    return review


@transaction.atomic
def hold_post_incident_review(
    *, review: PostIncidentReview, actor: Person, at: datetime, findings: str
) -> PostIncidentReview:
    """Held by somebody who did not make the change; late is recorded as late."""
    check_may(actor, Act.HOLD_POST_INCIDENT_REVIEW)
    check_time(at)
    _check_filled(findings=findings)
    review = PostIncidentReview.objects.select_for_update().get(pk=review.pk)
    if review.held_at:
        raise NotNow(f"{review} was held already.")
    if actor.pk in facts_of(review.change).authors:
        raise NotPermitted(f"{actor.name} is an author of {review.change.key}: another holds it.")
    review.held_at, review.reviewed_by, review.findings = at, actor, findings
    review.save()
    announce(Announcement("post_incident_review.held", review, at, actor, review.change))
    return review


def _add_action_item(
    post_mortem: PostMortem, item: NewActionItem, actor: Person, at: datetime
) -> None:
    _check_filled(title=item.title)
    row = ActionItem.objects.create(
        post_mortem=post_mortem, title=item.title, owner=item.owner, due_on=item.due_on
    )
    announce(Announcement("action_item.added", row, at, actor, post_mortem.change))


def _check_filled(**texts: str) -> None:
    blank = [name for name, text in texts.items() if not text.strip()]
    if blank:
        raise Invalid({name: f"Fill in: {name.replace('_', ' ')}." for name in blank})
