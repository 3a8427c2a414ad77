import pytest
from django.core.management import CommandError, call_command

from changes.models import Token
from evidence.models import Event
from tests.factories.people import an_engineer

pytestmark = pytest.mark.django_db


def test_prints_the_secret_alone(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_token", "CI", "--scope", "evidence:write", "--scope", "changes:read")

    secret = capsys.readouterr().out.strip()
    token = Token.objects.get()
    assert (secret.split(), secret.startswith("orca_")) == ([secret], True)
    assert (token.name, token.scopes) == ("CI", ["changes:read", "evidence:write"])
    assert Event.objects.filter(type="token.created").count() == 1


def test_token_may_act_for_a_person_and_expire() -> None:
    person = an_engineer(username="ada")
    call_command("create_token", "CI", "--scope", "changes:write", "--for", "ada", "--days", "30")

    token = Token.objects.get()
    assert token.expires_at is not None
    assert (token.person, (token.expires_at - token.created_at).days) == (person, 30)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["CI"], "Give it at least one scope of changes:read, "),
        (["CI", "--scope", "all"], "There is no scope 'all'. Known are changes:read, "),
        ([" ", "--scope", "changes:read"], "Name the token after the machine that will "),
        (["C\x00I", "--scope", "changes:read"], ""),
        (["x" * 101, "--scope", "changes:read"], "Ensure this value has at most 100 "),
        (["CI", "--scope", "changes:read", "--days", "0"], "A token expires in the future."),
        (["CI", "--scope", "changes:read", "--days", "9999999"], "9999999 days are too many."),
        (["CI", "--scope", "changes:read", "--for", "bob"], "Nobody signs in as 'bob'."),
    ],
)
def test_what_cannot_be_a_token_is_refused(arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError) as refusal:
        call_command("create_token", *arguments)

    assert str(refusal.value).startswith(sentence)
    assert (refusal.value.returncode, Token.objects.count()) == (2, 0)


def test_name_in_use_is_refused() -> None:
    call_command("create_token", "CI", "--scope", "changes:read")

    with pytest.raises(CommandError, match="There is a token 'CI' already"):
        call_command("create_token", "CI", "--scope", "changes:read")
