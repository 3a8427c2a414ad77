"""Management responses: each exception by its reference, with the newest answer to it."""

from collections.abc import Mapping
from typing import Any

from changes.quarters import Quarter
from evidence.models import ManagementResponse
from evidence.packages.plain import exact, iso

Facts = dict[str, Any]
OPEN, ANSWERED, DONE, OVERDUE = "open", "answered", "done", "overdue"
# What a complete response says of a deviation, as an auditor asks it.
COMPLETE = {
    "cause": "cause",
    "impact": "impact",
    "compensating_control": "compensating control",
    "response": "remediation",
    "retest": "retest",
}
BLANK = dict.fromkeys((*COMPLETE, "owner", "due_on", "lacks"), "") | {"state": OPEN}


def reference_of(row: Mapping[str, Any], quarter: Quarter | str) -> str:
    """What names an exception for as long as it is one: never its number, which moves."""
    match row["kind"]:
        case "control test":
            return f"{row['key']} {row['attribute']}"
        case "unlinked commit":
            return f"commit {row['repository']}@{row['revision']}"
        case "unlinked deployment":
            return f"deployment {row['repository']}@{row['revision']} {iso(row['at'])}"
    return f"{row['key'] or quarter}: {row['sentence']}"[:300]


def answers_of(quarter: Quarter) -> dict[str, Facts]:
    """By reference; in the order of the references, so that a digest may be taken over it."""
    newest = {
        row.reference: row
        for row in ManagementResponse.objects.filter(quarter=str(quarter))
        .select_related("owner")
        .order_by("written_at", "pk")
    }
    return {reference: _facts(newest[reference]) for reference in sorted(newest)}


def answered(row: Facts, quarter: Quarter, answers: Mapping[str, Facts]) -> Facts:
    """The exception with its reference and what management says about it."""
    reference = reference_of({"key": "", **row}, quarter)
    return {**row, "reference": reference, **answers.get(reference, BLANK)}


def responses_to(key: str, answers: Mapping[str, Facts]) -> dict[str, str]:
    """By letter of the control test, what the newest response to it lacks: empty if nothing."""
    mine = {reference: facts for reference, facts in answers.items() if reference[:-2] == key}
    return {reference[-1]: str(facts["lacks"]) for reference, facts in mine.items()}


def _lacks(row: ManagementResponse) -> str:
    return ", ".join(word for name, word in COMPLETE.items() if not getattr(row, name).strip())


def _facts(row: ManagementResponse) -> Facts:
    facts: Facts = exact(
        {
            **{name: getattr(row, name) for name in COMPLETE},
            "lacks": _lacks(row),
            "owner": row.owner.name,
            "due_on": row.due_on,
            "state": DONE if row.is_done else ANSWERED,
        }
    )
    return facts
