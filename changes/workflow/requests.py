"""Drafting, submitting, editing, withdrawing and closing a change request."""

import re
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
from changes.rules.policy import TEXT_FIELDS
from changes.states import Action
from changes.vocabulary import Category, DocumentKind, State
from changes.workflow.refusals import Invalid, NotNow, NotPermitted
from changes.workflow.rollout_steps import state_after_deployment
from changes.workflow.steps import begin, check_rules, check_time, enter, save

TITLE_MAXIMUM = 300
OTHER_TEXTS = ("title", "category", "means", "incident_url", "avoided_day_reason", "advisory")
EDITABLE = (
    *TEXT_FIELDS,
    *OTHER_TEXTS,
    "is_infrastructure",
    "changes_schema",
    "standard_procedure",
    "procedure_parameters",
    "advisory_published_on",
)
# Up to here every whole number is exact, whoever reads it.
EXACT_BELOW = 2**53
_SURROGATES = re.compile("[\ud800-\udfff]")


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
    change.systems.set(systems)
    slugs = sorted(system.slug for system in change.systems.all())
    announce(Announcement("change.draft", change, at, actor, change, details={"systems": slugs}))
    _declare_documents(change, documents, actor, at)
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
    """A submitted request stays complete; approvals for its former wording count no longer."""
    change = begin(request, Action.EDIT, actor, at)
    _set_values(change, values)
    change.systems.set(systems)
    slugs = sorted(system.slug for system in change.systems.all())
    save(change, Action.EDIT, actor, at, systems=slugs)
    _declare_documents(change, documents, actor, at)
    if change.state != State.DRAFT:
        _check_complete(change, at)
    return change


@transaction.atomic
def submit_request(*, request: ChangeRequest, actor: Person, at: datetime) -> ChangeRequest:
    """Fixes the policy version in force, for good. Refused while a required field is lacking.

    A request for what was deployed already goes on from where its latest deployment stands.
    """
    change = begin(request, Action.SUBMIT, actor, at)
    _check_complete(change, at)
    change.submitted_at = at
    # What was deployed already counts by its deployment.
    change.counted_at = change.counted_at or at
    change.policy_version = version_in_force(at)
    enter(change, Action.SUBMIT)
    change.state = state_after_deployment(change) or change.state
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
    lacking = why_not_closed(change)
    if lacking:
        raise NotNow(f"{change.key} {lacking}")
    check_rules(change, Action.CLOSE, at)
    change.closed_at = at
    enter(change, Action.CLOSE)
    save(change, Action.CLOSE, actor, at)
    return change


def _check_complete(change: ChangeRequest, at: datetime) -> None:
    if change.category == Category.EMERGENCY and not change.incident_url:
        raise NotNow("An emergency names its incident: give the incident's address.")
    check_rules(change, Action.SUBMIT, at)


def why_not_closed(change: ChangeRequest) -> str | None:
    written = PostMortem.objects.filter(change=change, written_by__isnull=False).exists()
    if change.state == State.ROLLED_BACK and not written:
        return "was rolled back: write the post-mortem first."
    if not written and PostMortem.objects.filter(change=change).exists():
        return "has an open post-mortem: write it first."
    if PostMortem.objects.filter(change=change, approved_at__isnull=True).exists():
        return "has a post-mortem that waits for another person's approval."
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
    _check_texts(change)
    _check_parameters(change.procedure_parameters)
    _check_advisory(change)
    title = " ".join(change.title.split())
    if not title:
        raise Invalid({"title": "Give the change a title."})
    if len(title) > TITLE_MAXIMUM:
        raise Invalid({"title": f"The title is {len(title)} characters; {TITLE_MAXIMUM} fit."})
    change.title = title
    others = {field.name for field in change._meta.fields} - set(EDITABLE)
    try:
        change.clean_fields(exclude=others)
    except ValidationError as error:
        raise Invalid({k: " ".join(v) for k, v in error.message_dict.items()}) from error


def _check_texts(change: ChangeRequest) -> None:
    texts = {name: getattr(change, name) for name in (*TEXT_FIELDS, *OTHER_TEXTS)}
    strange = [name for name, text in texts.items() if not isinstance(text, str)]
    if strange:
        raise Invalid(dict.fromkeys(strange, "It has to be text."))
    if nul := [name for name, text in texts.items() if "\x00" in text]:
        raise Invalid(dict.fromkeys(nul, "It holds a NUL character; remove it."))
    if broken := [name for name, text in texts.items() if _SURROGATES.search(text)]:
        raise Invalid(dict.fromkeys(broken, "It holds half a character; write it again."))


def _check_parameters(parameters: Any) -> None:
    """Names with numbers: what the limits of a standard procedure are about."""
    is_mapping = isinstance(parameters, dict) and "".join(parameters).isprintable()
    if not is_mapping or not all(map(_is_number, parameters.values())):
        sentence = "Give a number for each parameter of the procedure."
        raise Invalid({"procedure_parameters": sentence})


def _check_advisory(change: ChangeRequest) -> None:
    if change.advisory.strip() and not change.advisory_published_on:
        raise Invalid({"advisory_published_on": "Say when the advisory was published."})
    if change.advisory_published_on and not change.advisory.strip():
        raise Invalid({"advisory": "Name the advisory that was published then."})


def _is_number(value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and abs(value) < EXACT_BELOW


def _declare_documents(
    change: ChangeRequest, documents: Iterable[DocumentKind], actor: Person, at: datetime
) -> None:
    """The documents that the request says it updates; an edit may drop some again."""
    declared = {document.kind: document for document in change.documents.all()}
    wanted = {kind.value for kind in documents}
    for kind in sorted(set(declared) - wanted):
        announce(Announcement("document.dropped", declared[kind], at, actor, change))
        declared[kind].delete()
    for kind in sorted(wanted - set(declared)):
        document = DocumentationUpdate.objects.create(change=change, kind=kind, recorded_at=at)
        announce(Announcement("document.declared", document, at, actor, change))
