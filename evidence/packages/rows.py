"""Rows of the tables of a package, made from a change's frozen facts."""

from collections.abc import Iterator
from typing import Any

from changes.vocabulary import Verdict
from evidence.packages.plain import iso

Facts = dict[str, Any]

POPULATION_COLUMNS = (
    "key",
    "title",
    "category",
    "state",
    "origin",
    "repository",
    "pull_request",
    "author",
    "submitted_at",
    "approved_at",
    "deployed_at",
    "policy_version",
    "revision",
    "judged_by_later_policy",
)
TEST_COLUMNS = (
    "key",
    "attribute",
    "attribute_name",
    "verdict",
    "sentence",
    "policy_version",
    "judged_by_later_policy",
)
EXCEPTION_COLUMNS = (
    "number",
    "kind",
    "key",
    "attribute",
    "repository",
    "revision",
    "at",
    "person",
    "text",
    "sentence",
    "reference",
    "state",
    "cause",
    "response",
    "owner",
    "due_on",
    "impact",
    "compensating_control",
    "retest",
)


def population_row(facts: Facts) -> Facts:
    """The contract's columns, raw; several pull requests of one change are joined."""
    pulls = facts["pull_requests"]
    authors = _joined(pull["author"] for pull in pulls)
    return {
        "key": facts["key"],
        "title": facts["title"],
        "category": facts["category"],
        "state": facts["state"],
        "origin": facts["origin"],
        "repository": _joined(pull["repository"] for pull in pulls),
        "pull_request": _joined(str(pull["number"]) for pull in pulls),
        "author": authors or facts["requester"],
        "submitted_at": iso(facts["submitted_at"]),
        "approved_at": iso(facts["approved_at"]),
        "deployed_at": iso(facts["deployed_at"]),
        "policy_version": facts["policy"],
        "revision": facts["revision"],
        "judged_by_later_policy": facts["judged_by_later_policy"],
    }


def matrix_row(facts: Facts) -> Facts:
    return {
        "key": facts["key"],
        "title": facts["title"],
        "verdicts": [test["verdict"] for test in facts["tests"]],
        "judged_by_later_policy": facts["judged_by_later_policy"],
    }


def exceptions_of(facts: Facts) -> Iterator[Facts]:
    """A control test that failed is an exception."""
    for test in facts["tests"]:
        if test["verdict"] == Verdict.FAILED:
            yield {
                "kind": "control test",
                "key": facts["key"],
                "attribute": test["letter"],
                "repository": _joined(pull["repository"] for pull in facts["pull_requests"]),
                "revision": facts["revision"],
                "at": facts["counted_at"],
                "person": "",
                "text": facts["title"],
                "sentence": test["sentence"],
            }


def _joined(values: Iterator[str]) -> str:
    return "; ".join(dict.fromkeys(value for value in values if value))
