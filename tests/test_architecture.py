"""Which module may import which, who writes, and how large things grow: docs/architecture.md."""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
APPS = ("changes", "evidence", "orca_portal")
# A module belongs to the row that names it or the longest part of its path. It may import its
# own row and the rows above it.
ROWS: dict[int, str] = {
    1: "changes.vocabulary changes.keys changes.quarters changes.states changes.roles changes.rules"
    " changes.spreadsheets changes.intake evidence.vocabulary evidence.ledger.canonical"
    " evidence.reconciliation"
    " evidence.ledger.merkle evidence.ledger.notes evidence.verifier"
    " evidence.controls.attributes orca_portal.looks",
    2: "changes.models changes.clock changes.outward evidence.models",
    3: "changes.queries changes.permissions changes.announcements evidence.queries"
    " evidence.permissions evidence.ledger.records evidence.ledger.shapes",
    4: "changes.workflow changes.sample evidence.ledger evidence.controls evidence.packages"
    " evidence.exceptions",
    5: "changes.forms changes.filters changes.exports changes.templatetags evidence.listeners"
    " changes.listeners evidence.filters evidence.exports"
    " evidence.forms"
    " evidence.templatetags",
    6: "changes.api changes.views changes.admin changes.management changes.urls changes.apps"
    " changes.tasks evidence.views evidence.tasks evidence.management evidence.urls evidence.apps",
    7: "orca_portal",
}
ROW_OF = {name: row for row, names in ROWS.items() for name in names.split()}
# Nothing but row 4 writes to the database; these do it for a reason.
MAY_WRITE = {
    "changes.models.people": "create_user and createsuperuser are Django's own way in",
}
WRITES = {"save", "create", "delete", "get_or_create", "update_or_create"}
BULK_WRITES = {"bulk_create", "bulk_update"}
# One file by contract: an auditor reads it, and takes nothing else along.
STAND_ALONE = {"evidence.verifier.verify"}
JUNK_DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"}
# cryptography signs and checks notes, from bytes to bytes.
PURE_LIBRARIES = {"cryptography", "holidays", "ijson", "rfc8785"}


@cache
def modules() -> dict[str, ast.Module]:
    paths = [p for app in APPS for p in (ROOT / app).rglob("*.py") if "migrations" not in p.parts]
    names = {p: ".".join(p.relative_to(ROOT).with_suffix("").parts) for p in paths}
    return {n.removesuffix(".__init__"): ast.parse(p.read_text()) for p, n in names.items()}


def row_of(module: str) -> int | None:
    """None for the packages themselves: `changes` and `evidence` hold nothing."""
    parts = module.split(".")
    prefixes = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
    return next((ROW_OF[prefix] for prefix in prefixes if prefix in ROW_OF), None)


def imports_of(tree: ast.Module) -> Iterator[str]:
    """Every imported module, wherever the import stands; of `from a import b` also `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in modules() else str(node.module) for name in names)


def own_imports() -> Iterator[tuple[str, str]]:
    for module, tree in modules().items():
        yield from ((module, name) for name in imports_of(tree) if name.split(".")[0] in APPS)


def test_every_module_belongs_to_a_row() -> None:
    homeless = [m for m in modules() if row_of(m) is None and m not in APPS]

    assert homeless == []


def test_imports_point_one_way() -> None:
    wrong = [(m, name) for m, name in own_imports() if (row_of(m) or 0) < (row_of(name) or 0)]

    assert wrong == []


@pytest.mark.parametrize(("below", "above"), [("changes", "evidence"), ("changes", "orca_portal")])
def test_changes_knows_nobody_else(below: str, above: str) -> None:
    wrong = [
        (module, name)
        for module, name in own_imports()
        if module.split(".")[0] == below and name.split(".")[0] == above
    ]

    assert wrong == []


def test_row_one_knows_the_standard_library_only() -> None:
    known = {*sys.stdlib_module_names, *PURE_LIBRARIES, *APPS}
    pure = {m: tree for m, tree in modules().items() if row_of(m) == 1}

    wrong = [(m, n) for m, tree in pure.items() for n in imports_of(tree) if root(n) not in known]

    assert wrong == []


def test_nothing_but_row_six_and_seven_knows_a_task() -> None:
    wrong = [
        (module, name)
        for module, name in own_imports()
        if name.endswith(".tasks") and (row_of(module) or 0) < 6
    ]

    assert wrong == []


def test_only_row_four_writes() -> None:
    wrong = [
        f"{module}:{call.lineno} {ast.unparse(call.func)}"
        for module, tree in modules().items()
        if row_of(module) != 4 and module not in MAY_WRITE
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and is_write(call)
    ]

    assert wrong == []


def test_no_module_is_a_junk_drawer() -> None:
    assert [m for m in modules() if JUNK_DRAWERS & set(m.split("."))] == []


def test_modules_stay_within_300_lines() -> None:
    lengths = {
        m: max((n.end_lineno or 0 for n in tree.body), default=0) for m, tree in modules().items()
    }

    assert {m: n for m, n in lengths.items() if n > 300 and m not in STAND_ALONE} == {}


def test_functions_stay_within_40_lines() -> None:
    lengths = {
        f"{module}.{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for module, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }

    assert {name: length for name, length in lengths.items() if length > 40} == {}


def is_write(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute):
        return False
    name, receiver = call.func.attr, ast.unparse(call.func.value)
    if any(word.arg == "commit" for word in call.keywords):
        return False  # a form's save(commit=False) only fills the row in
    is_of_rows = any(word in receiver for word in ("objects", "filter(", "all()", "exclude("))
    return name in WRITES | BULK_WRITES or (name == "update" and is_of_rows)


def root(module: str) -> str:
    return module.split(".", maxsplit=1)[0]
