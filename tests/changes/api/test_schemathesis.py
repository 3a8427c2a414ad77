"""Whatever is sent to whichever address: no server error, and no answer that the description lacks.

`script/test --long` sends fifty times as much.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from unittest import SkipTest

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.core.failures import FailureGroup

from changes.vocabulary import Scope
from tests.factories.interfaces import a_secret
from tests.factories.people import a_tech_lead
from tests.factories.source import RepositoryFactory
from tests.factories.stories import make_story

CSRF = "c" * 32
# Not every value that the description allows is one that the portal takes, and no description can
# say which: a cursor is one that it gave, a user name or a repository one that it knows, a time not
# before another, and an action asks for a state. What it can say (words, lengths, patterns, what is
# required) the negative mode holds it to. What is refused for what only the record knows is a 422.
LEFT_OUT = {"positive_data_acceptance"}
EXAMPLES, MANY_EXAMPLES = 4, 200
WALKS, STEPS, REACHED = 60, 10, 8
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


def checks(*left_out: str) -> list[Any]:
    left = LEFT_OUT.union(left_out)
    return [check for check in CHECKS.get_all() if check.__name__ not in left]


def described(key: str, number: int) -> Any:
    """The description as it is served, but that most keys and numbers are of something."""
    description = served()
    known: dict[str, Any] = {
        "key": {"type": "string", "enum": [key, "CHG-000999"]},
        "number": {"type": "integer", "enum": [number, 999_999]},
    }
    for operations in description["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "path":
                    parameter["schema"] = known[parameter["name"]]
    return sent_to_the_portal(description)


def served() -> Any:
    return SchemaGenerator().get_schema(request=None, public=True)


def sent_to_the_portal(description: Any) -> Any:
    schema = schemathesis.openapi.from_dict(description)
    schema.app = get_wsgi_application()
    return schema


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """A request ends by closing its connection, and with it the test's; Django's client knows."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def schema(db: None) -> Any:
    story = make_story().pass_gates().approve().start()
    return described(story.change.key, story.deployment.pk)


@pytest.fixture
def as_machine(db: None) -> dict[str, str]:
    secret = a_secret(*Scope, person=a_tech_lead(), name="schemathesis")
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
def as_person(db: None) -> dict[str, str]:
    client = Client()
    client.force_login(a_tech_lead())
    session = client.cookies.output(header="", sep=";").split(";")[0].strip()
    return {"Cookie": f"{session}; csrftoken={CSRF}", "X-CSRFToken": CSRF}


def failures(
    schema: Any, headers: dict[str, str], mode: GenerationMode, examples: int
) -> dict[str, str]:
    """By operation, what Schemathesis found."""
    found = {}
    for result in schema.get_all_operations():
        operation = result.ok()
        try:
            _send(operation, headers, mode, examples)
        except (SkipTest, Unsatisfiable):
            continue  # of this operation nothing wrong can be made
        except FailureGroup as failure:
            found[operation.label] = "\n".join(str(each) for each in failure.exceptions)
    return found


def _send(operation: Any, headers: dict[str, str], mode: GenerationMode, examples: int) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Case) -> None:
        case.call_and_validate(headers=headers, checks=checks())

    send()


@pytest.mark.parametrize("mode", MODES)
def test_machine_meets_no_error(
    mode: GenerationMode, schema: Any, as_machine: dict[str, str]
) -> None:
    assert failures(schema, as_machine, mode, EXAMPLES) == {}


@pytest.mark.parametrize("mode", MODES)
def test_person_meets_no_error(
    mode: GenerationMode, schema: Any, as_person: dict[str, str]
) -> None:
    assert failures(schema, as_person, mode, EXAMPLES) == {}


@pytest.mark.long
@pytest.mark.parametrize("mode", MODES)
def test_machine_meets_no_error_in_many_calls(
    mode: GenerationMode, schema: Any, as_machine: dict[str, str]
) -> None:
    assert failures(schema, as_machine, mode, MANY_EXAMPLES) == {}


@pytest.mark.long
@pytest.mark.parametrize("mode", MODES)
def test_person_meets_no_error_in_many_calls(
    mode: GenerationMode, schema: Any, as_person: dict[str, str]
) -> None:
    assert failures(schema, as_person, mode, MANY_EXAMPLES) == {}


@pytest.fixture
def linked(db: None) -> Any:
    """The description with its links; deployments are mostly of a repository that is known."""
    description = served()
    known = RepositoryFactory.create(name="orca/portal").name
    body = description["components"]["schemas"]["DeploymentBodyRequest"]
    body["properties"]["repository"] = {"type": "string", "enum": [known]}
    return sent_to_the_portal(description)


@pytest.mark.long
def test_machine_meets_no_error_whatever_follows(linked: Any, as_machine: dict[str, str]) -> None:
    """What was made is taken on along the links of the description, in any order. Each call bears
    the token, whatever else is made up beside it: calls without one are tried above.
    """
    taken = Counter[str]()

    class Walk(linked.as_state_machine()):  # type: ignore[misc]
        def get_call_kwargs(self, case: Case) -> dict[str, Any]:  # noqa: ARG002
            return {"headers": as_machine}

        def validate_response(self, response: Any, case: Case, **_: Any) -> None:
            taken[f"{case.operation.definition.raw['operationId']} {response.status_code}"] += 1
            case.validate_response(
                response,
                checks=checks("ignored_auth"),
                transport_kwargs={"headers": as_machine},
                recorder=self.recorder,
            )

    Walk.run(
        settings=settings(
            max_examples=WALKS,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
    )

    assert taken["changes_create 201"]
    assert len({name.split()[0] for name in taken}) > REACHED
