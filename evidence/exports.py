"""Lists of the evidence as CSV: exactly what the page was asked for, or an error."""

import csv
from collections.abc import Iterable
from io import StringIO

from changes.quarters import Quarter
from changes.spreadsheets import safe_cell
from evidence.exceptions.register import Registered
from evidence.packages.rows import EXCEPTION_COLUMNS
from evidence.packages.tables import exception_cells
from evidence.queries.reconciliation import reconciled
from evidence.queries.reconciliation_page import Shown
from evidence.reconciliation.table import COLUMNS, cells


def reconciliation_csv(quarter: Quarter, shown: Shown) -> str:
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for item in reconciled(quarter):
        if shown.has(item):
            writer.writerow([safe_cell(value) for value in cells(item)])
    return text.getvalue()


def exceptions_csv(rows: Iterable[Registered]) -> str:
    """The columns of exceptions.csv in a package; the state says what is overdue today."""
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(EXCEPTION_COLUMNS)
    for found in rows:
        writer.writerow(exception_cells({**found.row, "state": found.state}, found.number))
    return text.getvalue()
