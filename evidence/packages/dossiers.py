"""Rendering what a part holds: the dossiers of its changes, or one slice of a long table."""

from collections.abc import Iterable
from typing import Any

from changes.vocabulary import label
from evidence.models import CompilePart
from evidence.packages.enclosed import Proof, proof_within
from evidence.packages.jobs import keep_part
from evidence.packages.kept import keep
from evidence.packages.sheets import render_sheet
from evidence.packages.story import story_of
from evidence.packages.table_words import TABLE_TITLES, WIDE
from evidence.vocabulary import TESTED, PartKind

Facts = dict[str, Any]

SECTIONS = {
    "approvals": "approvals",
    "gates": "gate results",
    "runs": "pipeline runs",
    "deployments": "deployments",
    "pull_requests": "pull requests",
}


class Unrenderable(Exception):
    """A sheet could not be made; the sentence says which."""


def make_part(part: CompilePart) -> None:
    """Every sheet of the part, with a sign of life after each."""
    if part.kind == PartKind.DOSSIERS:
        for number, item in enumerate(part.frozen["rows"], start=1):
            if item["facts"] is not None:
                _make_dossier(item)
            keep_part(part, number)
    else:
        keep(part.frozen["sheet"], lambda: annex(PartKind(part.kind), part.frozen))


def _make_dossier(item: Facts) -> None:
    try:
        facts = item["facts"]
        keep(item["sheet"], lambda: dossier(facts, item["sha256"], proof_within(facts)))
    except Exception as error:
        raise Unrenderable(f"The dossier of {item['key']}: {error}") from error


def dossier(facts: Facts, sha256: str, proof: Proof | None = None) -> bytes:
    files = proof.files if proof else ()
    return render_sheet("dossier.html", dossier_context(facts, sha256, proof), files)


def dossier_context(facts: Facts, sha256: str, proof: Proof | None = None) -> Facts:
    texts = facts["texts"]
    return {
        "title": f"{facts['key']} {facts['title'][:200]}",
        "look": "dossier",
        "name_of_sheet": f"dossier {facts['key']}",
        "setting": facts["package"],
        "as_of": _last_event(facts),
        "change": facts,
        "later": facts["judged_by_later_policy"],
        "systems": ", ".join(_system_words(system) for system in facts["systems"]),
        "pulls": ", ".join(f"{p['repository']}#{p['number']}" for p in facts["pull_requests"]),
        "sha256": sha256,
        "proof": proof,
        "story": story_of(facts),
        "reviews": [review for pull in facts["pull_requests"] for review in pull["reviews"]],
        "missing_texts": ", ".join(label(name) for name, text in texts if not text.strip()),
        "absent": ", ".join(words for name, words in SECTIONS.items() if not facts[name]),
    }


def _system_words(system: Facts) -> str:
    return f"{system['name']}{' (infrastructure)' if system['is_infrastructure'] else ''}"


def _last_event(facts: Facts) -> str:
    """What the PDF gives as its date: the same for the same record, whoever renders it when."""
    received: list[str] = [event["received_at"] for event in facts["events"]]
    return max(received) if received else str(facts["counted_at"])


def annex(kind: PartKind, frozen: Facts) -> bytes:
    title = f"{TABLE_TITLES[kind]}, part {frozen['number']}"
    context = {
        "title": f"{title} · {frozen['setting']['quarter']}",
        "name_of_sheet": f"annex: {title.lower()}",
        "heading": title,
        "setting": frozen["setting"],
        "template": f"pdf/tables/_{kind}.html",
        "is_wide": kind in WIDE,
        "rows": frozen["rows"],
        "later": any(row.get("judged_by_later_policy") for row in frozen["rows"]),
        "letters": TESTED,
        "up": "../",
    }
    return render_sheet("annex.html", context)


def sheets_of(items: Iterable[Facts]) -> dict[str, str]:
    """Path in the package to the name of the kept sheet."""
    return {f"dossiers/{item['key']}.pdf": item["sheet"] for item in items}
