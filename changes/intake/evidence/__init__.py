"""Files that tools write, read to the facts that gates judge. One module for each kind.

A reader takes a stream and returns plain facts; it keeps nothing of the file, fetches nothing and
never raises anything but `Unreadable`, whose sentence says what was wrong and what is expected.
"""

from changes.intake.evidence.kinds import KINDS, EvidenceFacts, Kind, read_facts
from changes.intake.evidence.verdicts import verdict_of
from changes.intake.json_values import Unreadable

__all__ = ["KINDS", "EvidenceFacts", "Kind", "Unreadable", "read_facts", "verdict_of"]
