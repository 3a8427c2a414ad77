"""The story of a change, told from its frozen facts as one time line."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from changes.vocabulary import Origin, label

Facts = dict[str, Any]


@dataclass(frozen=True)
class Moment:
    """`at` is an instant as text, as the facts carry it."""

    at: str
    what: str
    who: str = ""


def story_of(facts: Facts) -> list[Moment]:
    moments = [*_request(facts), *_decisions(facts), *_sources(facts), *_rollout(facts)]
    moments += _learning(facts)
    return sorted((m for m in moments if m.at), key=lambda moment: moment.at)


def _request(facts: Facts) -> Iterator[Moment]:
    if facts["origin"] == Origin.IMPORTED:  # an import dates the request like its pull request
        yield from (Moment(e["received_at"], "Recorded by an import") for e in facts["events"][:1])
    else:
        yield Moment(facts["drafted_at"], "Request drafted", facts["requester"])
    yield Moment(
        facts["submitted_at"], f"Submitted under policy {facts['policy']}", facts["requester"]
    )


def _decisions(facts: Facts) -> Iterator[Moment]:
    for given in facts["approvals"]:
        what = f"{given['decision'].capitalize()} as {given['role']}"
        counts = " (does not count)" if given["why_not_counted"] else ""
        yield Moment(given["at"], what + counts, given["person"])
    for leave in facts["window_exceptions"]:
        yield Moment(leave["at"], "Window exception approved", leave["person"])
    yield Moment(facts["approved_at"], "Approval complete: everything that was needed is there")


def _sources(facts: Facts) -> Iterator[Moment]:
    for pull in facts["pull_requests"]:
        name = f"Pull request {pull['repository']}#{pull['number']}"
        yield Moment(pull["opened_at"], f"{name} opened", pull["author"])
        yield Moment(pull["merged_at"], f"{name} merged", pull["merged_by"])
        for review in pull["reviews"]:
            yield Moment(review["at"], f"Review: {label(review['state'])}", review["person"])
        if pull["commits"]:
            count, last = len(pull["commits"]), pull["commits"][-1]
            what = f"Last of {count} commits" if count > 1 else "Commit"
            yield Moment(last["committed_at"], f"{what}: {last['sha'][:12]}", last["author"])
    for at, tools in _together((result["at"], result["tool"]) for result in facts["gates"]):
        yield Moment(at, f"Gate results: {tools}")


def _rollout(facts: Facts) -> Iterator[Moment]:
    for release in facts["releases"]:
        yield Moment(release["at"], "Released to production", release["person"])
    for deployment in facts["deployments"]:
        revision = deployment["revision"][:12]
        started = f"Deployment of {revision} to production started"
        yield Moment(deployment["started_at"], started, deployment["started_by"])
        for stage in deployment["stages"]:
            name = f"{stage['name']} %" if stage["name"].isdigit() else stage["name"]
            yield Moment(stage["started_at"], f"Stage {name} started", stage["observer"])
        outcome = f"Deployment {label(deployment['outcome'])}"
        yield Moment(deployment["finished_at"], outcome)
        for at, checks in _together((v["at"], _check(v)) for v in deployment["verifications"]):
            yield Moment(at, f"Verification: {checks}")


def _check(verification: Facts) -> str:
    verdict = "passed" if verification["has_passed"] else "failed"
    return f"{label(verification['kind'])} {verdict}"


def _together(told: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """What is told of one instant is one line."""
    found: dict[str, list[str]] = {}
    for at, what in told:
        found.setdefault(at, []).append(what)
    return ((at, ", ".join(words)) for at, words in found.items())


def _learning(facts: Facts) -> Iterator[Moment]:
    if found := facts["post_mortem"]:
        yield Moment(found["opened_at"], "Post-mortem opened")
        yield Moment(found["approved_at"], "Post-mortem approved", found["approved_by"])
    if found := facts["post_incident_review"]:
        yield Moment(found["held_at"], "Post-incident review held", found["reviewed_by"])
    yield Moment(facts["closed_at"], "Closed")
