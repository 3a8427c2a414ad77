"""The manifest: what is in a package, with the digest of every other file."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from evidence.packages.bundle import Entry
from evidence.packages.plain import iso

# 2: the log has the digests of the files; of 1 it had none.
FORMAT = "orca-evidence-package/2"


def manifest(frozen: dict[str, Any], revision: int, entries: Iterable[Entry]) -> str:
    """JSON with sorted keys and sorted paths: the same record gives the same text."""
    content = {
        **said(frozen),
        "format": FORMAT,
        "revision": revision,
        "files": [asdict(entry) for entry in sorted(entries, key=lambda entry: entry.path)],
    }
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def said(frozen: dict[str, Any]) -> dict[str, Any]:
    """What the manifest says of the package itself; the log has it as well."""
    setting, summary = frozen["setting"], frozen["summary"]
    return {
        "organisation": setting["organisation"],
        "quarter": setting["quarter"],
        "starts_at": iso(setting["starts_at"]),
        "ends_at": iso(setting["ends_at"]),
        "time_zone": setting["time_zone"],
        "is_interim": setting["interim"],
        "is_sample": setting["sample"],
        "record_sha256": frozen["record_sha256"],
        "record_as_of": iso(frozen["record_as_of"]),
        "counts": counts(frozen),
        "verdicts": summary["totals"],
    }


def counts(frozen: dict[str, Any]) -> dict[str, int]:
    rows = frozen["rows"]
    return {
        "changes": frozen["summary"]["changes"],
        "exceptions": rows["exceptions"] + rows["unlinked"],
        "unlinked": rows["unlinked"],
    }
