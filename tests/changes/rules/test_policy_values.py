from typing import Any

import pytest

from changes.rules.policy import DEFAULTS
from changes.rules.policy_values import problems_of


@pytest.mark.parametrize(
    ("name", "value", "is_readable"),
    [
        ("required_fields", DEFAULTS.fields_list(), True),
        ("required_fields", [], True),
        ("required_fields", ["nonsense"], False),
        ("required_fields", ["description", "description"], False),
        ("required_fields", "description", False),
        ("required_scanners", DEFAULTS.scanners_list(), True),
        ("required_scanners", [" "], False),
        ("required_scanners", [7], False),
        ("pipeline_checks", DEFAULTS.pipeline_dict(), True),
        ("pipeline_checks", {"lunch": ["soup"]}, False),
        ("pipeline_checks", {"build": "compile"}, False),
        ("pipeline_checks", [], False),
        ("window_days", [1, 2, 3, 4], True),
        ("window_days", [0], False),
        ("window_days", [8], False),
        ("window_days", ["Monday"], False),
        ("window_days", [True], False),
        ("window_reason_days", [], True),
        ("window_time_zone", "America/Los_Angeles", True),
        ("window_time_zone", "Mars/Olympus", False),
        ("window_time_zone", "../../etc/passwd", False),
        ("window_time_zone", "", False),
        ("rollout_stages", DEFAULTS.rollout_list(), True),
        ("rollout_stages", ["canary", "100"], True),
        ("rollout_stages", ["100", "canary"], False),
        ("rollout_stages", [], False),
        ("rollout_stages", ["canary", "canary"], False),
        ("rollout_stages", [{"a": 1}], False),
    ],
)
def test_values_that_no_rule_could_read_are_named(name: str, value: Any, is_readable: bool) -> None:
    assert list(problems_of({name: value})) == ([] if is_readable else [name])


@pytest.mark.parametrize(
    "value", [{}, {"always": []}, {"sometimes": ["x"]}, {"always": [1]}, ["x"], {"always": [" "]}]
)
def test_rollback_commands_that_nobody_could_follow_are_named(value: object) -> None:
    assert list(problems_of({"rollback_commands": value})) == ["rollback_commands"]
