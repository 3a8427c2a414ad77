"""The control tests as OSCAL assessment results (NIST, version 1.1.2): a finding for each letter.

Identifiers come from the record's digest, so that the same record gives the same document.
"""

import json
from collections.abc import Iterable
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from changes.vocabulary import Verdict, label
from evidence.packages.bundle import Entry
from evidence.packages.plain import iso
from evidence.vocabulary import ATTRIBUTE_NAMES, Attribute

VERSION = "1.1.2"
CONTROL = "cc8.1"
OWN_NAMES = "urn:orca:change-evidence"
NOT_A_PASS = (Verdict.FAILED, Verdict.UNKNOWN, Verdict.WAITING)
Facts = dict[str, Any]


def oscal_results(frozen: Facts, digests: Iterable[Entry]) -> str:
    """`digests`: the tables that the findings point at."""
    setting = frozen["setting"]
    own = uuid5(NAMESPACE_URL, f"{OWN_NAMES}:{setting['quarter']}:{frozen['record_sha256']}")
    name = f"SOC 2 CC8.1 change evidence of {setting['organisation']}, {setting['quarter']}"
    results = {
        "uuid": str(own),
        "metadata": {
            "title": name,
            "last-modified": iso(frozen["record_as_of"]),
            "version": f"{setting['quarter']}-{frozen['record_sha256'][:12]}",
            "oscal-version": VERSION,
            "remarks": _remarks(setting),
        },
        "import-ap": {"href": f"#{_of(own, 'plan')}"},
        "results": [_result(frozen, own, name)],
        "back-matter": {"resources": _resources(own, digests)},
    }
    return json.dumps({"assessment-results": results}, indent=2, ensure_ascii=False) + "\n"


def _remarks(setting: Facts) -> str:
    kind = "interim: the quarter is open" if setting["interim"] else "the quarter is over"
    made_up = " The data is made up." if setting["sample"] else ""
    return f"Every change of the quarter was tested; {kind}.{made_up}"


def _result(frozen: Facts, own: UUID, name: str) -> Facts:
    setting, verdicts = frozen["setting"], frozen["summary"]["verdicts"]
    letters = sorted(verdicts)
    return {
        "uuid": _of(own, "result"),
        "title": name,
        "description": f"Control tests of {frozen['summary']['changes']} changes, each attribute"
        " on each change.",
        "start": iso(setting["starts_at"]),
        "end": iso(setting["ends_at"]),
        "reviewed-controls": {"control-selections": [{"include-controls": [_control()]}]},
        "observations": [
            *(_observation(frozen, own, letter) for letter in letters),
            _completeness(frozen, own),
        ],
        "findings": [
            *(_finding(own, letter, verdicts[letter]) for letter in letters),
            _complete(own, frozen["reconciliation"]["unmatched"]),
        ],
    }


def _control() -> Facts:
    return {"control-id": CONTROL}


def _observation(frozen: Facts, own: UUID, letter: str) -> Facts:
    counts = frozen["summary"]["verdicts"][letter]
    return {
        "uuid": _of(own, f"observation {letter}"),
        "title": _title(letter),
        "description": _counted(counts),
        "props": [_prop(verdict, counts[verdict]) for verdict in Verdict],
        "methods": ["TEST"],
        "relevant-evidence": [
            {"href": f"#{_of(own, 'control-tests.csv')}", "description": f"Rows of {letter}."}
        ],
        "collected": iso(frozen["record_as_of"]),
    }


def _completeness(frozen: Facts, own: UUID) -> Facts:
    counts = frozen["reconciliation"]["counts"]
    return {
        "uuid": _of(own, "observation completeness"),
        "title": "Completeness of the population",
        "description": " ".join(
            f"{of['total']} {name}: {of['matched']} matched, {of['matched_late']} matched late,"
            f" {of['unmatched']} unmatched."
            for name, of in counts
        ),
        "methods": ["TEST"],
        "relevant-evidence": [
            {"href": f"#{_of(own, 'reconciliation.csv')}", "description": "Every item."}
        ],
        "collected": iso(frozen["record_as_of"]),
    }


def _finding(own: UUID, letter: str, counts: dict[str, int]) -> Facts:
    """Satisfied only where nothing failed, nothing is unknown and nothing waits."""
    is_satisfied = not any(counts[word] for word in NOT_A_PASS)
    reason = "pass" if is_satisfied else "fail" if counts[Verdict.FAILED] else "other"
    return _found(own, letter, _title(letter), _counted(counts), reason)


def _complete(own: UUID, unmatched: int) -> Facts:
    return _found(
        own,
        "completeness",
        "Completeness of the population",
        f"{unmatched} items of the reconciliation are unmatched.",
        "fail" if unmatched else "pass",
    )


def _found(own: UUID, name: str, title: str, description: str, reason: str) -> Facts:
    state = "satisfied" if reason == "pass" else "not-satisfied"
    return {
        "uuid": _of(own, f"finding {name}"),
        "title": title,
        "description": description,
        "target": {
            "type": "objective-id",
            "target-id": f"{CONTROL}_obj.{name.lower()}",
            "status": {"state": state, "reason": reason},
        },
        "related-observations": [{"observation-uuid": _of(own, f"observation {name}")}],
    }


def _resources(own: UUID, digests: Iterable[Entry]) -> list[Facts]:
    plan = {
        "uuid": _of(own, "plan"),
        "title": "Assessment plan",
        "description": "Each attribute is tested on each change of the quarter;"
        " evidence-package.pdf says how.",
        "rlinks": [{"href": "evidence-package.pdf"}],
    }
    return [plan, *(_resource(own, entry) for entry in digests)]


def _resource(own: UUID, entry: Entry) -> Facts:
    return {
        "uuid": _of(own, entry.path),
        "title": entry.path,
        "rlinks": [
            {
                "href": entry.path,
                "hashes": [{"algorithm": "SHA-256", "value": entry.sha256}],
            }
        ],
    }


def _prop(word: str, number: int) -> Facts:
    return {"name": word.replace("_", "-"), "ns": OWN_NAMES, "value": str(number)}


def _title(letter: str) -> str:
    return f"{letter}: {ATTRIBUTE_NAMES[Attribute(letter)]}"


def _counted(counts: dict[str, int]) -> str:
    said = ", ".join(f"{counts[verdict]} {label(verdict)}" for verdict in Verdict)
    return f"Of the changes tested: {said}."


def _of(own: UUID, name: str) -> str:
    return str(uuid5(own, name))
