"""The machine's clock as the portal sees it, in every thread of the server of a test."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

# Wednesday, 15 July 2026: a working day on which the window is open from 10:00 to 16:00.
ZONE = ZoneInfo("America/Los_Angeles")


@dataclass
class WallClock:
    """Stands in for `django.utils.timezone` where the portal asks what time it is."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment

    def strike(self, hour: int, minute: int = 0) -> None:
        """It is that time of the day now, in Los Angeles."""
        self.moment = datetime(2026, 7, 15, hour, minute, tzinfo=ZONE)

    def pass_minutes(self, minutes: float) -> None:
        self.moment += timedelta(minutes=minutes)
