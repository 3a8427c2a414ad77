"""A story while it is played."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from random import Random

from changes.models import ChangeRequest, Deployment, Person, PullRequest, Repository
from changes.sample.cast import Cast
from changes.sample.story import Story

UNTIL_LINKED = timedelta(minutes=3)


class StoryError(RuntimeError):
    """A story contradicts itself or the workflow; its sentence names the change."""


@dataclass
class Scene:
    """The rows that it has come to so far."""

    story: Story
    cast: Cast
    random: Random
    shas: tuple[str, ...]
    change: ChangeRequest
    pull: PullRequest
    deployment: Deployment

    @classmethod
    def of(cls, story: Story, cast: Cast) -> "Scene":
        random = story.random
        shas = tuple(random.randbytes(20).hex() for _ in story.commits)
        return cls(story, cast, random, shas, ChangeRequest(), PullRequest(), Deployment())

    def person(self, handle: str) -> Person:
        return self.cast.people[handle]

    @property
    def requester(self) -> Person:
        return self.person(self.story.requester)

    @property
    def repository(self) -> Repository:
        return self.cast.repositories[self.story.repository]

    @property
    def deployed_repository(self) -> Repository | None:
        """None of a change without code."""
        return self.repository if self.story.repository else None

    @property
    def linked_at(self) -> datetime:
        return self.story.drafted + UNTIL_LINKED

    @property
    def replaced(self) -> list[str]:
        """The revisions that a rebase has replaced: the same commit comes again later."""
        lines = [(commit.by, commit.subject) for commit in self.story.commits]
        return [sha for n, sha in enumerate(self.shas) if lines[n] in lines[n + 1 :]]

    def parent_of(self, sha: str) -> str:
        """The commit before it on the branch; else one of the production branch."""
        number = self.shas.index(sha)
        before = self.shas[:number]
        if not before or before[-1] in self.replaced:
            return sha256(f"parent of {sha}".encode()).hexdigest()[:40]
        return before[-1]

    def parents_of(self, sha: str) -> list[str]:
        """Of a merge: its own branch, and the other that it brings in."""
        return [self.parent_of(sha), sha256(f"merged by {sha}".encode()).hexdigest()[:40]]

    def heads(self) -> list[tuple[str, datetime]]:
        """The revisions that the pipeline ran on, and when they were pushed: the head when the
        request was linked, and each commit after that.
        """
        heard = [
            (sha, max(commit.at, self.linked_at))
            for commit, sha in zip(self.story.commits, self.shas, strict=True)
        ]
        return list({at: (sha, at) for sha, at in heard}.values())

    def head_at(self, at: datetime) -> str:
        """The newest revision of the branch at that moment."""
        before = [
            sha
            for commit, sha in zip(self.story.commits, self.shas, strict=True)
            if commit.at <= at
        ]
        if not before:
            raise StoryError(f"Story {self.story.name} has no commit before {at}.")
        return before[-1]
