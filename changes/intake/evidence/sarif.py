"""SARIF 2.1.0 (OASIS). What counts of a result depends on its rule, which may come later: results
that say the same are counted together until the rules are known.
"""

import json
from collections import Counter
from collections.abc import Iterator
from itertools import repeat
from typing import Any, BinaryIO

from changes.intake.evidence.json_items import found_in
from changes.intake.evidence.json_places import MANY, Found
from changes.intake.evidence.sarif_rules import RunRules, score_of, tells_of_problem
from changes.intake.evidence.severities import SCORE_SEVERITIES, severity_of_score
from changes.intake.json_values import Unreadable

LEVELS = ("error", "warning", "note", "none")
# Of different results; with more of them the log is read a second time instead.
ALIKE_MAXIMUM = 20_000
_TELLING = ("rule", "ruleId", "ruleIndex", "level", "kind", "provenance", "suppressions")
_RARE = frozenset({"rule", "provenance", "properties", "suppressions"})
_PLAIN_NAMES = ("ruleId", "ruleIndex", "level", "kind")
_PLAIN, _INDEX = {str, int, type(None)}, {int, type(None)}
RESULTS, FLAT = "runs.*.results.*", {"runs.*.results.*": _RARE}
# Of a run's parts that may stand elsewhere (3.14.2, 3.15), those that counting needs.
_ELSEWHERE = ("inlineExternalProperties.*", "runs.*.externalPropertyFileReferences")
OUTSIDE = tuple(f"{at}.{part}" for at in _ELSEWHERE for part in ("results", "driver", "extensions"))


class _Run:
    def __init__(self) -> None:
        self.tool: Any = None
        self.invocations: Any = None
        self.has_results = False
        self.alike: dict[Any, list[Any]] = {}  # what counts of a result, and how often it came

    def heed(self, result: Any) -> None:
        if not isinstance(result, dict):
            raise Unreadable("One of its results is not an object in braces.")
        self._add(_key_of(result), result)

    def heed_many(self, results: list[dict[str, Any]]) -> None:
        """Those without any of the `_RARE` keys."""
        told = [list(map(dict.get, results, repeat(name))) for name in _PLAIN_NAMES]
        is_plain = _INDEX.issuperset(map(type, told[1])) and all(
            _PLAIN.issuperset(map(type, values)) for values in told
        )
        if not is_plain:  # true is equal to 1, and no index
            for result in results:
                self.heed(result)
            return
        for key, result in zip(zip(*told, strict=True), results, strict=True):
            self._add(key, result)

    def _add(self, key: Any, result: dict[str, Any]) -> None:
        known = self.alike.get(key)
        if known is not None:
            known[1] += 1
        elif len(self.alike) <= ALIKE_MAXIMUM:
            self.alike[key] = [_telling(result), 1]

    @property
    def is_complete(self) -> bool:
        return len(self.alike) <= ALIKE_MAXIMUM


def _key_of(result: dict[str, Any]) -> Any:
    key = tuple(map(result.get, _PLAIN_NAMES))
    if _RARE.isdisjoint(result) and _PLAIN.issuperset(map(type, key)):
        return key
    return json.dumps(_telling(result), sort_keys=True, default=str)


def _telling(result: dict[str, Any]) -> dict[str, Any]:
    told = {name: result[name] for name in _TELLING if name in result}
    properties = result.get("properties")
    if isinstance(properties, dict):
        properties = {n: v for n, v in properties.items() if n == "security-severity"}
    return told | {"properties": properties}


class _Log:
    """The runs of a log, without their results."""

    def __init__(self) -> None:
        self.runs: list[_Run] = []
        self.is_log = False

    def heed(self, found: Found) -> None:
        path, kind, value = found
        match path:
            case ("version",):
                _check_version(value)
            case ("inlineExternalProperties", *_) | (_, _, "externalPropertyFileReferences", _):
                raise Unreadable("Parts of its runs stand elsewhere: expected a log in one piece.")
            case ("runs",):
                self.is_log = kind in ("array", "null")
            case ("runs", _):
                _expect(kind, "map", "One of its runs is not an object in braces.")
                self.runs.append(_Run())
            case ("runs", _, "tool"):
                self.runs[-1].tool = value
            case ("runs", _, "invocations"):
                self.runs[-1].invocations = value
            case ("runs", _, "results") if kind != "null":
                _expect(kind, "array", "Its results are not a list.")
                self.runs[-1].has_results = True


