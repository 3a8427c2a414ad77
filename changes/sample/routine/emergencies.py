"""Emergencies: fixed in an hour of the evening, looked at in the days after."""

from dataclasses import replace
from datetime import datetime

from changes.sample.routine.days import between, minutes, next_working_day
from changes.sample.routine.outline import Outline
from changes.sample.routine.team import LEADS, on_call_at
from changes.sample.story import (
    ActionLine,
    ApprovalLine,
    CommitLine,
    IncidentReview,
    PostMortemLine,
    ReviewLine,
    Rollout,
    Story,
)
from changes.vocabulary import ApprovalRole


def emergency(outline: Outline, story: Story) -> Story:
    team, random = outline.team, outline.random
    drafted = between(random, outline.day, "17:40", "20:30")
    on_call = on_call_at(drafted)
    reviewer = next(who for who in ("priya", "olga", "amara") if who != team.requester)
    fields = {"incident_url": f"https://incidents.orca.example/{drafted:%Y-%m-%d}-{story.name}"}
    return replace(
        story,
        drafted=drafted,
        fields=fields,
        commits=(CommitLine(team.requester, drafted - minutes(4), story.title),),
        submitted=drafted + minutes(9),
        reviews=(ReviewLine(reviewer, drafted + minutes(18)),),
        approvals=(ApprovalLine(on_call, drafted + minutes(22), ApprovalRole.ON_CALL),),
        merged=drafted + minutes(25),
        rollout=Rollout(on_call, drafted + minutes(49)),
        closed=between(random, next_working_day(outline.day, 6), "08:20", "11:00"),
        incident_review=_review(outline, drafted),
        post_mortem=_post_mortem(outline, drafted),
    )


def _review(outline: Outline, drafted: datetime) -> IncidentReview:
    subject = outline.topic.subject
    return IncidentReview(
        incident_at=drafted - minutes(outline.random.randint(20, 75)),
        by=LEADS[outline.topic.system][0],
        held_at=between(outline.random, next_working_day(outline.day, 3), "13:00", "15:30"),
        findings=f"It was an emergency: {outline.topic.why[0].lower()}{outline.topic.why[1:]}."
        f" The change to {subject} was the smallest that helped, and stays.",
    )


def _post_mortem(outline: Outline, drafted: datetime) -> PostMortemLine:
    topic, team, day = outline.topic, outline.team, outline.day
    written = between(outline.random, next_working_day(day, 2), "09:00", "11:00")
    due = next_working_day(day, 15)
    return PostMortemLine(
        by=team.requester,
        at=written,
        what_happened=f"{topic.why}. It was seen at {drafted - minutes(15):%H:%M} and ended with"
        f" this change, {outline.random.randint(70, 130)} minutes later.",
        root_cause=f"Nobody had tested {topic.subject} under what happened that evening.",
        approved_by=LEADS[topic.system][0],
        approved_at=between(outline.random, next_working_day(day, 4), "10:00", "15:00"),
        actions=(
            ActionLine(f"Add a test of {topic.subject} to the nightly run", team.requester, due),
        ),
    )
