"""An action of the table of states as a page: what it asks, what it says, what it calls."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from changes.forms.actions import ActionForm
from changes.models import ChangeRequest, Person


def _always(_: ChangeRequest) -> bool:
    return True


@dataclass(frozen=True)
class Task:
    """`says` is what will happen, `done` what has; `run` makes the one call to the workflow.
    It is offered where it `applies`, beyond what state and role say.
    """

    says: str
    done: str
    run: Callable[[Any, Person, datetime], object]
    form: type[ActionForm] = ActionForm
    icon: str = "check"
    kind: str = "primary"
    applies: Callable[[ChangeRequest], bool] = _always

    @property
    def level(self) -> str:
        return "warning" if self.kind == "danger" else "info"
