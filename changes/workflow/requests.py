"""Drafting, submitting, editing, withdrawing and closing a change request."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from changes.announcements import Announcement, announce
from changes.models import (
    ChangeRequest,
    DocumentationUpdate,
    Organisation,
    Person,
    PostIncidentReview,
    PostMortem,
    System,
)
from changes.permissions import why_may_not
from changes.queries.policies import version_in_force
from changes.roles import Act
from changes.states import Action
from changes.vocabulary import Category, DocumentKind, State
from changes.workflow.refusals import Invalid, NotNow, NotPermitted
from changes.workflow.steps import begin, check_rules, check_time, enter, save

TITLE_MAXIMUM = 300
EDITABLE = (
    "title",
    "category",
    "description",
    "business_justification",
    "risk_assessment",
    "rollback_plan",
    "testing_evidence",
    "is_infrastructure",
    "changes_schema",
    "standard_procedure",
    "procedure_parameters",
    "incident_url",
    "avoided_day_reason",
)


def next_numbers(count: int) -> range:
    """Change numbers without gaps: the organisation's row is locked until the commit."""
    organisation = Organisation.objects.select_for_update().get()
    first = organisation.last_change_number + 1
    organisation.last_change_number += count
    organisation.save(update_fields=["last_change_number"])
    return range(first, first + count)


@transaction.atomic
def draft_request(
    *,
    actor: Person,
    at: datetime,
    values: Mapping[str, Any],
    systems: Iterable[System] = (),
    documents: Iterable[DocumentKind] = (),
) -> ChangeRequest:
    """A new draft; it may still lack anything but a title. Announces `change.draft`."""
    refusal = why_may_not(actor, Act.CREATE_CHANGE)
    if refusal:
        raise NotPermitted(refusal)
    check_time(at)
    change = ChangeRequest(requester=actor, drafted_at=at, counted_at=None)
    _set_values(change, values)
    change.number = next_numbers(1)[0]
    change.save()
    _set_related(change, systems, documents, at)
    slugs = sorted(system.slug for system in change.systems.all())
    announce(Announcement("change.draft", change, at, actor, change, details={"systems": slugs}))
    return change


@transaction.atomic
def edit_request(
    *,
    request: ChangeRequest,
    actor: Person,
    at: datetime,
    values: Mapping[str, Any],
    systems: Iterable[System] = (),
    documents: Iterable[DocumentKind] = (),
) -> ChangeRequest:
    change = begin(request, Action.EDIT, actor, at)
    _set_values(change, values)
    _set_related(change, systems, documents, at)
    slugs = sorted(system.slug for system in change.systems.all())
    save(change, Action.EDIT, actor, at, systems=slugs)
    return change


@transaction.atomic
def submit_request(*, request: ChangeRequest, actor: Person, at: datetime) -> ChangeRequest:
    """Fixes the policy version in force, for good. Refused while a required field is lacking."""
    change = begin(request, Action.SUBMIT, actor, at)
    if change.category == Category.EMERGENCY and not change.incident_url:
        raise NotNow("An emergency names its incident: give the incident's address.")
    change.submitted_at = change.counted_at = at
    check_rules(change, Action.SUBMIT, at)
    change.policy_version = version_in_force(at)
    enter(change, Action.SUBMIT)
    save(change, Action.SUBMIT, actor, at, policy=change.policy_version.version)
    return change


@transaction.atomic
def withdraw_request(*, request: ChangeRequest, actor: Person, at: datetime) -> ChangeRequest:
    change = begin(request, Action.WITHDRAW, actor, at)
    enter(change, Action.WITHDRAW)
    save(change, Action.WITHDRAW, actor, at)
    return change


@transaction.atomic
def close_request(*, request: ChangeRequest, actor: Person, at: datetime) -> ChangeRequest:
    """The end of a verified or rolled back change."""
    change = begin(request, Action.CLOSE, actor, at)
    lacking = _why_not_closed(change)
    if lacking:
        raise NotNow(f"{change.key} {lacking}")
    change.closed_at = at
    enter(change, Action.CLOSE)
    save(change, Action.CLOSE, actor, at)
    return change


def _why_not_closed(change: ChangeRequest) -> str | None:
    post_mortem = PostMortem.objects.filter(change=change).first()
    if change.state == State.ROLLED_BACK and not (post_mortem and post_mortem.written_by_id):
        return "was rolled back: write the post-mortem first."
    held = PostIncidentReview.objects.filter(change=change, held_at__isnull=False).exists()
    if change.category == Category.EMERGENCY and not held:
        return "is an emergency: hold the post-incident review first."
    return None


def _set_values(change: ChangeRequest, values: Mapping[str, Any]) -> None:
    strange = sorted(set(values) - set(EDITABLE))
    if strange:
        raise Invalid({name: f"'{name}' is not a field of a request." for name in strange})
    for name, value in values.items():
        setattr(change, name, value)
    title = " ".join(change.title.split())
    if not title:
        raise Invalid({"title": "Give the change a title."})
    if len(title) > TITLE_MAXIMUM:
        raise Invalid({"title": f"The title is {len(title)} characters; {TITLE_MAXIMUM} fit."})
    nul = [name for name in EDITABLE if "\x00" in str(getattr(change, name))]
    if nul:
        raise Invalid(dict.fromkeys(nul, "It holds a NUL character; remove it."))
    change.title = title
    others = {field.name for field in change._meta.fields} - set(EDITABLE)
    try:
        change.clean_fields(exclude=others)
    except ValidationError as error:
        raise Invalid({k: " ".join(v) for k, v in error.message_dict.items()}) from error


def _set_related(
    change: ChangeRequest,
    systems: Iterable[System],
    documents: Iterable[DocumentKind],
    at: datetime,
) -> None:
    change.systems.set(systems)
    kept = {document.kind for document in change.documents.all()}
    wanted = {kind.value for kind in documents}
    change.documents.exclude(kind__in=wanted).delete()
    DocumentationUpdate.objects.bulk_create(
        DocumentationUpdate(change=change, kind=kind, recorded_at=at) for kind in wanted - kept
    )
