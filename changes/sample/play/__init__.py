"""Playing a story through the workflow, as people and machines would have."""

from changes.sample.cast import Cast
from changes.sample.play.learning import play_learning
from changes.sample.play.pipeline import play_pipeline
from changes.sample.play.request import play_request
from changes.sample.play.rollout import play_rollout
from changes.sample.play.scene import Scene, StoryError
from changes.sample.story import Story
from changes.sample.timeline import Timeline

__all__ = ["StoryError", "play"]


def play(timeline: Timeline, story: Story, cast: Cast) -> None:
    """Add every step of the story to the timeline, at the time when the portal hears of it."""
    scene = Scene.of(story, cast)
    play_request(timeline, scene)
    play_pipeline(timeline, scene)
    play_rollout(timeline, scene)
    play_learning(timeline, scene)
