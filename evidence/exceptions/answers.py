"""Management responses: each exception by its reference, with the newest answer to it."""

from collections.abc import Mapping
from typing import Any

from changes.quarters import Quarter
from evidence.models import ManagementResponse
from evidence.packages.plain import exact, iso

Facts = dict[str, Any]
OPEN, ANSWERED, DONE, OVERDUE = "open", "answered", "done", "overdue"
BLANK = {"cause": "", "response": "", "owner": "", "due_on": "", "state": OPEN}


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


def _facts(row: ManagementResponse) -> Facts:
    facts: Facts = exact(
        {
            "cause": row.cause,
            "response": row.response,
            "owner": row.owner.name,
            "due_on": row.due_on,
            "state": DONE if row.is_done else ANSWERED,
        }
    )
    return facts
