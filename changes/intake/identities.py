"""By which login and name a signature of a history is recorded, and what kind of person it is."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass

from changes.intake.commits import Signature
from changes.vocabulary import PersonKind

GIT_HOST = "git"
HOST_MAXIMUM, LOGIN_MAXIMUM, NAME_MAXIMUM, REPOSITORY_MAXIMUM = 100, 254, 200, 200
_BOT = re.compile(r"bot-\d+|.*\[bot\]", re.ASCII | re.IGNORECASE | re.DOTALL)
_SERVICES = frozenset({"github-web-flow", "web-flow", "noreply@github.com"})
# A capital sigma becomes one of two small ones, depending on where it stands.
_SIGMAS = ("\N{GREEK SMALL LETTER FINAL SIGMA}", "\N{GREEK SMALL LETTER SIGMA}")
_BIDI_CONTROLS = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


@dataclass(frozen=True, slots=True)
class Identity:
    """`key` is equal where a database that ignores case would call two logins equal."""

    login: str
    key: str
    name: str
    email: str
    kind: PersonKind


def history_host(repository: str) -> str:
    """Pseudonyms mean somebody within one repository only."""
    return shortened(f"import:{repository}", HOST_MAXIMUM, with_digest=True)


def identity_of(signature: Signature) -> Identity:
    """Known by the e-mail address where there is one, else by the name."""
    email = signature.email.strip().lower()
    name = signature.name.strip() or email or "(no name)"
    login = shortened(email or name, LOGIN_MAXIMUM, with_digest=True)
    return Identity(
        login=login,
        key=_without_case(login),
        name=shortened(name, NAME_MAXIMUM),
        email=email if len(email) <= LOGIN_MAXIMUM and "@" in email else "",
        kind=_kind(name, email),
    )


def shortened(text: str, maximum: int, *, with_digest: bool = False) -> str:
    """Cut so that one sees it; with a digest, two long texts stay two after the cut."""
    if len(text) <= maximum:
        return text
    mark = "…" + (hashlib.sha256(text.encode()).hexdigest()[:16] if with_digest else "")
    return text[: maximum - len(mark)] + mark


def why_not_a_name(text: str) -> str | None:
    """Why a repository or a branch cannot be called this, as the end of a sentence."""
    if not text.strip():
        return "is blank"
    if len(text) > REPOSITORY_MAXIMUM:
        return f"is {len(text)} characters long, and {REPOSITORY_MAXIMUM} fit"
    if any(_is_control(character) for character in text):
        return "holds a control character"
    return None


def _is_control(character: str) -> bool:
    return (
        unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
        or unicodedata.bidirectional(character) in _BIDI_CONTROLS
    )


def _kind(name: str, email: str) -> PersonKind:
    if {name.lower(), email} & _SERVICES:
        return PersonKind.SERVICE
    if _BOT.fullmatch(name) or _BOT.fullmatch(email.partition("@")[0]):
        return PersonKind.BOT
    return PersonKind.HUMAN


def _without_case(text: str) -> str:
    """Letter by letter, as databases do it: coarser than any of them, so none finds a pair."""
    return "".join(character.lower()[0] for character in text).replace(*_SIGMAS)
