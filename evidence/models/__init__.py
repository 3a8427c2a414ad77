"""What the proof is made of: events, and the packages compiled from the record."""

from evidence.models.ledger import Event
from evidence.models.packages import CompileJob, CompilePart, Package

__all__ = ["CompileJob", "CompilePart", "Event", "Package"]
