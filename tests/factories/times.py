"""The moments that tests share: one working day in Los Angeles, and the next."""

from datetime import UTC, datetime, timedelta

# Tuesday, 14 July 2026, 09:00 in Los Angeles: an hour before the deployment window opens.
DRAFTED = datetime(2026, 7, 14, 16, tzinfo=UTC)
SUBMITTED = DRAFTED + timedelta(minutes=5)
TESTED = DRAFTED + timedelta(minutes=20)
APPROVED = DRAFTED + timedelta(minutes=30)
DEPLOYED = DRAFTED + timedelta(hours=2)
ROLLED_OUT = DEPLOYED + timedelta(hours=1)
VERIFIED = DEPLOYED + timedelta(hours=2)
CLOSED = DEPLOYED + timedelta(hours=3)
# Wednesday, 11:00 in Los Angeles: the window is open.
NOW = datetime(2026, 7, 15, 18, tzinfo=UTC)
