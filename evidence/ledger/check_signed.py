"""What was signed, against the log: the checkpoints, who signed them, and their time-stamps."""

from django.db.models import Min

from evidence.ledger.differences import Differences
from evidence.ledger.notes import BadNote, Vkey, opened_note, parse_head
from evidence.ledger.records import record_name
from evidence.ledger.signer import signed_last
from evidence.ledger.time_stamps import stamp_difference
from evidence.models import Checkpoint, Event, KeyRetirement, TimeStamp
from evidence.vocabulary import KEY_RETIRED


def checkpoint_differences(
    checkpoint: Checkpoint, root: bytes, origin: str, known: dict[int, Vkey]
) -> list[str]:
    """Of a checkpoint and the `root` of the log at its size; `known` are the log's keys by
    their rows."""
    name, found = f"Checkpoint {checkpoint.pk} at {checkpoint.size}", []
    try:
        text, signer = opened_note(checkpoint.note, known.values())
        head = parse_head(text)
    except BadNote as error:
        return [f"{name}: {error}"]
    said = (origin, checkpoint.size, bytes(checkpoint.root), known.get(checkpoint.key_id))
    if (head.origin, head.size, head.root, signer) != said:
        found.append(f"{name}: its columns are not what its note says.")
    if head.root != root:
        found.append(f"{name}: the log's root is not the one that was signed.")
    return found


def check_end(size: int, differences: Differences) -> None:
    """What should be within the log and lies beyond its `size` entries, and what is about it."""
    for beyond in Checkpoint.objects.filter(size__gt=size).order_by("size"):
        differences.add(f"Checkpoint at {beyond.size}: the log has only {size} entries.")
    last = signed_last()
    if last and last.size > size:
        differences.add(
            f"The signer signed {last.size} entries, and the log has only {size}:"
            " the database was rolled back, or entries were removed."
        )
    for retirement in KeyRetirement.objects.all():
        _name_signed_after(retirement, differences)
    for stamp in TimeStamp.objects.iterator():
        if sentence := stamp_difference(stamp):
            differences.add(f"Time-stamp {stamp.pk}: {sentence}")


def _name_signed_after(retirement: KeyRetirement, differences: Differences) -> None:
    """Checkpoints by a retired key over trees that hold its retirement already."""
    events = Event.objects.filter(record=record_name(retirement), type=KEY_RETIRED)
    place = events.aggregate(place=Min("leaf__index"))["place"]
    if place is None:
        return  # it was retired this moment, or its row is a difference in itself
    for late in Checkpoint.objects.filter(key_id=retirement.key_id, size__gt=place):
        differences.add(
            f"Checkpoint {late.pk} at {late.size}: it is signed by a key that was retired at"
            f" entry {place}."
        )
