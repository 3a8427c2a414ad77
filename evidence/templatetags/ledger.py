"""What pages of `changes` show of the ledger."""

from typing import Any

from django import template

from changes.models import ChangeRequest
from evidence.queries.late import late_events
from evidence.queries.ledger import covering_checkpoint, last_leaf

register = template.Library()


@register.inclusion_tag("evidence/_change_proof.html")
def proof_of(change: ChangeRequest) -> dict[str, Any]:
    """Whether the change's last event is sealed and signed, and its proof."""
    leaf = last_leaf(change)
    checkpoint = covering_checkpoint(leaf.index) if leaf else None
    late = late_events(change)
    return {"change": change, "leaf": leaf, "checkpoint": checkpoint, "late": late}
