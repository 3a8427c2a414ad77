"""One moment of a change's story."""

from dataclasses import dataclass
from datetime import datetime

from changes.models import Person


@dataclass(frozen=True)
class Moment:
    """`word` chooses the icon; `lines` say more; `is_late` was recorded after the fact."""

    at: datetime
    word: str
    what: str
    person: Person | None = None
    revision: str = ""
    lines: tuple[str, ...] = ()
    url: str = ""
    is_late: bool = False
