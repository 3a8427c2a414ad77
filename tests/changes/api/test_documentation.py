"""The OpenAPI description."""

from io import StringIO
from typing import Any

from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator


def test_description_is_valid_and_made_without_a_warning() -> None:
    """A warning is a type without a good name, or a field that the description guesses."""
    described = StringIO()

    call_command("spectacular", "--validate", "--fail-on-warn", stdout=described)

    assert described.getvalue().startswith("openapi: 3.1")


def test_what_was_made_leads_to_all_that_can_be_done_with_it() -> None:
    described: Any = SchemaGenerator().get_schema(request=None, public=True)
    for path, field in (("changes", "{key}"), ("deployments", "{number}")):
        made = described["paths"][f"/api/v1/{path}/"]["post"]["responses"]["201"]["links"]
        reached = {
            operation["operationId"]
            for address, operations in described["paths"].items()
            for operation in operations.values()
            if field in address
        }
        assert set(made) == reached
        assert {link["$ref"].rpartition("/")[2] for link in made.values()} == reached
    assert described["components"]["links"]["changes_submit"]["parameters"] == {
        "key": "$response.body#/key"
    }
