"""One change as plain values: everything its dossier shows."""

from collections.abc import Sequence
from typing import Any

from changes.models import ChangeRequest, Person
from changes.queries.judgements import Judgement
from changes.rules.approvals import why_not_counted
from changes.rules.policy import TEXT_FIELDS
from evidence.controls.attributes import ControlTest
from evidence.packages.beside import Beside
from evidence.packages.plain import pairs
from evidence.packages.rollout_facts import deployments_of
from evidence.packages.source_facts import gates_of, pull_requests_of, runs_of

Facts = dict[str, Any]


def facts_of_change(judgement: Judgement, tests: Sequence[ControlTest], others: Beside) -> Facts:
    change, facts = judgement.change, judgement.facts
    return {
        **_identity(change),
        "policy": judgement.policy.version,
        "judged_by_later_policy": facts.is_judged_by_later_policy,
        "approved_at": judgement.approved_at,
        "deployed_at": facts.first_deployment.started_at if facts.first_deployment else None,
        "revision": facts.tested_revision,
        "request_sha256": facts.request_digest,
        "sees_reviews": facts.sees_reviews,
        "sees_deployments": facts.sees_deployments,
        "texts": [[name, getattr(change, name)] for name in TEXT_FIELDS],
        "systems": [_system(system) for system in facts.systems],
        "approvals": _approvals(judgement),
        "findings": [
            {"rule": f.rule, "verdict": f.verdict, "sentence": f.sentence}
            for f in judgement.findings
        ],
        "tests": [
            {"letter": t.attribute, "verdict": t.verdict, "sentence": t.sentence} for t in tests
        ],
        "pull_requests": pull_requests_of(change),
        "gates": gates_of(facts),
        "runs": runs_of(change, others.runs),
        "releases": [
            {"person": r.person.name, "revision": r.revision, "at": r.released_at}
            for r in change.releases.all()
        ],
        "deployments": deployments_of(change, others.samples),
        "window_exceptions": _window_exceptions(change),
        **_learning(change),
        "events": others.events.get(change.number, []),
        "last_event": others.last_events.get(change.number),
    }


def _identity(change: ChangeRequest) -> Facts:
    procedure = change.standard_procedure
    return {
        "key": change.key,
        "title": change.title,
        "category": change.category,
        "state": change.state,
        "origin": change.origin,
        "requester": named(change.requester),
        "is_infrastructure": change.is_infrastructure,
        "changes_schema": change.changes_schema,
        "procedure": procedure.title if procedure else None,
        "procedure_parameters": pairs(change.procedure_parameters),
        "incident_url": change.incident_url,
        "avoided_day_reason": change.avoided_day_reason,
        "drafted_at": change.drafted_at,
        "submitted_at": change.submitted_at,
        "closed_at": change.closed_at,
        "counted_at": change.counted_at,
    }


def named(person: Person | None) -> str:
    return person.name if person else ""


def _system(system: Any) -> Facts:
    return {"name": system.name, "is_infrastructure": system.is_infrastructure}


def _approvals(judgement: Judgement) -> list[Facts]:
    """Each decision, also one that does not count, with the sentence why not."""
    rows = judgement.change.approvals.all()
    reasons = [why_not_counted(approval, judgement.facts) for approval in judgement.facts.approvals]
    return [
        {
            "person": row.person.name,
            "role": row.role,
            "roles_held": row.roles_held,
            "was_on_call": row.was_on_call,
            "decision": row.decision,
            "revision": row.revision,
            "request_sha256": row.request_digest,
            "comment": row.comment,
            "at": row.decided_at,
            "why_not_counted": reason or "",
        }
        for row, reason in zip(rows, reasons, strict=True)
    ]


def _window_exceptions(change: ChangeRequest) -> list[Facts]:
    return [
        {
            "reason": leave.reason,
            "person": leave.approved_by.name,
            "at": leave.approved_at,
            "valid_until": leave.valid_until,
        }
        for leave in change.window_exceptions.all()
    ]


def _learning(change: ChangeRequest) -> Facts:
    return {
        "post_mortem": _post_mortem(change),
        "post_incident_review": _post_incident_review(change),
        "documents": [
            {"kind": d.kind, "path": d.path, "at": d.recorded_at} for d in change.documents.all()
        ],
        "files": [
            {"name": f.name, "kind": f.kind, "sha256": f.sha256, "size_bytes": f.size_bytes}
            for f in change.evidence_items.all()
        ],
    }


def _post_mortem(change: ChangeRequest) -> Facts | None:
    found = getattr(change, "post_mortem", None)
    if found is None:
        return None
    return {
        "opened_at": found.opened_at,
        "reason": found.reason,
        "what_happened": found.what_happened,
        "root_cause": found.root_cause,
        "written_by": named(found.written_by),
        "approved_by": named(found.approved_by),
        "approved_at": found.approved_at,
        "action_items": [
            {"title": a.title, "owner": a.owner.name, "due_on": a.due_on, "done_at": a.done_at}
            for a in found.action_items.all()
        ],
    }


def _post_incident_review(change: ChangeRequest) -> Facts | None:
    found = getattr(change, "post_incident_review", None)
    if found is None:
        return None
    return {
        "incident_at": found.incident_at,
        "due_on": found.due_on,
        "held_at": found.held_at,
        "reviewed_by": named(found.reviewed_by),
        "findings": found.findings,
    }