def read_sarif(stream: BinaryIO) -> dict[str, Any]:
    """`by_level` and `by_severity` count every result, suppressed ones too.

    `accepted_critical` are the critical ones whose every suppression was accepted: all that a
    gate may leave out. `without_finding` are those of a kind that tells of no problem (3.27.9),
    by severity. `runs_scanned` are the runs that looked for something (3.14.23: a run without
    results never looked).
    """
    runs = _runs(stream)
    rules = [RunRules(run.tool, run.invocations) for run in runs]
    levels, severities, totals = Counter[str](), Counter[str](), Counter[str]()
    without_finding = Counter[str]()
    for place, result, count in _results(stream, runs):
        of_run = rules[place]
        rule = of_run.rule_of(result)
        severity = severity_of_score(score_of(result, rule))
        levels[of_run.level_of(result, rule)] += count
        severities[severity] += count
        if not (is_finding := tells_of_problem(result)):
            without_finding[severity] += count
        for said in _suppression(result, is_critical=is_finding and severity == "critical"):
            totals[said] += count
        totals["results"] += count
    names = list(dict.fromkeys(of_run.name for of_run in rules if of_run.name))
    return {
        "tool": ", ".join(names) or None,
        "results": totals["results"],
        "by_level": {level: levels[level] for level in LEVELS},
        "by_severity": {name: severities[name] for name in SCORE_SEVERITIES},
        "without_finding": {name: without_finding[name] for name in SCORE_SEVERITIES},
        "suppressed": totals["suppressed"],
        "suppressed_critical": totals["suppressed_critical"],
        "accepted_critical": totals["accepted_critical"],
        "runs": len(runs),
        "runs_scanned": _scanned(runs, rules, totals["results"]),
    }


def _runs(stream: BinaryIO) -> list[_Run]:
    log = _Log()
    wanted = ("version", "runs.*.tool", "runs.*.invocations", RESULTS)
    marks = ("runs", "runs.*", "runs.*.results", *OUTSIDE)
    for found in found_in(stream, *wanted, marks=marks, flat=FLAT):
        if found.kind == MANY:
            log.runs[-1].heed_many(found.value)
        elif found.path[2:3] == ("results",) and len(found.path) == 4:
            log.runs[-1].heed(found.value)
        else:
            log.heed(found)
    if not log.is_log:
        raise Unreadable("It has no list of runs: expected a SARIF 2.1.0 log.")
    return log.runs


def _results(stream: BinaryIO, runs: list[_Run]) -> Iterator[tuple[int, dict[str, Any], int]]:
    """Each with its run's place, and how often it came."""
    if all(run.is_complete for run in runs):
        for place, run in enumerate(runs):
            yield from ((place, result, count) for result, count in run.alike.values())
        return
    stream.seek(0)
    for path, _, result in found_in(stream, RESULTS):
        yield int(path[1] or 0), result, 1


def _check_version(version: Any) -> None:
    if version is not None and not str(version).startswith("2.1"):
        raise Unreadable(f"It is SARIF {str(version)[:20]}: expected version 2.1.0.")


def _expect(kind: str, expected: str, sentence: str) -> None:
    if kind != expected:
        raise Unreadable(sentence)


def _scanned(runs: list[_Run], rules: list[RunRules], results: int) -> int:
    return sum(
        run.has_results and (of_run.ran or results > 0)
        for run, of_run in zip(runs, rules, strict=True)
    )


def _suppression(result: dict[str, Any], *, is_critical: bool) -> list[str]:
    suppressions = result.get("suppressions")
    if not isinstance(suppressions, list) or not suppressions:
        return []
    said = ["suppressed"]
    if is_critical:
        said.append("suppressed_critical")
        if all(isinstance(s, dict) and s.get("status") == "accepted" for s in suppressions):
            said.append("accepted_critical")
    return said
