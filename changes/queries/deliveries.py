"""The delivery log: what came, what became of it, and what was refused."""

from django.db.models import Count, QuerySet

from changes.models import Alert, Delivery, DeliveryJob, RefusedDelivery
from changes.vocabulary import DeliveryState


def deliveries(*, source: str = "", state: str = "") -> QuerySet[Delivery]:
    """The latest first, without their bodies."""
    found = Delivery.objects.select_related("job", "job__replay_of").defer(
        "raw_body", "job__replay_of__raw_body"
    )
    if source:
        found = found.filter(source=source)
    if state:
        found = found.filter(job__state=state)
    return found.order_by("-pk")


def refused_deliveries(*, source: str = "") -> QuerySet[RefusedDelivery]:
    found = RefusedDelivery.objects.order_by("-pk")
    return found.filter(source=source) if source else found


def counts_by_state() -> dict[str, int]:
    """How many deliveries stand where; zero included."""
    rows = DeliveryJob.objects.values_list("state").annotate(Count("pk")).order_by()
    return {state.value: 0 for state in DeliveryState} | dict(rows)


def alerts() -> QuerySet[Alert]:
    """What monitoring told, the latest first, with the rollout that each belongs to."""
    return Alert.objects.select_related("deployment__change", "firing").order_by(
        "-starts_at", "-pk"
    )
