"""GitHub's REST API: how a branch is protected, and which deliveries of a webhook got lost."""

import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from changes.intake.bodies import Malformed
from changes.intake.hosts.asking import (
    NOT_ASKED,
    NOT_FOUND,
    PAGE_SIZE,
    PAGES_MAXIMUM,
    Ask,
    Told,
)
from changes.intake.hosts.fields import Fields

UNPROTECTED = "Branch not protected"
RULESETS_MAXIMUM, ATTEMPTS_MAXIMUM = 30, 5
_NAME = re.compile(r"(?!\.+(?:/|$))[\w.-]+/(?!\.+$)[\w.-]+", re.ASCII)
_RULESET = ("name", "target", "enforcement", "source", "bypass_actors", "conditions", "rules")


@dataclass(frozen=True)
class BranchProtection:
    """What a branch asks for before a merge; None where the answer does not say."""

    approvals_needed: int | None = None
    dismisses_stale: bool | None = None
    needs_code_owners: bool | None = None
    binds_administrators: bool | None = None
    checks_needed: tuple[str, ...] = ()
    is_strict: bool | None = None


@dataclass(frozen=True)
class Protection:
    """`branch` None: it has no rule of its own. `rulesets` with who may pass them by."""

    branch: BranchProtection | None
    rulesets: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class LostDelivery:
    """`guid` is what a delivery is known by, `number` by what the host sends it again."""

    hook: int
    number: int
    guid: str
    attempts: int


def root_of(repository: str) -> str:
    """Where its addresses begin. A name that would lead elsewhere is none."""
    if not _NAME.fullmatch(repository):
        sentence = f"'{repository[:80]}' is not the name of a repository there."
        raise Malformed(HTTPStatus.UNPROCESSABLE_ENTITY, NOT_ASKED, sentence)
    return f"/repos/{quote(repository)}"


def protection_asked(repository: str, branch: str) -> Generator[Ask, Told, Protection]:
    """Of the production branch, and every ruleset of the repository and those above it."""
    root = root_of(repository)
    address = f"{root}/branches/{quote(branch, safe='')}/protection"
    told = yield Ask(address, passes=frozenset({NOT_FOUND}))
    if told.status == NOT_FOUND and told.fields.maybe_text("message") != UNPROTECTED:
        sentence = "The host shows no protection to this token: it needs to read administration."
        raise Malformed(HTTPStatus.UNPROCESSABLE_ENTITY, NOT_ASKED, sentence)
    own = None if told.status == NOT_FOUND else protection_of(told.values)
    every = {"per_page": str(PAGE_SIZE), "includes_parents": "true"}
    listed = (yield Ask(f"{root}/rulesets", parameters=every)).items
    rulesets = []
    for ruleset in listed[:RULESETS_MAXIMUM]:
        told = yield Ask(f"{root}/rulesets/{ruleset.number('id')}")
        rulesets.append({name: told.fields.values.get(name) for name in _RULESET})
    return Protection(own, tuple(rulesets))


def protection_of(answer: dict[str, Any]) -> BranchProtection:
    """Of `GET /repos/{owner}/{repo}/branches/{branch}/protection`."""
    fields = Fields(answer)
    nothing = Fields({})
    reviews = fields.maybe_object("required_pull_request_reviews") or nothing
    checks = fields.maybe_object("required_status_checks") or nothing
    administrators = fields.maybe_object("enforce_admins") or nothing
    return BranchProtection(
        approvals_needed=reviews.maybe_number("required_approving_review_count"),
        dismisses_stale=reviews.maybe_flag("dismiss_stale_reviews"),
        needs_code_owners=reviews.maybe_flag("require_code_owner_reviews"),
        binds_administrators=administrators.maybe_flag("enabled"),
        checks_needed=checks.texts("contexts"),
        is_strict=checks.maybe_flag("strict"),
    )


def lost_asked(
    repository: str, address: str, since: datetime
) -> Generator[Ask, Told, list[LostDelivery]]:
    """Of the webhooks that lead to this address, the deliveries that nobody took: all of them since
    then, and those before it as far as pages hold one.
    """
    root = root_of(repository)
    lost: list[LostDelivery] = []
    for hook in (yield Ask(f"{root}/hooks", parameters={"per_page": str(PAGE_SIZE)})).items:
        if (hook.maybe_object("config") or Fields({})).maybe_text("url") != address:
            continue
        number = hook.number("id")
        listed = yield from _listed(f"{root}/hooks/{number}/deliveries", since)
        lost += _lost(number, listed)
    return lost


def _listed(path: str, since: datetime) -> Generator[Ask, Told, list[Fields]]:
    """The latest come first. An outage may lie behind a page of what came since."""
    found: list[Fields] = []
    parameters = {"per_page": str(PAGE_SIZE)}
    for _ in range(PAGES_MAXIMUM):
        told = yield Ask(path, parameters=parameters)
        page = told.items
        found += page
        if not told.cursor or not page or _is_past(page, since):
            break
        parameters = {"per_page": str(PAGE_SIZE), "cursor": told.cursor}
    return found


def _is_past(page: list[Fields], since: datetime) -> bool:
    """Old enough, and each of it was taken."""
    oldest = page[-1].maybe_instant("delivered_at")
    return (oldest is None or oldest < since) and all(map(_is_taken, page))


def _is_taken(attempt: Fields) -> bool:
    return HTTPStatus.OK <= attempt.number("status_code") < HTTPStatus.MULTIPLE_CHOICES


def redelivery_asked(repository: str, lost: LostDelivery) -> Generator[Ask, Told, None]:
    path = f"{root_of(repository)}/hooks/{lost.hook}/deliveries/{lost.number}/attempts"
    yield Ask(path, method="POST")


def _lost(hook: int, deliveries: list[Fields]) -> list[LostDelivery]:
    """Those of which no attempt got through and which were not tried too often."""
    attempts: dict[str, list[Fields]] = {}
    for fields in deliveries:
        attempts.setdefault(fields.text("guid"), []).append(fields)
    return [
        LostDelivery(hook, tries[0].number("id"), guid, len(tries))
        for guid, tries in attempts.items()
        if len(tries) < ATTEMPTS_MAXIMUM and not any(map(_is_taken, tries))
    ]
