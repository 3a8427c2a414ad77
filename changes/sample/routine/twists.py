"""What is wrong with some of the made changes, and a few that only look wrong.

A twist changes a sound story; `says` is the story's mistake, and empty where it is none. Which
rules find it stands in `changes/sample/mistakes.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from changes.sample.routine.days import minutes, next_working_day
from changes.sample.routine.setbacks import SETBACKS
from changes.sample.story import (
    Breach,
    CommitLine,
    Gates,
    Refused,
    ReviewLine,
    Rollout,
    Story,
)
from changes.vocabulary import DocumentKind, VerificationKind


@dataclass(frozen=True)
class Twist:
    says: str
    apply: Callable[[Story], Story]


def twisted(story: Story, name: str) -> Story:
    if not name:
        return story
    twist = TWISTS[name]
    return replace(twist.apply(story), mistake=twist.says)


def _rollout(story: Story, **values: Any) -> Story:
    return replace(story, rollout=replace(_rollout_of(story), **values))


def _rollout_of(story: Story) -> Rollout:
    assert story.rollout is not None  # noqa: S101 - every made story has one
    return story.rollout


def _gates(story: Story, **values: Any) -> Story:
    assert story.gates is not None  # noqa: S101 - every made story has some
    return replace(story, gates=replace(story.gates, **values))


def _tests(story: Story, **counts: int) -> Story:
    assert story.gates is not None  # noqa: S101 - every made story has some
    gates: Gates = replace(story.gates, tests={**story.gates.tests, **counts})
    return replace(story, gates=gates)


def _reviewed_by(story: Story, handle: str) -> Story:
    return replace(story, reviews=(ReviewLine(handle, story.reviews[0].at),))


def _deployed_at(story: Story, weekday: int, clock: str) -> Story:
    """On the first such day after it was meant to be deployed."""
    hour, minute = map(int, clock.split(":"))
    at = _rollout_of(story).at
    at += timedelta(days=(weekday - at.weekday()) % 7)
    at = at.replace(hour=hour, minute=minute)
    closed = at.replace(hour=9, minute=20)
    days = (next_working_day(at.date()) - at.date()).days
    return replace(_rollout(story, at=at), closed=closed + timedelta(days=days))


def _with_reason(story: Story) -> Story:
    reason = "The maintenance that it announces begins on Saturday; the team is here until six."
    story = _deployed_at(story, 4, "11:10")
    return replace(story, fields={**story.fields, "avoided_day_reason": reason})


def _two_authors(story: Story) -> Story:
    other = next(who for who in ("priya", "kenji") if who != story.requester)
    first, second = story.commits
    reviewer = next(who for who in ("olga", "amara") if who != story.requester)
    commits = (replace(first, by=other), replace(second, co_authors=(other,)))
    return _reviewed_by(replace(story, commits=commits), reviewer)


def _by_agent(story: Story) -> Story:
    """A machine wrote it and people judged it: what the policy asks of any author."""
    commits = tuple(replace(commit, by="coding-agent") for commit in story.commits)
    return replace(story, commits=commits)


def _rebased(story: Story) -> Story:
    """The same diff on a newer base, after the approvals: they still count."""
    only = replace(story.commits[1], subject=story.title)
    again = replace(only, at=story.approvals[-1].at + minutes(35))
    return replace(story, commits=(only, again))


def _smuggled(story: Story) -> Story:
    at = story.approvals[-1].at + minutes(50)
    merge = CommitLine(story.requester, at, "Merge the production branch", is_merge=True)
    return replace(story, commits=(*story.commits, merge))


def _alone(story: Story) -> Story:
    commits = tuple(replace(commit, by="lan") for commit in story.commits)
    story = replace(story, requester="lan", commits=commits, reviews=(), approvals=())
    return _rollout(story, by="lan")


def _ignored(story: Story) -> Story:
    at = _rollout_of(story).at + minutes(33)
    return replace(story, breach=Breach(at, at + minutes(8), error_rate=2.1))


def _late_review(story: Story) -> Story:
    review = story.incident_review
    assert review is not None and review.held_at is not None  # noqa: S101, PT018
    held = review.held_at + timedelta(days=9)
    closed = held + timedelta(days=1)
    return replace(story, incident_review=replace(review, held_at=held), closed=closed)


def _ended(story: Story, **values: Any) -> Story:
    """Never approved and never deployed."""
    nothing: dict[str, Any] = dict.fromkeys(("rollout", "merged", "closed", "kpi"))
    return replace(story, **nothing, approvals=(), **values)


def _withdrawn(story: Story) -> Story:
    return _ended(story, withdrawn=story.approvals[-1].at)


def _rejected(story: Story) -> Story:
    """By the tech lead who would have approved it."""
    reason = "The vault that it names is given up in October: ask again with the new one."
    approval = story.approvals[-1]
    return _ended(story, refused=Refused(approval.by, approval.at, reason))


def _returned(story: Story) -> Story:
    """And submitted once more on the same day, before it is approved."""
    approval = story.approvals[-1]
    reason = "Say how the old picture comes back if controllers miss it."
    at = approval.at - minutes(75)
    return replace(story, refused=Refused(approval.by, at, reason, at + minutes(40)))


TWISTS: Mapping[str, Twist] = {
    "no-tech-lead": Twist(
        "Deployed without the approval of any tech lead.",
        lambda story: replace(story, approvals=()),
    ),
    "no-infrastructure-lead": Twist(
        "Infrastructure, deployed without its tech lead.",
        lambda story: replace(story, approvals=()),
    ),
    "self-review": Twist(
        "Its author approved the pull request, and nobody else looked at it.",
        lambda story: _reviewed_by(story, story.requester),
    ),
    "bot-review": Twist(
        "A bot approved the pull request, and no person did.",
        lambda story: _reviewed_by(story, "dependency-bot"),
    ),
    "tests-failed": Twist(
        "Deployed with three failed tests.", lambda story: _tests(story, failed=3)
    ),
    "no-test-report": Twist(
        "No report of its tests was kept.", lambda story: _gates(story, keeps_tests=False)
    ),
    "skipped-tests": Twist(
        "A tenth of the tests was skipped, where the policy allows a twentieth.",
        lambda story: _tests(story, skipped=260),
    ),
    "critical-finding": Twist(
        "Deployed with a critical finding of CodeQL.", lambda story: _gates(story, criticals=1)
    ),
    "suppressed-critical": Twist(
        "A critical finding was suppressed, and no approver has accepted that.",
        lambda story: _gates(story, criticals=1, suppressed=1),
    ),
    "at-closing": Twist(
        "Deployed at 16:00 sharp, when the window had just closed.",
        lambda story: _deployed_at(story, 2, "16:00"),
    ),
    "sunday": Twist("Deployed on a Sunday.", lambda story: _deployed_at(story, 6, "11:25")),
    "friday-without-reason": Twist(
        "Deployed on a Friday, and no reason is recorded.",
        lambda story: _deployed_at(story, 4, "10:40"),
    ),
    "friday-with-reason": Twist("", _with_reason),
    "kpi-missing": Twist(
        "No KPI was recorded after the rollout.",
        lambda story: replace(story, unrecorded=(VerificationKind.KPI,), closed=None),
    ),
    "other-revision": Twist(
        "What was deployed is not what was approved: it is the commit before.",
        lambda story: _rollout(
            replace(
                story,
                commits=(
                    replace(story.commits[0], at=story.drafted + minutes(12)),
                    story.commits[1],
                ),
            ),
            commit=0,
        ),
    ),
    "smuggling-merge": Twist(
        "A merge commit after the approvals brought in more than the production branch.",
        _smuggled,
    ),
    "two-authors": Twist("", _two_authors),
    "agent-author": Twist("", _by_agent),
    "agent-and-operator": Twist(
        "An agent wrote it, and only the person who had set it to work reviewed it.",
        lambda story: _reviewed_by(_by_agent(story), story.requester),
    ),
    "protection-lifted": Twist(
        "An administrator lifted the protection of the branch and merged it unreviewed.",
        lambda story: replace(story, reviews=(), merged_by_force="marcus"),
    ),
    "rebased": Twist("", _rebased),
    "shared-account": Twist(
        "Deployed under a shared account: nobody knows who did it.",
        lambda story: _rollout(story, account="ops", is_released=False),
    ),
    "lone-deployer": Twist(
        "",
        lambda story: _rollout(
            replace(
                story,
                requester="lan",
                commits=tuple(replace(commit, by="lan") for commit in story.commits),
                reviews=(ReviewLine("kenji", story.reviews[0].at),),
            ),
            by="lan",
        ),
    ),
    "alone": Twist("One person wrote, merged and released it; nobody else looked at it.", _alone),
    "skipped-stage": Twist(
        "Rolled out from the canary to everybody, past 10 and 50 percent.",
        lambda story: _rollout(story, through="report", stages=("canary", "100")),
    ),
    "unwatched": Twist(
        "The deployment system went through the stages and nobody watched.",
        lambda story: _rollout(story, through="report", is_watched=False),
    ),
    "document-forgotten": Twist(
        "The request declares the runbook, and no file of it was touched.",
        lambda story: replace(
            story,
            documents=(DocumentKind.CHANGELOG, DocumentKind.RUNBOOK),
            forgotten=(DocumentKind.RUNBOOK,),
        ),
    ),
    "advisory-late": Twist(
        "It answers an advisory that was 44 days old.",
        lambda story: replace(
            story,
            fields={
                **story.fields,
                "advisory_published_on": story.drafted.date() - timedelta(days=44),
            },
        ),
    ),
    "trigger-ignored": Twist(
        "The error rate stood above its threshold for eight minutes, and nobody rolled back.",
        _ignored,
    ),
    "outside-limits": Twist(
        "Fourteen packages, where the procedure allows ten.",
        lambda story: replace(
            story, fields={"procedure_parameters": {"packages": 14, "major_versions": 0}}
        ),
    ),
    "no-on-call": Twist(
        "An emergency that no engineer on call approved.",
        lambda story: replace(story, approvals=()),
    ),
    "late-review": Twist("Its post-incident review was held after its day.", _late_review),
    "withdrawn": Twist("", _withdrawn),
    "rejected": Twist("", _rejected),
    "returned": Twist("", _returned),
    **{name: Twist(says, apply) for name, (says, apply) in SETBACKS.items()},
}
