"""Every action of the table of states that has a page of its own."""

from changes.states import Action
from changes.views.learning_tasks import LEARNING_TASKS
from changes.views.request_tasks import REQUEST_TASKS
from changes.views.rollout_tasks import ROLLOUT_TASKS
from changes.views.task import Task

TASKS: dict[Action, Task] = REQUEST_TASKS | ROLLOUT_TASKS | LEARNING_TASKS
