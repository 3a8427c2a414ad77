"""Stories from topics: who, when, with what result. The same every time."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from changes.sample.routine.days import (
    between,
    deployment_day,
    minutes,
    next_working_day,
    working_days,
)
from changes.sample.routine.emergencies import emergency
from changes.sample.routine.outline import Outline
from changes.sample.routine.team import team_for
from changes.sample.routine.topics import topics
from changes.sample.routine.twists import twisted
from changes.sample.routine.words import kpi, texts
from changes.sample.story import (
    SEED,
    ApprovalLine,
    CommitLine,
    Gates,
    ReviewLine,
    Rollout,
    Story,
)
from changes.vocabulary import Category, DocumentKind

# The number of a repository's first pull request of the quarter, and how many a day it gets.
PULL_REQUESTS = {"orca/api": (1398, 2), "orca/web": (868, 1), "orca/infrastructure": (312, 1)}
TESTS = {"orca/api": 2420, "orca/web": 1150, "orca/infrastructure": 310}
LINES = {"orca/api": 48_300, "orca/web": 21_500, "orca/infrastructure": 6_200}
PARAMETERS = {
    "dependency-security-patch": {"packages": 1, "major_versions": 0},
    "configuration-within-limits": {"percent_changed": 12},
    "scheduled-database-maintenance": {"minutes_unavailable": 2},
}
DOCUMENTS = ((), (DocumentKind.CHANGELOG,), (DocumentKind.CHANGELOG,))
Taken = set[tuple[str, int]]


def routine_stories(taken: Iterable[tuple[str, int]]) -> list[Story]:
    """`taken` are pull requests that other stories have."""
    random, days, used = Random(SEED), working_days(), set(taken)  # noqa: S311 - no secret
    lines = topics()
    random.shuffle(lines)
    stories = []
    for number, topic in enumerate(lines):
        own = Random(f"{SEED}-{topic.name}")  # noqa: S311 - nothing here is secret
        day = days[number * len(days) // len(lines)]
        story = _story(Outline(topic, team_for(topic, own), day, own))
        pull_request = _free_number(story.repository, (day - days[0]).days, used)
        stories.append(twisted(replace(story, pull_request=pull_request), topic.twist))
    return stories


def _story(outline: Outline) -> Story:
    make = {
        Category.NORMAL: _normal,
        Category.STANDARD: _standard,
        Category.EMERGENCY: emergency,
    }
    return make[outline.topic.category](outline, _frame(outline))


def _frame(outline: Outline) -> Story:
    """What every made story has; when things happen is added by its category."""
    topic, team, random = outline.topic, outline.team, outline.random
    return Story(
        name=topic.name,
        title=topic.title,
        category=topic.category,
        systems=(topic.system,),
        requester=team.requester,
        drafted=between(random, outline.day, "08:10", "11:30"),
        texts=texts(topic, random),
        repository=team.repository,
        documents=random.choice(DOCUMENTS),
        gates=_gates(team.repository, random),
        kpi=kpi(topic, random),
    )


def _normal(outline: Outline, story: Story) -> Story:
    """Drafted and written on one day, approved on the next, deployed when the window opens."""
    team, random, drafted = outline.team, outline.random, story.drafted
    decided = next_working_day(outline.day)
    deployed = deployment_day(next_working_day(decided))
    first = drafted - minutes(random.randint(8, 50))
    second = drafted + minutes(random.randint(40, 110))
    approved = between(random, decided, "12:10", "15:40")
    return replace(
        story,
        commits=(
            CommitLine(team.requester, first, f"{story.title}: the first half"),
            CommitLine(team.requester, second, story.title),
        ),
        submitted=second + minutes(random.randint(20, 70)),
        reviews=(ReviewLine(team.reviewer, between(random, decided, "07:30", "11:50")),),
        approvals=(ApprovalLine(team.lead, approved),),
        merged=between(random, deployed, "08:50", "09:25"),
        rollout=Rollout(team.releaser, between(random, deployed, "10:05", "13:30")),
        closed=between(random, next_working_day(deployed), "08:20", "11:00"),
    )


def _standard(outline: Outline, story: Story) -> Story:
    """A procedure on one day: the gates approve it."""
    topic, team, random = outline.topic, outline.team, outline.random
    day = deployment_day(outline.day)
    drafted = between(random, day, "07:40", "08:20")
    written = drafted - minutes(random.randint(20, 90))
    author = "dependency-bot" if topic.procedure.startswith("dependency") else team.requester
    reviewed = drafted + minutes(random.randint(60, 85))
    return replace(
        story,
        drafted=drafted,
        procedure=topic.procedure,
        fields={
            "procedure_parameters": PARAMETERS[topic.procedure],
            **(_advisory(day, random) if author == "dependency-bot" else {}),
        },
        commits=(CommitLine(author, written, story.title),),
        submitted=drafted + minutes(random.randint(25, 50)),
        reviews=(ReviewLine(team.reviewer, reviewed),),
        merged=reviewed + minutes(random.randint(5, 25)),
        rollout=Rollout(team.releaser, between(random, day, "11:00", "13:40")),
        closed=between(random, next_working_day(day), "08:20", "11:00"),
    )


def _advisory(day: date, random: Random) -> dict[str, object]:
    return {
        "advisory": f"CVE-2026-{random.randint(20_000, 48_000)}",
        "advisory_published_on": day - timedelta(days=random.randint(2, 16)),
    }


def _gates(repository: str, random: Random) -> Gates:
    """All passed: every test, and between 80.5 and 86 percent of the lines."""
    total = TESTS[repository] + random.randint(0, 160)
    valid = LINES[repository] + random.randint(0, 900)
    return Gates(
        tests={"total": total, "skipped": random.randint(0, 14)},
        lines={"valid": valid, "covered": int(valid * random.uniform(0.805, 0.86))},
    )


def _free_number(repository: str, day: int, used: Taken) -> int:
    """Of a pull request: the next free one after those that the days before have used up."""
    first, daily = PULL_REQUESTS[repository]
    number = first + day * daily
    while (repository, number) in used:
        number += 1
    used.add((repository, number))
    return number
