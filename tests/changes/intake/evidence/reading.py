"""Reading within a test: a text or bytes as a kind."""

from io import BytesIO
from types import SimpleNamespace
from typing import Any

from changes.intake.evidence import EvidenceFacts, read_facts, verdict_of
from changes.vocabulary import Verdict

POLICY = SimpleNamespace(coverage_minimum_percent=80, critical_findings_maximum=0)


def facts_of(kind: str, content: str | bytes) -> EvidenceFacts:
    data = content.encode() if isinstance(content, str) else content
    return read_facts(kind, BytesIO(data))


def read(kind: str, content: str | bytes) -> dict[str, Any]:
    return facts_of(kind, content).numbers


def judged(kind: str, content: str | bytes) -> Verdict:
    return verdict_of(facts_of(kind, content), POLICY)
