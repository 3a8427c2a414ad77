"""The deploy gate: may this revision be deployed now? Every answer is kept."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from changes.announcements import Announcement, announce
from changes.models import ChangeRequest, DeployGateAnswer, Person, Token
from changes.queries.facts import facts_to_deploy
from changes.queries.judgements import reasons_against_deployment
from changes.states import STEPS, Action
from changes.vocabulary import State, Verdict, label
from changes.workflow.steps import check_time

REVISION_MAXIMUM = 64
STATE_RULE, REVISION_RULE = "state_allows_deployment", "revision_named"


@transaction.atomic
def answer_deploy_gate(
    *,
    request: ChangeRequest,
    revision: str,
    actor: Person,
    at: datetime,
    token: Token | None = None,
) -> DeployGateAnswer:
    """Never refuses for a change that there is: whatever is in the way is a reason."""
    check_time(at)
    asked = revision.replace("\x00", "\ufffd").strip()
    reasons = [*_of_state(request), *_of_revision(asked)]
    found = reasons_against_deployment(facts_to_deploy(request), request.policy_version, at, asked)
    reasons += [_reason(f.rule, f.verdict, f.sentence) for f in found]
    answer = DeployGateAnswer.objects.create(
        change=request,
        revision=asked[:REVISION_MAXIMUM],
        allowed=not reasons,
        reasons=reasons,
        asked_by=actor,
        token=token,
        asked_at=at,
    )
    details = {"allowed": answer.allowed, "revision": answer.revision}
    announce(Announcement("deploy_gate.answered", answer, at, actor, request, details=details))
    return answer


def _of_state(change: ChangeRequest) -> list[Mapping[str, Any]]:
    allowed = STEPS[Action.START_DEPLOYMENT].start
    state = State(change.state)
    if state in allowed:
        return []
    verdict = Verdict.WAITING if state is State.DRAFT else Verdict.FAILED
    states = " or ".join(label(word) for word in sorted(allowed))
    sentence = f"{change.key} is {label(state)}; it would have to be {states}."
    return [_reason(STATE_RULE, verdict, sentence)]


def _of_revision(revision: str) -> list[Mapping[str, Any]]:
    is_one = revision.isascii() and revision.isalnum() and len(revision) <= REVISION_MAXIMUM
    if is_one:
        return []
    sentence = "Name the revision in the address, such as ?revision= and the commit's SHA."
    return [_reason(REVISION_RULE, Verdict.UNKNOWN, sentence)]


def _reason(rule: str, verdict: Verdict, sentence: str) -> dict[str, Any]:
    return {"rule": rule, "verdict": verdict.value, "sentence": sentence}
