import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from evidence.packages.workbook import CELL_MAXIMUM, write_workbook

NAMES = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
PARTS = [
    "[Content_Types].xml",
    "_rels/.rels",
    "xl/_rels/workbook.xml.rels",
    "xl/styles.xml",
    "xl/workbook.xml",
    "xl/worksheets/sheet1.xml",
]


def written(path: Path, *rows: Sequence[object]) -> list[list[str]]:
    """What a reader of the sheet gets back, the head first."""
    write_workbook(path, "population", ("key", "title"), rows)
    with zipfile.ZipFile(path) as book:
        assert book.namelist() == PARTS
        parts = [ET.fromstring(book.read(name)) for name in PARTS]  # noqa: S314 - our own
    return [
        [cell.findtext("m:is/m:t", namespaces=NAMES) or "" for cell in row]
        for row in parts[-1].iterfind("m:sheetData/m:row", NAMES)
    ]


def test_sheet_without_rows_has_its_head(tmp_path: Path) -> None:
    assert written(tmp_path / "a.xlsx") == [["key", "title"]]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("<b> & ]]>", "<b> & ]]>", id="marks of XML"),
        pytest.param("=1+1", "=1+1", id="a formula is text"),
        pytest.param("  two  ", "  two  ", id="blanks"),
        pytest.param("\x00a\x1b", "\ufffda\ufffd", id="what XML cannot carry"),
        pytest.param("\U0001f600 ü", "\U0001f600 ü", id="beyond ASCII"),
        pytest.param(True, "True", id="a boolean"),
        pytest.param("x" * (CELL_MAXIMUM + 1), "x" * CELL_MAXIMUM, id="longer than a cell"),
    ],
)
def test_cell_reads_back(tmp_path: Path, value: object, expected: str) -> None:
    assert written(tmp_path / "a.xlsx", ("CHG-000001", value))[1] == ["CHG-000001", expected]


def test_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        written(tmp_path / name, ("CHG-000001", "Sort"), ("CHG-000002", "Sort again"))

    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
