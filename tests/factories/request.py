from collections.abc import Iterable

from django.db import transaction
from factory.declarations import LazyFunction, SubFactory, Trait
from factory.django import DjangoModelFactory
from factory.helpers import post_generation

from changes.models import Approval, ChangeRequest, RefusedAction, System
from changes.vocabulary import ApprovalRole, Category, Decision, Origin, State
from changes.workflow.requests import next_numbers
from tests.factories.people import PersonFactory
from tests.factories.policy import version_1
from tests.factories.times import APPROVED, DRAFTED, SUBMITTED

TEXTS = {
    "description": "Sort the pages by title.",
    "business_justification": "People asked for it.",
    "risk_assessment": "Low: one page, no data.",
    "rollback_plan": "Deploy the previous revision.",
    "testing_evidence": "The unit tests cover it.",
}


def next_number() -> int:
    with transaction.atomic():
        return next_numbers(1)[0]


class ChangeRequestFactory(DjangoModelFactory[ChangeRequest]):
    """A submitted, complete row, without an event; `tests.factories.stories` uses the workflow."""

    class Meta:
        model = ChangeRequest
        skip_postgeneration_save = True

    class Params:
        is_draft = Trait(state=State.DRAFT, submitted_at=None, counted_at=None, policy_version=None)
        is_imported = Trait(
            state=State.RECORDED,
            origin=Origin.IMPORTED,
            requester=None,
            submitted_at=None,
            policy_version=None,
            **dict.fromkeys(TEXTS, ""),
        )

    number = LazyFunction(next_number)
    title = "Sort the pages"
    category = Category.NORMAL
    origin = Origin.PORTAL
    state = State.SUBMITTED
    requester = SubFactory(PersonFactory)
    drafted_at = DRAFTED
    submitted_at = SUBMITTED
    counted_at = SUBMITTED
    policy_version = LazyFunction(version_1)
    description = TEXTS["description"]
    business_justification = TEXTS["business_justification"]
    risk_assessment = TEXTS["risk_assessment"]
    rollback_plan = TEXTS["rollback_plan"]
    testing_evidence = TEXTS["testing_evidence"]

    @post_generation
    def systems(self, _create: bool, extracted: Iterable[System] | None, **_: object) -> None:
        self.systems.set(extracted or ())


class ApprovalFactory(DjangoModelFactory[Approval]):
    class Meta:
        model = Approval

    change = SubFactory(ChangeRequestFactory)
    person = SubFactory(PersonFactory)
    role = ApprovalRole.PEER_REVIEWER
    decision = Decision.APPROVED
    revision = "a" * 40
    request_digest = "d" * 64
    decided_at = APPROVED


class RefusedActionFactory(DjangoModelFactory[RefusedAction]):
    class Meta:
        model = RefusedAction

    what = "/changes/CHG-000001/close/"
    status = 409
    sentence = "CHG-000001 is a draft."
    refused_at = DRAFTED
