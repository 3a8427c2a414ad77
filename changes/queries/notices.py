"""What people should hear of, and who: read from what was announced, and from what is overdue."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from changes.announcements import Announcement
from changes.models import ActionItem, ChangeRequest, Person
from changes.queries.facts import facts_of
from changes.queries.home import asked_of
from changes.queries.judgements import judgement_of
from changes.queries.policies import reporting_date
from changes.queries.reviews import overdue_policy_reviews, reviews_to_hold
from changes.queries.rota import on_call_at
from changes.roles import MAY, REQUESTERS, Act
from changes.vocabulary import Occasion, Role


@dataclass(frozen=True)
class Notice:
    """`key` names the thing that is told: of it everybody hears once."""

    key: str
    occasion: Occasion
    text: str
    path: str
    people: tuple[Person, ...]
    change: ChangeRequest | None = None


def notices_of(announcements: Iterable[Announcement]) -> list[Notice]:
    """What was announced late, by an import, waits for nobody."""
    found: list[Notice] = []
    for announcement in announcements:
        about = NOTICES.get(announcement.type)
        if about and not announcement.is_late:
            found += about(announcement)
    return found


def overdue_notices(at: datetime) -> list[Notice]:
    return [*_policy_reviews(at), *_incident_reviews(at), *_action_items(at)]


def _approval(said: Announcement) -> list[Notice]:
    """Asked again where the revision or the wording is another: the key holds both."""
    change = said.change
    assert change is not None  # noqa: S101 - it is announced of a change only
    facts, judgement = facts_of(change), judgement_of(change, said.occurred_at)
    on_call = set(_on_call(said.occurred_at))
    people = {*_leads(change), *on_call, *_peers(change)}
    asked = [p for p in people if asked_of(p, judgement, is_on_call=p in on_call)]
    if judgement.approved_at or change.submitted_at is None:
        return []
    key = f"approval:{change.key}:{facts.head_revision[:12]}:{facts.request_digest[:12]}"
    text = f"{change.key} waits for approval: {change.title}"
    return [_about(change, key, Occasion.WAITS, text, asked)]


def _post_mortem(said: Announcement) -> list[Notice]:
    change = said.change
    assert change is not None  # noqa: S101
    people = [p for p in _may(Act.APPROVE_POST_MORTEM, change) if p != said.actor]
    text = f"The post-mortem of {change.key} waits for another person's approval."
    return [_about(change, f"post-mortem:{change.key}", Occasion.WAITS, text, people)]


def _incident_review(said: Announcement) -> list[Notice]:
    change = said.change
    assert change is not None  # noqa: S101
    due = getattr(said.record, "due_on", None)
    text = f"The post-incident review of {change.key} is due on {due}."
    people = _may(Act.HOLD_POST_INCIDENT_REVIEW, change)
    return [_about(change, f"incident-review:{change.key}", Occasion.WAITS, text, people)]


def _proposal(said: Announcement) -> list[Notice]:
    version = getattr(said.record, "version", "")
    people = [p for p in _holders(MAY[Act.APPROVE_POLICY]) if p != said.actor]
    path = reverse("changes:policy-version", args=[version])
    text = f"Policy {version} is proposed and waits for another person's approval."
    return [Notice(f"policy:{version}", Occasion.WAITS, text, path, tuple(people))]


def _fired(said: Announcement) -> list[Notice]:
    text = "A rollback trigger fired on {}."
    return _rollback(said, "fired", Occasion.FIRED, text)


def _manual_rollback(said: Announcement) -> list[Notice]:
    text = "The rollback of {} waits: its steps are to be done by hand and confirmed."
    return _rollback(said, "rollback", Occasion.WAITS, text)


def _rollback(said: Announcement, name: str, occasion: Occasion, text: str) -> list[Notice]:
    change = said.change
    if change is None:
        return []
    people = [*_leads(change), *_on_call(said.occurred_at)]
    key = f"{name}:{change.key}:{said.record._meta.model_name}:{said.record.pk}"
    return [_about(change, key, occasion, text.format(change.key), people)]


NOTICES: dict[str, Callable[[Announcement], list[Notice]]] = {
    "change.submit": _approval,
    "change.edit": _approval,
    "post_mortem.written": _post_mortem,
    "post_incident_review.opened": _incident_review,
    "policy.proposed": _proposal,
    "trigger.fired": _fired,
    "rollback.opened": _manual_rollback,
}


def _policy_reviews(at: datetime) -> list[Notice]:
    people = tuple(_holders(MAY[Act.REVIEW_POLICY]))
    return [
        Notice(
            f"overdue-policy-review:{row.quarter}",
            Occasion.OVERDUE,
            row.finding.sentence,
            reverse("changes:policy"),
            people,
        )
        for row in overdue_policy_reviews(at)
    ]


def _incident_reviews(at: datetime) -> list[Notice]:
    return [
        _about(
            row.change,
            f"overdue-incident-review:{row.change.key}",
            Occasion.OVERDUE,
            f"The post-incident review of {row.change.key} was due on {row.due_on}.",
            _may(Act.HOLD_POST_INCIDENT_REVIEW, row.change),
        )
        for row in reviews_to_hold(at)
        if row.is_overdue
    ]


def _action_items(at: datetime) -> list[Notice]:
    late = ActionItem.objects.filter(done_at=None, due_on__lt=reporting_date(at))
    return [
        _about(
            item.post_mortem.change,
            f"overdue-action-item:{item.pk}",
            Occasion.OVERDUE,
            f"An action item of {item.post_mortem.change.key} was due on {item.due_on}.",
            [item.owner],
        )
        for item in late.select_related("owner", "post_mortem__change")
    ]


def _about(
    change: ChangeRequest, key: str, occasion: Occasion, text: str, people: Iterable[Person]
) -> Notice:
    path = reverse("changes:detail", args=[change.key])
    unique = {person.pk: person for person in people}
    return Notice(key, occasion, text, path, tuple(unique[pk] for pk in sorted(unique)), change)


def _may(act: Act, change: ChangeRequest) -> list[Person]:
    """Compliance staff, and the tech leads of its systems."""
    compliance = MAY[act] & {Role.COMPLIANCE}
    return [*_holders(compliance), *_leads(change)]


def _leads(change: ChangeRequest) -> list[Person]:
    return list(Person.objects.filter(leads__changes=change, is_active=True).distinct())


def _peers(change: ChangeRequest) -> list[Person]:
    """Everybody who may review it; who is asked of them, the rules that are still open say."""
    return [person for person in _holders(REQUESTERS) if person.pk != change.requester_id]


def _on_call(at: datetime) -> list[Person]:
    return [person for person in on_call_at(at) if person.is_active]


def _holders(roles: Iterable[Role]) -> list[Person]:
    return list(
        Person.objects.filter(groups__name__in=list(roles), is_active=True)
        .distinct()
        .order_by("pk")
    )
