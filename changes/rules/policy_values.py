"""Are the lists of a policy version such that rules can read them? Sentences for what is not."""

from collections.abc import Callable, Mapping
from datetime import time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from changes.rules.policy import ALWAYS, SCHEMA_CHANGED, TEXT_FIELDS
from changes.rules.working_days import holidays_of
from changes.vocabulary import DocumentKind, PipelineStage, Role, RolloutStageName

FIELDS = (*TEXT_FIELDS, "affected_systems")


def problems_of(values: Mapping[str, Any]) -> dict[str, str]:
    """For each value that no rule could read: what is expected instead."""
    found = {name: check(values[name]) for name, check in _CHECKS.items() if name in values}
    found |= {name: _percent(values[name]) for name in values if name.endswith("_percent")}
    found["window_closes"] = _closes(values.get("window_opens"), values.get("window_closes"))
    return {name: sentence for name, sentence in found.items() if sentence}


def _percent(value: Any) -> str:
    is_share = isinstance(value, Decimal | int) and 0 <= value <= 100
    return "" if is_share or value is None else f"{value} is no share: expected 0 to 100 percent."


def _closes(opens: Any, closes: Any) -> str:
    if not (isinstance(opens, time) and isinstance(closes, time)) or opens < closes:
        return ""
    return f"The window would be empty: it opens at {opens:%H:%M}, so it closes later than that."


def _open_days(value: Any) -> str:
    if value == []:
        return "The window would be empty: name one day at least, such as [1, 2, 3, 4]."
    return _days(value)


def _words_of(known: tuple[str, ...]) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if _is_list_of(str, value) and set(value) <= set(known) and len(set(value)) == len(value):
            return ""
        return f"Expected a list, each once, of: {', '.join(known)}."

    return check


def _days(value: Any) -> str:
    if _is_list_of(int, value) and all(1 <= day <= 7 for day in value):
        return ""
    return "Expected a list of days as numbers, Monday is 1 and Sunday is 7: [1, 2, 3, 4]."


def _names(value: Any) -> str:
    if _is_list_of(str, value) and all(name.strip() for name in value):
        return ""
    return 'Expected a list of names: ["CodeQL", "Snyk"].'


def _stages(value: Any) -> str:
    known = [stage.value for stage in RolloutStageName]
    if isinstance(value, list) and value and value == [s for s in known if s in value]:
        return ""
    return f"Expected some of these, in this order: {', '.join(known)}."


def _checks(value: Any) -> str:
    known = {stage.value for stage in PipelineStage}
    is_readable = isinstance(value, dict) and all(not _names(names) for names in value.values())
    if is_readable and set(value) <= known:
        return ""
    return f"Expected for each stage a list of checks; stages are {', '.join(sorted(known))}."


def _patterns(value: Any) -> str:
    known = {kind.value for kind in DocumentKind}
    is_readable = isinstance(value, dict) and all(not _names(names) for names in value.values())
    if is_readable and set(value) <= known:
        return ""
    listed = ", ".join(sorted(known))
    return f"Expected for each document a list of paths, * for any text; documents are {listed}."


def _commands(value: Any) -> str:
    is_readable = isinstance(value, dict) and all(not _names(names) for names in value.values())
    if is_readable and set(value) <= {ALWAYS, SCHEMA_CHANGED} and value.get(ALWAYS):
        return ""
    return f'Expected lists of commands under "{ALWAYS}" and, if any, "{SCHEMA_CHANGED}".'


def _zone(value: Any) -> str:
    try:
        ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return "Expected the name of a time zone, such as America/Los_Angeles."
    return ""


def _calendar(value: Any) -> str:
    try:
        holidays_of(str(value))
    except ValueError as error:
        return str(error)
    return ""


def _is_list_of(kind: type, value: Any) -> bool:
    return isinstance(value, list) and all(type(item) is kind for item in value)


_CHECKS: dict[str, Callable[[Any], str]] = {
    "required_fields": _words_of(FIELDS),
    "required_scanners": _names,
    "pipeline_checks": _checks,
    "rollback_commands": _commands,
    "document_paths": _patterns,
    "document_triggers": _patterns,
    "deployer_roles": _words_of(tuple(role.value for role in Role)),
    "window_days": _open_days,
    "window_reason_days": _days,
    "window_time_zone": _zone,
    "holiday_calendar": _calendar,
    "rollout_stages": _stages,
}
