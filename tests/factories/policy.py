from datetime import date

from factory.declarations import LazyFunction, Sequence, SubFactory
from factory.django import DjangoModelFactory

from changes.models import DryRun, PolicyReview, PolicyVersion, PolicyWithdrawal
from changes.vocabulary import PolicyState
from tests.factories.people import PersonFactory
from tests.factories.times import DRAFTED


def version_1() -> PolicyVersion:
    """The customer's policy, as the migration seeds it."""
    return PolicyVersion.objects.get(version="1.0")


class PolicyVersionFactory(DjangoModelFactory[PolicyVersion]):
    """A later version in force, with the customer's figures unless said otherwise."""

    class Meta:
        model = PolicyVersion

    version = Sequence(lambda n: f"2.{n}")
    effective_on = Sequence(lambda n: date.fromordinal(date(2026, 8, 1).toordinal() + n))
    state = PolicyState.APPROVED
    summary = "Other figures."
    approved_at = DRAFTED


class PolicyReviewFactory(DjangoModelFactory[PolicyReview]):
    class Meta:
        model = PolicyReview

    quarter = "2026Q2"
    policy_version = LazyFunction(version_1)
    reviewed_by = SubFactory(PersonFactory)
    reviewed_at = DRAFTED


class PolicyWithdrawalFactory(DjangoModelFactory[PolicyWithdrawal]):
    class Meta:
        model = PolicyWithdrawal

    version = SubFactory(PolicyVersionFactory, state=PolicyState.PROPOSED, approved_at=None)
    reason = "Too strict."
    withdrawn_by = SubFactory(PersonFactory)
    withdrawn_at = DRAFTED


class DryRunFactory(DjangoModelFactory[DryRun]):
    """One that waits."""

    class Meta:
        model = DryRun

    version = SubFactory(PolicyVersionFactory, state=PolicyState.PROPOSED, approved_at=None)
    asked_at = DRAFTED
