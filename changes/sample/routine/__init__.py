"""The changes between the telling ones: made from lines of a file, with a fixed seed.

What they are about is in `topics.toml`; what is wrong with some of them is in `twists.py`.
"""

from dataclasses import replace

from changes.sample.reading import read_stories
from changes.sample.routine.making import routine_stories
from changes.sample.story import Story

__all__ = ["all_stories"]


def all_stories() -> list[Story]:
    """Those from files and those that are made, in the order of time, numbered from 1."""
    told = read_stories()
    made = routine_stories({(story.repository, story.pull_request) for story in told})
    ordered = sorted((*told, *made), key=lambda story: story.drafted)
    return [replace(story, number=number) for number, story in enumerate(ordered, start=1)]
