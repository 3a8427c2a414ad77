import hashlib

from django.core.files.base import ContentFile
from factory.declarations import LazyFunction, SubFactory
from factory.django import DjangoModelFactory

from changes.models import EvidenceItem
from tests.factories.request import ChangeRequestFactory
from tests.factories.times import TESTED

CONTENT = b"<testsuite tests='1'/>"


class EvidenceItemFactory(DjangoModelFactory[EvidenceItem]):
    class Meta:
        model = EvidenceItem

    change = SubFactory(ChangeRequestFactory)
    kind = "junit"
    name = "junit.xml"
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    size_bytes = len(CONTENT)
    content = LazyFunction(lambda: ContentFile(CONTENT, "junit.xml"))
    effective_at = TESTED
    uploaded_at = TESTED
