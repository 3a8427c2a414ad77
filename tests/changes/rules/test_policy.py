import pytest

from changes.rules.policy import Policy
from tests.factories.facts import POLICY
from tests.factories.policy import version_1


@pytest.mark.django_db
def test_policy_1_0_is_seeded_with_the_figures_of_the_customer() -> None:
    assert version_1().as_policy() == POLICY


def test_policy_names_every_figure_but_its_own_name_and_date() -> None:
    assert {"version", "effective_on"}.isdisjoint(Policy.names())
