"""Loading the sample organisation: the whole quarter, or nothing."""

from django.db import transaction

from changes import clock
from changes.models import Organisation
from changes.sample.calendar import FOUNDED, keep_calendar
from changes.sample.cast import assemble
from changes.sample.play import play
from changes.sample.routine import all_stories
from changes.sample.strays import add_strays
from changes.sample.timeline import Say, Timeline
from changes.workflow.organisation import mark_as_sample


def is_loaded() -> bool:
    return Organisation.objects.filter(is_sample=True).exists()


@transaction.atomic
def load_sample(say: Say) -> int:
    """How many changes it holds now. Refused in a database that holds anything, and wherever
    the clock may not be simulated.
    """
    stories, timeline = all_stories(), Timeline()
    with clock.simulated(FOUNDED):
        mark_as_sample(at=FOUNDED)
        say("People, systems, repositories and procedures ...")
        cast = assemble(FOUNDED)
    keep_calendar(timeline, cast)
    add_strays(timeline, cast)
    for story in stories:
        play(timeline, story, cast)
    say(f"{len(stories)} changes from July to September 2026 ...")
    timeline.play(say)
    return len(stories)
