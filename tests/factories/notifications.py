from factory.declarations import Sequence
from factory.django import DjangoModelFactory

from changes.models import Notification
from changes.vocabulary import Channel, Occasion
from tests.factories.times import NOW


class NotificationFactory(DjangoModelFactory[Notification]):
    class Meta:
        model = Notification

    key = Sequence(lambda n: f"approval:CHG-{n:06d}:webhook:all")
    channel = Channel.WEBHOOK
    occasion = Occasion.WAITS
    text = "CHG-000042 waits for approval: Sort the pages"
    path = "/changes/CHG-000042/"
    queued_at = NOW
    next_attempt_at = NOW
