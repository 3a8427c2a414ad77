"""After the rollout: post-mortem, post-incident review, and the end of the change."""

from datetime import datetime
from functools import partial

from changes.models import ActionItem, PostIncidentReview, PostMortem
from changes.sample.play.scene import Scene
from changes.sample.story import ActionLine, IncidentReview, PostMortemLine
from changes.sample.timeline import Timeline
from changes.workflow.learning import (
    NewActionItem,
    approve_post_mortem,
    complete_action_item,
    hold_post_incident_review,
    open_post_incident_review,
    write_post_mortem,
)
from changes.workflow.requests import close_request


def play_learning(timeline: Timeline, scene: Scene) -> None:
    story = scene.story
    if story.incident_review and story.rollout:
        _play_review(timeline, scene, story.incident_review, story.rollout.at)
    if story.post_mortem:
        _play_post_mortem(timeline, scene, story.post_mortem)
    if story.closed:
        timeline.add(story.closed, partial(close, scene, story.closed))


def open_review(scene: Scene, line: IncidentReview, at: datetime) -> None:
    open_post_incident_review(
        request=scene.change, actor=scene.requester, at=at, incident_at=line.incident_at
    )


def hold_review(scene: Scene, line: IncidentReview, at: datetime) -> None:
    hold_post_incident_review(
        review=PostIncidentReview.objects.get(change=scene.change),
        actor=scene.person(line.by),
        at=at,
        findings=line.findings,
    )


def write(scene: Scene, line: PostMortemLine) -> None:
    write_post_mortem(
        request=scene.change,
        actor=scene.person(line.by),
        at=line.at,
        what_happened=line.what_happened,
        root_cause=line.root_cause,
        action_items=[
            NewActionItem(action.title, scene.person(action.owner), action.due_on)
            for action in line.actions
        ],
    )


def approve(scene: Scene, line: PostMortemLine) -> None:
    approve_post_mortem(
        post_mortem=PostMortem.objects.get(change=scene.change),
        actor=scene.person(line.approved_by),
        at=line.approved_at,
    )


def complete(scene: Scene, action: ActionLine, at: datetime) -> None:
    item = ActionItem.objects.get(post_mortem__change=scene.change, title=action.title)
    complete_action_item(action_item=item, actor=scene.person(action.owner), at=at)


def close(scene: Scene, at: datetime) -> None:
    close_request(request=scene.change, actor=scene.requester, at=at)


def _play_review(
    timeline: Timeline, scene: Scene, line: IncidentReview, opened_at: datetime
) -> None:
    timeline.add(opened_at, partial(open_review, scene, line, opened_at))
    if line.held_at:
        timeline.add(line.held_at, partial(hold_review, scene, line, line.held_at))


def _play_post_mortem(timeline: Timeline, scene: Scene, line: PostMortemLine) -> None:
    timeline.add(line.at, partial(write, scene, line))
    timeline.add(line.approved_at, partial(approve, scene, line))
    for action in line.actions:
        if action.done_at:
            timeline.add(action.done_at, partial(complete, scene, action, action.done_at))
