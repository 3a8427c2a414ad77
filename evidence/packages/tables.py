"""The tables of a package as CSV and JSON, written row by row."""

import csv
import json
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from changes.spreadsheets import safe_cell
from evidence.packages.plain import iso
from evidence.packages.rows import EXCEPTION_COLUMNS, POPULATION_COLUMNS, TEST_COLUMNS
from evidence.reconciliation.table import COLUMNS
from evidence.vocabulary import ATTRIBUTE_NAMES, Attribute

Facts = dict[str, Any]


class Tables(ExitStack):
    """population.csv, population.json and control-tests.csv, written in one pass."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._population = self._csv(folder / "population.csv", POPULATION_COLUMNS)
        self._tests = self._csv(folder / "control-tests.csv", TEST_COLUMNS)
        self._json = self.enter_context((folder / "population.json").open("w", encoding="utf-8"))
        self._before = "["

    def __enter__(self) -> Self:
        return self

    def add(self, item: Facts) -> None:
        """A change: its row, its tests. CSV is made harmless, JSON holds the raw text."""
        row = {name: item["row"][name] for name in POPULATION_COLUMNS}
        self._population.writerow([safe_cell(value) for value in row.values()])
        for test in item["tests"]:
            self._tests.writerow([safe_cell(value) for value in _test_row(item, test)])
        self._json.write(f"{self._before}\n{json.dumps(row, ensure_ascii=False)}")
        self._before = ","

    def finish(self) -> None:
        self._json.write("[]\n" if self._before == "[" else "\n]\n")

    def _csv(self, path: Path, columns: Iterable[str]) -> Any:
        file = self.enter_context(path.open("w", encoding="utf-8", newline=""))
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        return writer


def write_exceptions(path: Path, rows: Iterable[Facts]) -> None:
    """Every exception with its number, in the order in which the main document lists them."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(EXCEPTION_COLUMNS)
        for number, row in enumerate(rows, start=1):
            writer.writerow(exception_cells(row, number))


def exception_cells(row: Facts, number: int) -> list[object]:
    """In the order of EXCEPTION_COLUMNS, harmless to a spreadsheet."""
    blank = dict.fromkeys(EXCEPTION_COLUMNS, "")
    filled = {**blank, **row, "number": number, "at": iso(row["at"])}
    return [safe_cell(filled[name]) for name in EXCEPTION_COLUMNS]


def write_reconciliation(path: Path, rows: Iterable[Facts]) -> None:
    """Every commit, deployment and change with its match."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in rows:
            writer.writerow([safe_cell(row[name]) for name in COLUMNS])


def _test_row(item: Facts, test: Facts) -> tuple[str | bool, ...]:
    letter = test["letter"]
    return (
        item["key"],
        letter,
        ATTRIBUTE_NAMES[Attribute(letter)],
        test["verdict"],
        test["sentence"],
        item["row"]["policy_version"],
        item["row"]["judged_by_later_policy"],
    )
