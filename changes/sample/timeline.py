"""What happens when: the steps of all stories, played in order under the simulated clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from changes import clock

Act = Callable[[], object]
Say = Callable[[str], None]
SAY_EVERY = 500


@dataclass
class Timeline:
    """Two steps of one moment keep the order in which they were added."""

    steps: list[tuple[datetime, Act]] = field(default_factory=list)

    def add(self, at: datetime, act: Act) -> None:
        """`at` is when the portal hears of it, which may be later than when it happened."""
        self.steps.append((at, act))

    def play(self, say: Say) -> None:
        ordered = sorted(self.steps, key=lambda step: step[0])
        for count, (at, act) in enumerate(ordered, start=1):
            with clock.simulated(at):
                act()
            if count % SAY_EVERY == 0 or count == len(ordered):
                say(f"  {at:%Y-%m-%d}: {count} of {len(ordered)} steps")
