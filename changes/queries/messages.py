"""Messages to people, as they were queued and sent."""

from django.db.models import Count, QuerySet

from changes.models import Notification, Person
from changes.vocabulary import NotificationState


def messages_to(person: Person) -> QuerySet[Notification]:
    """What this person was told or is to be told, the latest first."""
    return _messages().filter(recipient=person)


def all_messages(*, channel: str = "", state: str = "") -> QuerySet[Notification]:
    found = _messages().select_related("recipient")
    if channel:
        found = found.filter(channel=channel)
    return found.filter(state=state) if state else found


def message_counts() -> dict[str, int]:
    """How many messages stand where; zero included."""
    rows = Notification.objects.values_list("state").annotate(Count("pk")).order_by()
    return {state.value: 0 for state in NotificationState} | dict(rows)


def _messages() -> QuerySet[Notification]:
    return Notification.objects.select_related("change").order_by("-queued_at", "-pk")
