"""A row of reconciliation.csv, on the page and in the package."""

from datetime import UTC

from evidence.reconciliation.facts import Item

COLUMNS = (
    "kind",
    "id",
    "match",
    "reason",
    "change",
    "repository",
    "revision",
    "at",
    "person",
    "text",
)


def cells(item: Item) -> tuple[str, ...]:
    """In the order of COLUMNS; raw, times in UTC."""
    return (
        item.kind.value,
        item.id,
        item.match.value,
        item.reason,
        item.key,
        item.repository,
        item.revision,
        item.at.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z",
        item.person,
        item.text,
    )
