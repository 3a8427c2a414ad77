"""Playing somebody who owns the database and has switched its guards off."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from evidence.ledger.guards import install_guards, lift_guards


@contextmanager
def unguarded() -> Iterator[None]:
    connection.check_constraints()  # PostgreSQL alters no table while it has some left to check
    lift_guards(connection)
    try:
        yield
    finally:
        connection.check_constraints()
        install_guards(connection)
