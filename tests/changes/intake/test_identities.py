import pytest

from changes.intake.commits import Signature
from changes.intake.identities import (
    Identity,
    history_host,
    identity_of,
    shortened,
    why_not_a_name,
)
from changes.vocabulary import PersonKind


def test_person_is_known_by_the_address_in_lower_case() -> None:
    assert identity_of(Signature(" Ada ", "Ada@Example.com")) == Identity(
        login="ada@example.com",
        key="ada@example.com",
        name="Ada",
        email="ada@example.com",
        kind=PersonKind.HUMAN,
    )


@pytest.mark.parametrize(
    ("signature", "login", "name", "email"),
    [
        (Signature("dev-01"), "dev-01", "dev-01", ""),
        (Signature("", "ada@example.com"), "ada@example.com", "ada@example.com", "ada@example.com"),
        (Signature(" ", " "), "(no name)", "(no name)", ""),
        (Signature("Ada", "no address"), "no address", "Ada", ""),
    ],
    ids=["no address", "no name", "neither", "address that is none"],
)
def test_what_a_signature_lacks(signature: Signature, login: str, name: str, email: str) -> None:
    found = identity_of(signature)
    assert (found.login, found.name, found.email) == (login, name, email)


@pytest.mark.parametrize(
    ("signature", "kind"),
    [
        (Signature("dev-01"), PersonKind.HUMAN),
        (Signature("bot-02"), PersonKind.BOT),
        (Signature("dependabot[bot]"), PersonKind.BOT),
        (Signature("Dependabot", "49699333+dependabot[bot]@host"), PersonKind.BOT),
        (Signature("bot-any", "abbot-1@example.com"), PersonKind.HUMAN),
        (Signature("Talbot", "talbot@example.com"), PersonKind.HUMAN),
        (Signature("github-web-flow"), PersonKind.SERVICE),
        (Signature("web-flow", "1+web-flow@host"), PersonKind.SERVICE),
        (Signature("GitHub", "noreply@github.com"), PersonKind.SERVICE),
        (Signature("GitHub", "ada@users.noreply.github.com"), PersonKind.HUMAN),
    ],
    ids=str,
)
def test_machines_are_no_people(signature: Signature, kind: PersonKind) -> None:
    assert identity_of(signature).kind is kind


@pytest.mark.parametrize(
    ("one", "other"),
    [("Dev-01", "dev-01"), ("ΟΔΟΣ", "οδοσ"), ("ΟΔΟΣ", "οδος"), ("İnci", "inci"), ("ÄRA", "ära")],
)
def test_logins_that_differ_in_case_alone_are_one(one: str, other: str) -> None:
    assert identity_of(Signature(one)).key == identity_of(Signature(other)).key


def test_long_names_are_cut_so_that_one_sees_it_and_stay_apart() -> None:
    one, other = (identity_of(Signature("x" * 300 + end)) for end in "ab")
    assert (one.name, len(one.name)) == (other.name, 200)
    assert one.name.endswith("x…")
    assert (len(one.login), one.login == other.login) == (254, False)
    assert identity_of(Signature(one.login)).key == one.key
    assert shortened("x" * 200, 200) == "x" * 200


def test_pseudonyms_belong_to_one_repository() -> None:
    assert history_host("langfuse") == "import:langfuse"
    one, other = (history_host("x" * 199 + end) for end in "ab")
    assert (len(one), len(other), one == other) == (100, 100, False)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("langfuse", None),
        ("группа/проект 改善", None),
        ("x" * 200, None),
        ("", "is blank"),
        (" \t", "is blank"),
        ("x" * 201, "is 201 characters long, and 200 fit"),
        ("a\nb", "holds a control character"),
        ("a\x00b", "holds a control character"),
        ("a\ud800b", "holds a control character"),
        ("a\u202eb", "holds a control character"),
    ],
    ids=ascii,
)
def test_names_that_a_repository_may_have(name: str, reason: str | None) -> None:
    assert why_not_a_name(name) == reason
