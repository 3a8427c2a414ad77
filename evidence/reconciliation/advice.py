"""What a person can do about an item that is not matched in time."""

from evidence.reconciliation.facts import Item, Kind, Match

ADVICE: dict[Kind, str] = {
    Kind.COMMIT: "Open a change request for this: it is marked as opened after the fact.",
    Kind.DEPLOYMENT: "Open a change request for this: it is marked as opened after the fact.",
    Kind.CHANGE: "Link its pull request or report its deployment; withdraw what is not needed.",
}
LATE = "Nothing makes it earlier: a management response says why it was late."


def what_to_do(item: Item) -> str:
    """Empty where nothing is to be done."""
    if item.match is Match.MATCHED:
        return ""
    return LATE if item.match is Match.MATCHED_LATE else ADVICE[item.kind]
