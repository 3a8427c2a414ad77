import hashlib

from factory.declarations import LazyAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from changes.models import DeployGateAnswer, KeptReply, Person, Token
from changes.vocabulary import Scope
from changes.workflow.tokens import create_token
from tests.factories.people import PersonFactory
from tests.factories.request import ChangeRequestFactory
from tests.factories.times import DRAFTED


class TokenFactory(DjangoModelFactory[Token]):
    class Meta:
        model = Token

    name = Sequence(lambda n: f"token {n}")
    person = SubFactory(PersonFactory, kind="service")
    scopes = [Scope.CHANGES_READ.value]
    secret_sha256 = LazyAttribute(lambda token: hashlib.sha256(token.name.encode()).hexdigest())
    created_at = DRAFTED


class DeployGateAnswerFactory(DjangoModelFactory[DeployGateAnswer]):
    class Meta:
        model = DeployGateAnswer

    change = SubFactory(ChangeRequestFactory)
    revision = "a" * 40
    allowed = True
    asked_by = SubFactory(PersonFactory)
    asked_at = DRAFTED


class KeptReplyFactory(DjangoModelFactory[KeptReply]):
    class Meta:
        model = KeptReply

    caller = "token:1"
    key = Sequence(lambda n: f"key-{n}")
    request_sha256 = "c" * 64
    status = 201
    body = b"{}"
    kept_at = DRAFTED


def a_secret(*scopes: Scope, person: Person | None = None, name: str = "pipeline") -> str:
    """Of a new token with these scopes."""
    _, secret = create_token(name=name, scopes=scopes, actor=None, at=DRAFTED, person=person)
    return secret
