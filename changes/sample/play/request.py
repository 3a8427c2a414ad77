"""A request: drafted, linked to its pull request, submitted, reviewed, approved."""

from datetime import datetime
from functools import partial
from hashlib import sha256
from io import BytesIO

from changes.queries.facts import facts_of
from changes.sample.play.scene import Scene, StoryError
from changes.sample.story import ApprovalLine, CommitLine, FileLine, Leave, Refused, ReviewLine
from changes.sample.timeline import Timeline
from changes.vocabulary import DocumentKind
from changes.workflow.approvals import approve_request
from changes.workflow.attachments import attach_document
from changes.workflow.calendar import approve_window_exception
from changes.workflow.rejections import reject_request, return_request
from changes.workflow.requests import draft_request, submit_request, withdraw_request
from changes.workflow.retroactive import open_retroactive_request
from changes.workflow.sources import (
    link_pull_request,
    record_commit,
    record_pull_request,
    record_review,
)

DOCUMENT_PATHS = {
    DocumentKind.CHANGELOG: "CHANGELOG.md",
    DocumentKind.README: "README.md",
    DocumentKind.RUNBOOK: "docs/runbooks/service.md",
    DocumentKind.API_DOCS: "docs/api/reference.md",
}


def play_request(timeline: Timeline, scene: Scene) -> None:
    story = scene.story
    timeline.add(story.drafted, partial(draft, scene))
    if story.commits:
        timeline.add(scene.linked_at, partial(link, scene))
        for commit, sha in zip(story.commits, scene.shas, strict=True):
            heard = max(scene.linked_at, commit.at)
            timeline.add(heard, partial(push, scene, commit, sha))
    if story.submitted:
        timeline.add(story.submitted, partial(submit, scene, story.submitted))
    _play_decisions(timeline, scene)
    if story.withdrawn:
        timeline.add(story.withdrawn, partial(withdraw, scene, story.withdrawn))


def _play_decisions(timeline: Timeline, scene: Scene) -> None:
    story = scene.story
    for line in story.reviews:
        timeline.add(line.at, partial(review, scene, line))
    for given in story.approvals:
        timeline.add(given.at, partial(approve, scene, given))
    for line_of_file in story.files:
        timeline.add(line_of_file.at, partial(attach, scene, line_of_file))
    if story.refused:
        timeline.add(story.refused.at, partial(refuse, scene, story.refused))
        if story.refused.again:
            timeline.add(story.refused.again, partial(submit, scene, story.refused.again))
    if story.leave:
        timeline.add(story.leave.at, partial(give_leave, scene, story.leave))


def draft(scene: Scene) -> None:
    story, cast = scene.story, scene.cast
    values = {"title": story.title, "category": story.category, **story.texts, **story.fields}
    if story.procedure:
        values["standard_procedure"] = cast.procedures[story.procedure]
    systems = [cast.systems[slug] for slug in story.systems]
    if story.after_the_fact:
        scene.change = open_retroactive_request(
            actor=scene.requester,
            at=story.drafted,
            values=values,
            systems=systems,
            deployment=scene.deployment,
        )
    else:
        scene.change = draft_request(
            actor=scene.requester,
            at=story.drafted,
            values=values,
            systems=systems,
            documents=story.documents,
        )
    if scene.change.number != story.number:
        raise StoryError(f"Story {story.number} became {scene.change.key}: mend the order.")


def link(scene: Scene) -> None:
    number, url = scene.story.pull_request, scene.repository.url
    scene.pull = link_pull_request(
        request=scene.change,
        repository=scene.repository,
        number=number,
        actor=scene.requester,
        at=scene.linked_at,
        url=f"{url}/pull/{number}",
    )


def push(scene: Scene, line: CommitLine, sha: str) -> None:
    """A commit, as the git host tells of it; the pull request's head moves with it."""
    author, files = scene.person(line.by), scene.random.randint(2, 14)
    diff = sha256(f"{scene.story.name}:{line.by}:{line.subject}".encode()).hexdigest()[:40]
    record_commit(
        pull_request=scene.pull,
        sha=sha,
        author=author,
        committed_at=line.at,
        subject=f"{line.subject} (#{scene.pull.number})",
        co_authors=[scene.person(handle) for handle in line.co_authors],
        parents=scene.parents_of(sha) if line.is_merge else [scene.parent_of(sha)],
        is_merge=line.is_merge,
        patch_id=diff,
        files_changed=files,
        lines_added=files * scene.random.randint(4, 30),
        lines_removed=files * scene.random.randint(0, 12),
        paths=_paths(scene, sha, files),
    )
    first = scene.story.commits[0]
    record_pull_request(
        pull_request=scene.pull,
        at=max(scene.linked_at, line.at),
        title=scene.story.title,
        author=scene.person(first.by),
        head_revision=sha,
        opened_at=max(first.at, scene.story.drafted),
    )


def submit(scene: Scene, at: datetime) -> None:
    scene.change = submit_request(request=scene.change, actor=scene.requester, at=at)


def review(scene: Scene, line: ReviewLine) -> None:
    record_review(
        pull_request=scene.pull,
        person=scene.person(line.by),
        state=line.state,
        revision=scene.head_at(line.at),
        submitted_at=line.at,
    )


def approve(scene: Scene, line: ApprovalLine) -> None:
    """For the revision and the wording that the approver sees at that moment."""
    facts = facts_of(scene.change)
    approve_request(
        request=scene.change,
        actor=scene.person(line.by),
        at=line.at,
        role=line.role,
        revision=facts.head_revision,
        request_digest=facts.request_digest,
        comment=line.comment,
    )


def attach(scene: Scene, line: FileLine) -> None:
    attach_document(
        request=scene.change,
        content=BytesIO(line.text.encode()),
        name=line.name,
        actor=scene.person(line.by),
        at=line.at,
    )


def refuse(scene: Scene, line: Refused) -> None:
    person, facts = scene.person(line.by), facts_of(scene.change)
    if line.again:
        return_request(request=scene.change, actor=person, at=line.at, reason=line.reason)
        return
    reject_request(
        request=scene.change,
        actor=person,
        at=line.at,
        reason=line.reason,
        revision=facts.head_revision,
        request_digest=facts.request_digest,
    )


def give_leave(scene: Scene, leave: Leave) -> None:
    approve_window_exception(
        request=scene.change,
        actor=scene.person(leave.by),
        at=leave.at,
        reason=leave.reason,
        valid_until=leave.valid_until,
    )


def withdraw(scene: Scene, at: datetime) -> None:
    withdraw_request(request=scene.change, actor=scene.requester, at=at)


def _paths(scene: Scene, sha: str, files: int) -> list[str]:
    """Sources, and with the first commit the documents that the request declares."""
    sources = [f"src/part_{number}.ts" for number in range(files)]
    story = scene.story
    documents = set(story.documents) - set(story.forgotten) if sha == scene.shas[0] else set()
    return [*sources, *(DOCUMENT_PATHS[kind] for kind in sorted(documents))]
