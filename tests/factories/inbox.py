from hashlib import sha256

from factory.declarations import LazyAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from changes.models import Delivery, DeliveryJob, RefusedDelivery
from changes.vocabulary import HookSource
from tests.factories.times import NOW


class DeliveryFactory(DjangoModelFactory[Delivery]):
    class Meta:
        model = Delivery

    source = HookSource.GITHUB
    delivery_id = Sequence(lambda n: f"delivery-{n}")
    event = "ping"
    content_type = "application/json"
    raw_body = LazyAttribute(lambda delivery: f'{{"zen": "{delivery.delivery_id}"}}'.encode())
    body_sha256 = LazyAttribute(lambda delivery: sha256(delivery.raw_body).hexdigest())
    received_at = NOW


class DeliveryJobFactory(DjangoModelFactory[DeliveryJob]):
    class Meta:
        model = DeliveryJob

    delivery = SubFactory(DeliveryFactory)
    heartbeat_at = NOW


class RefusedDeliveryFactory(DjangoModelFactory[RefusedDelivery]):
    class Meta:
        model = RefusedDelivery

    source = HookSource.GITHUB
    status = 401
    code = "unproven"
    sentence = "The delivery does not prove who sent it."
    received_at = NOW
