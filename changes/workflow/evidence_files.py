"""Keeping files as evidence: the raw bytes by their SHA-256, and what they say of a revision."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from django.core.files.base import File
from django.db import transaction

from changes.announcements import Announcement, announce
from changes.intake.evidence import EvidenceFacts, Unreadable, read_facts
from changes.intake.evidence.numbers import gate_numbers
from changes.models import ChangeRequest, EvidenceItem, GateResult, Person, Repository
from changes.vocabulary import Gate
from changes.workflow.refusals import Invalid
from changes.workflow.revisions import full_revision
from changes.workflow.sources import record_gate_result
from changes.workflow.steps import check_time, locked

NAME_MAXIMUM = 200
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True)
class Attached:
    """`gate_result` is None where the file shows that nothing was tested or scanned, or where
    the change has no repository that a result could belong to.
    """

    item: EvidenceItem
    facts: EvidenceFacts
    gate_result: GateResult | None
    is_new: bool


@transaction.atomic
def attach_evidence(
    *,
    request: ChangeRequest,
    kind: str,
    content: BinaryIO,
    name: str,
    at: datetime,
    actor: Person | None,
    revision: str = "",
    effective_at: datetime | None = None,
) -> Attached:
    """Reads a file of one of the contract's kinds and keeps it with the change.

    `effective_at` is when the tool wrote it; `at` when the portal got it. The result is bound to
    `revision`, by default the head of the pull request. The same file again changes nothing.
    Refuses with `Invalid`: a file that cannot be read, a revision or a time that cannot be.
    """
    check_time(at)
    effective_at = effective_at or at
    _check_effective(effective_at, at)
    change = locked(request)
    pull = change.pull_requests.select_related("repository").order_by("pk").first()
    named = full_revision(revision) if revision.strip() else ""
    revision = named or (pull.head_revision if pull else "")
    facts = _read(kind, content)
    described = EvidenceItem(
        change=change,
        kind=facts.kind.name,
        name=safe_name(name),
        sha256=facts.sha256,
        size_bytes=facts.size,
        effective_at=effective_at,
        uploaded_at=at,
        uploaded_by=actor,
    )
    item = keep_file(described, content)
    result = None
    if pull and revision and facts.has_run:
        result = _record(facts, item, repository=pull.repository, revision=revision, at=at)
    return Attached(item, facts, result, is_new=item is described)


def _read(kind: str, content: BinaryIO) -> EvidenceFacts:
    try:
        return read_facts(kind, content)
    except Unreadable as error:
        field = "kind" if "no kind of evidence" in str(error) else "file"
        raise Invalid({field: str(error)}) from error


def keep_file(item: EvidenceItem, content: BinaryIO) -> EvidenceItem:
    """Stores the bytes under their SHA-256 and announces it. Of a file that the change has
    already, the item that is there, untouched. The change must be locked.
    """
    known = EvidenceItem.objects.filter(change=item.change, sha256=item.sha256).first()
    if known:
        return known
    content.seek(0)
    item.content.save(item.sha256, File(content), save=False)
    item.save()
    at, actor, change = item.effective_at, item.uploaded_by, item.change
    details = {"kind": item.kind, "sha256": item.sha256}
    announce(Announcement("evidence.attached", item, at, actor, change, details=details))
    return item


def _record(
    facts: EvidenceFacts, item: EvidenceItem, *, repository: Repository, revision: str, at: datetime
) -> GateResult:
    return record_gate_result(
        repository=repository,
        revision=revision,
        gate=facts.kind.gate,
        tool=_tool(facts, item.name),
        numbers=gate_numbers(facts),
        produced_at=item.effective_at,
        recorded_at=at,
        change=item.change,
        evidence_item=item,
    )


def _tool(facts: EvidenceFacts, name: str) -> str:
    """A scanner by its name, which the policy asks for. Of tests and of coverage there may be
    several reports, told apart by their files: none may stand in for another.
    """
    tool = facts.tool or facts.kind.name
    if facts.kind.gate is Gate.SECURITY_SCAN:
        return tool[:100]
    return f"{tool} ({name})"[:100]


def safe_name(name: str) -> str:
    """For people to read; where the file lies is never made of it."""
    last = re.split(r"[/\\]", name)[-1]
    last = _UNPRINTABLE.sub("", last).strip(" .")
    return last[:NAME_MAXIMUM] or "unnamed"


def _check_effective(effective_at: datetime, at: datetime) -> None:
    try:
        check_time(effective_at)
    except Invalid as error:
        raise Invalid({"effective_at": str(error)}) from error
    if effective_at > at:
        raise Invalid({"effective_at": "A file cannot be written after it was received."})
