"""A writer, and a sequencer that is to be killed: processes of their own on one database.

python -m tests.faults.sealing write | seal STATEMENT

The writer writes until its input ends, and says how much. The sequencer seals and signs that. When
it has executed, in a second transaction, a statement that begins like the given one, it says so
and waits to be killed.
"""

import os
import select
import sys
import time
from collections.abc import Callable
from itertools import count
from typing import Any

LET_GO = 1


def write() -> None:
    from django.db import transaction

    from changes import clock
    from changes.announcements import Announcement, announce
    from changes.models import System

    for number in count():
        if select.select([sys.stdin], [], [], 0.005)[0]:
            say(number)
            return
        with transaction.atomic():
            system = System.objects.create(slug=f"s-{number}", name=f"s-{number}")
            announce(Announcement("system.added", system, clock.now()))


def seal(statement: str) -> None:
    from django.db import connection

    from changes import clock
    from evidence.ledger.checkpoints import checkpoint_now

    seen = count()

    def wait(execute: Callable[..., Any], sql: str, *others: Any) -> Any:
        result = execute(sql, *others)
        if sql.startswith(statement) and next(seen) == LET_GO:
            say("sealing")
            time.sleep(60)
        return result

    with connection.execute_wrapper(wait):
        while True:
            checkpoint_now(clock.now())
            time.sleep(0.01)


def say(what: object) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "orca_portal.settings"
    import django

    django.setup()
    if sys.argv[1] == "write":
        write()
    else:
        seal(sys.argv[2])
