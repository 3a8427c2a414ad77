import pytest

from changes.models import ChangeRequest
from changes.vocabulary import State
from tests.factories.request import ChangeRequestFactory


@pytest.fixture
def change(db: None) -> ChangeRequest:
    return ChangeRequestFactory.create(number=1, state=State.SUBMITTED)
