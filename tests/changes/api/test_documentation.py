"""The OpenAPI description."""

from io import StringIO

from django.core.management import call_command


def test_description_is_valid_and_made_without_a_warning() -> None:
    """A warning is a type without a good name, or a field that the description guesses."""
    described = StringIO()

    call_command("spectacular", "--validate", "--fail-on-warn", stdout=described)

    assert described.getvalue().startswith("openapi: 3.1")
