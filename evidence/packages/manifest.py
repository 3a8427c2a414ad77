"""The manifest: what is in a package, with the digest of every other file."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from evidence.packages.bundle import Entry
from evidence.packages.plain import iso

FORMAT = "orca-evidence-package/1"


def manifest(frozen: dict[str, Any], revision: int, entries: Iterable[Entry]) -> str:
    """JSON with sorted keys and sorted paths: the same record gives the same text."""
    setting, summary = frozen["setting"], frozen["summary"]
    content = {
        "format": FORMAT,
        "organisation": setting["organisation"],
        "quarter": setting["quarter"],
        "revision": revision,
        "starts_at": iso(setting["starts_at"]),
        "ends_at": iso(setting["ends_at"]),
        "time_zone": setting["time_zone"],
        "is_interim": setting["interim"],
        "is_sample": setting["sample"],
        "record_sha256": frozen["record_sha256"],
        "record_as_of": iso(frozen["record_as_of"]),
        "counts": counts(frozen),
        "verdicts": summary["totals"],
        "files": [asdict(entry) for entry in sorted(entries, key=lambda entry: entry.path)],
    }
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def counts(frozen: dict[str, Any]) -> dict[str, int]:
    rows = frozen["rows"]
    return {
        "changes": frozen["summary"]["changes"],
        "exceptions": rows["exceptions"] + rows["unlinked"],
        "unlinked": rows["unlinked"],
    }
