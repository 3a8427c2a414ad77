from datetime import date

from factory.declarations import SubFactory
from factory.django import DjangoModelFactory

from changes.models import ActionItem, DocumentationUpdate, PostIncidentReview, PostMortem
from changes.vocabulary import DocumentKind
from tests.factories.people import PersonFactory
from tests.factories.request import ChangeRequestFactory
from tests.factories.times import DRAFTED, ROLLED_OUT


class DocumentationUpdateFactory(DjangoModelFactory[DocumentationUpdate]):
    class Meta:
        model = DocumentationUpdate

    change = SubFactory(ChangeRequestFactory)
    kind = DocumentKind.CHANGELOG
    recorded_at = DRAFTED


class PostMortemFactory(DjangoModelFactory[PostMortem]):
    class Meta:
        model = PostMortem

    change = SubFactory(ChangeRequestFactory)
    opened_at = ROLLED_OUT
    reason = "Rolled back."


class ActionItemFactory(DjangoModelFactory[ActionItem]):
    class Meta:
        model = ActionItem

    post_mortem = SubFactory(PostMortemFactory)
    title = "Test the order of the pages"
    owner = SubFactory(PersonFactory)
    due_on = date(2026, 8, 1)


class PostIncidentReviewFactory(DjangoModelFactory[PostIncidentReview]):
    class Meta:
        model = PostIncidentReview

    change = SubFactory(ChangeRequestFactory)
    due_on = date(2026, 7, 21)
    incident_at = DRAFTED
