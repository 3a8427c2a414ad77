"""Real threads with connections of their own, for what only happens at once."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

from django.db import connection

from changes.workflow.refusals import Refusal


def at_once(act: Callable[[Any], Any], arguments: Iterable[Any]) -> list[Any]:
    """What each call answered or how it was refused; all begin at the same moment."""
    arguments = list(arguments)
    barrier = threading.Barrier(len(arguments))

    def run(argument: Any) -> Any:
        try:
            barrier.wait(timeout=30)
            return act(argument)
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(arguments)) as pool:
        calls = [pool.submit(copy_context().run, run, argument) for argument in arguments]
        return [call.result(timeout=120) for call in calls]
