from datetime import UTC, datetime

import pytest

from changes.spreadsheets import safe_cell
from changes.vocabulary import State


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        pytest.param("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0", id="equals sign"),
        pytest.param("+1", "'+1", id="plus"),
        pytest.param("-1", "'-1", id="minus in text"),
        pytest.param("@SUM(A1)", "'@SUM(A1)", id="at sign"),
        pytest.param("\t=1", "'\t=1", id="tab"),
        pytest.param("\r=1", "'\r=1", id="carriage return"),
        pytest.param("\x00=1", "'=1", id="NUL hides nothing"),
        pytest.param("\uff1d1", "'\uff1d1", id="full-width equals sign"),
        pytest.param("a=1", "a=1", id="only the first character counts"),
        pytest.param("", "", id="empty"),
        pytest.param(None, "", id="nothing"),
        pytest.param(-5, "-5", id="a number stays a number"),
        pytest.param(True, "yes", id="yes"),
        pytest.param(State.DRAFT, "draft", id="a word"),
        pytest.param(
            datetime(2026, 7, 1, tzinfo=UTC), "2026-07-01T00:00:00+00:00", id="a time has its zone"
        ),
    ],
)
def test_safe_cell_runs_no_formula(value: object, cell: str) -> None:
    assert safe_cell(value) == cell
