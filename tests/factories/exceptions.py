from factory.declarations import SubFactory
from factory.django import DjangoModelFactory

from evidence.models import ManagementResponse
from tests.factories.people import PersonFactory
from tests.factories.times import NOW


class ManagementResponseFactory(DjangoModelFactory[ManagementResponse]):
    class Meta:
        model = ManagementResponse

    quarter = "2026Q3"
    reference = "CHG-000001 C"
    cause = "The lead was away."
    response = "A second lead is named."
    owner = SubFactory(PersonFactory)
    due_on = NOW.date()
    written_by = SubFactory(PersonFactory)
    written_at = NOW
