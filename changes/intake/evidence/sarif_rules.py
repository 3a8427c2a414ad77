"""Which rule a SARIF result is about, and what it says of level and severity (SARIF 2.1.0)."""

from collections.abc import Mapping
from typing import Any, TypeGuard

from changes.intake.json_values import Unreadable

Json = Mapping[str, Any]


class RunRules:
    """The rules of one run: of the driver and of each extension, by index and by id (3.18)."""

    def __init__(self, tool: Any, invocations: Any) -> None:
        tool = _object(tool)
        self.driver = _object(tool.get("driver"))
        self.extensions = [_object(item) for item in _list(tool.get("extensions"))]
        self.invocations = [_object(item) for item in _list(invocations)]
        self.by_id: dict[str, Json] = {}
        for component in (self.driver, *self.extensions):
            for identity, rule in _named_rules(component):
                self.by_id.setdefault(identity, rule)

    @property
    def name(self) -> str | None:
        name = self.driver.get("name")
        return name if isinstance(name, str) and name.strip() else None

    @property
    def ran(self) -> bool:
        """False where each invocation says that it did not succeed (3.20.14)."""
        said = [item.get("executionSuccessful") for item in self.invocations]
        return not said or any(value is not False for value in said)

    def rule_of(self, result: Json) -> Json:
        """By index in the component that the reference names, else by guid or id (3.27.6, 3.52)."""
        reference = _object(result.get("rule"))
        component = self._component(reference)
        rules = _list(component.get("rules"))
        index = reference.get("index", result.get("ruleIndex"))
        identity = reference.get("id") or result.get("ruleId")
        if _is_index(index) and index < len(rules):
            return _object(rules[index])
        if guid := reference.get("guid"):
            return next((_object(r) for r in rules if _object(r).get("guid") == guid), {})
        known = self.by_id
        if reference.get("toolComponent"):
            known = dict(_named_rules(component)) or known
        return _by_id(known, identity if isinstance(identity, str) else "")

    def _component(self, reference: Json) -> Json:
        named = _object(reference.get("toolComponent"))
        index = named.get("index")
        if _is_index(index):
            return self.extensions[index] if index < len(self.extensions) else {}
        keys = [key for key in ("guid", "name") if named.get(key)]
        for component in (self.driver, *self.extensions):
            if keys and all(component.get(key) == named[key] for key in keys):
                return component
        return self.driver

    def level_of(self, result: Json, rule: Json) -> str:
        """As written; else none unless the kind is fail; else as overridden for its invocation,
        as the rule's default says, or warning (3.27.10).
        """
        if (written := _word(result.get("level"))) is not None:
            return written
        if _kind(result) != "fail":
            return "none"
        default = _object(rule.get("defaultConfiguration")).get("level")
        return self._overridden(result, rule) or _word(default) or "warning"

    def _overridden(self, result: Json, rule: Json) -> str | None:
        index = _object(result.get("provenance")).get("invocationIndex")
        if not _is_index(index) or index >= len(self.invocations):
            return None
        for override in _list(self.invocations[index].get("ruleConfigurationOverrides")):
            descriptor = _object(_object(override).get("descriptor"))
            about = self.rule_of({"rule": descriptor})
            if about and about is rule:
                return _word(_object(_object(override).get("configuration")).get("level"))
        return None


def _named_rules(component: Json) -> list[tuple[str, Json]]:
    rules = [_object(rule) for rule in _list(component.get("rules"))]
    return [(str(rule.get("id")), rule) for rule in rules]


def _by_id(rules: Mapping[str, Json], identity: str) -> Json:
    """An id may go deeper than its rule's: `CA1000/1` is about `CA1000` (3.27.5)."""
    while identity:
        if identity in rules:
            return rules[identity]
        identity = identity.rpartition("/")[0]
    return {}


def tells_of_problem(result: Json) -> bool:
    """False of a rule that passed, does not apply or only informs; `open` and `review` are not
    decided and count (3.27.9).
    """
    return _kind(result) not in ("pass", "notapplicable", "informational")


def _kind(result: Json) -> str:
    kind = result.get("kind")
    return "fail" if kind is None else str(kind).lower()


def score_of(result: Json, rule: Json) -> Any:
    """The `security-severity` of the rule, or of the result where the rule has none."""
    for holder in (rule, result):
        score = _object(holder.get("properties")).get("security-severity")
        if score is not None:
            return score
    return None


def _word(level: Any) -> str | None:
    lowered = level.lower() if isinstance(level, str) else None
    return lowered if lowered in ("error", "warning", "note", "none") else None


def _is_index(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _object(value: Any) -> Json:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Unreadable("It has a value where SARIF 2.1.0 expects an object in braces.")
    return value


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise Unreadable("It has a value where SARIF 2.1.0 expects a list.")
    return value
