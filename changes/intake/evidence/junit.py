"""JUnit XML as its many writers write it: suites at any depth, cases within them."""

from typing import Any, BinaryIO

from changes.intake.evidence.xml_events import Attributes, listen
from changes.intake.json_values import Unreadable

ROOTS = ("testsuites", "testsuite")
_FAILED = {"failure", "error"}
_FLAKY = {"flakyFailure", "flakyError"}


class _Cases:
    def __init__(self) -> None:
        self.passed = self.failed = self.skipped = self.flaky = self.suite_errors = 0
        self.children: set[str] | None = None  # of the case that is open

    def begin(self, path: list[str], attributes: Attributes) -> None:  # noqa: ARG002
        name = path[-1]
        if len(path) == 1 and name not in ROOTS:
            raise Unreadable(f"Its root is '{name[:40]}': expected testsuites or testsuite.")
        if name == "testcase":
            self.children = set()
        elif len(path) > 1 and path[-2] == "testcase" and self.children is not None:
            self.children.add(name)
        elif name in _FAILED and path[-2:-1] != [] and path[-2] in ROOTS:
            self.suite_errors += 1

    def end(self, path: list[str]) -> None:
        if path[-1] != "testcase" or self.children is None:
            return
        children, self.children = self.children, None
        if children & _FAILED:
            self.failed += 1
        elif "skipped" in children:
            self.skipped += 1
        else:
            self.passed += 1
            self.flaky += bool(children & _FLAKY)


def read_junit(stream: BinaryIO) -> dict[str, Any]:
    """A case with a failure or an error has failed, also when it is skipped; a name that comes
    again is another case. What the suites declare does not count.
    """
    cases = _Cases()
    listen(stream, cases)
    return {
        "tool": "JUnit",
        "tests": cases.passed + cases.failed + cases.skipped,
        "passed": cases.passed,
        "failed": cases.failed,
        "skipped": cases.skipped,
        "flaky": cases.flaky,
        "suite_errors": cases.suite_errors,
    }
