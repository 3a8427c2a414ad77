"""A proposed policy tried on the changes of a quarter, and the newest trial that was kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from changes.models import ChangeRequest, DryRun, PolicyVersion
from changes.quarters import Quarter, quarter_of
from changes.queries.judgements import Judgement, judgements_of
from changes.queries.record import with_record
from changes.rules.dry_run import Flip, flips_of
from changes.rules.findings import Finding
from changes.vocabulary import DryRunState

SLICE = 200


@dataclass(frozen=True)
class ChangeFlips:
    """What would turn on one change."""

    change: ChangeRequest
    flips: tuple[Flip, ...]


@dataclass(frozen=True)
class Trial:
    """`would_fail`: a rule that had not failed fails. A change may stand in several lists."""

    quarter: Quarter
    judged: int
    would_fail: list[ChangeFlips]
    would_be_unknown: list[ChangeFlips]
    would_clear: list[ChangeFlips]

    @property
    def sentence(self) -> str:
        """`This edit would fail 7 changes of the 148 of 2026Q3.`"""
        count = len(self.would_fail)
        changes = "1 change" if count == 1 else f"{count or 'no'} changes"
        return f"This edit would fail {changes} of the {self.judged} of {self.quarter}."


def last_quarter(at: datetime) -> Quarter:
    """The last one that is over: its record is whole."""
    return quarter_of(at, settings.REPORTING_TIME_ZONE).previous


def dry_run(proposal: PolicyVersion, quarter: Quarter, at: datetime) -> Trial:
    """Judge each change of the quarter once more, by the proposal; `proposal` may be unsaved."""
    policy, judged, found = proposal.as_policy(), 0, []
    for judgement in _judgements(quarter, at):
        judged += 1
        flips = flips_of(judgement.facts, judgement.findings, policy)
        if flips:
            found.append(ChangeFlips(judgement.change, flips))
    return Trial(
        quarter,
        judged,
        _those(found, "would_fail"),
        _those(found, "would_be_unknown"),
        _those(found, "would_clear"),
    )


def result_of(run: Trial) -> dict[str, Any]:
    """As a row keeps it. The same record and the same proposal give the same result."""
    lists = ("would_fail", "would_be_unknown", "would_clear")
    said = {name: [_row(row) for row in getattr(run, name)] for name in lists}
    return {"sentence": run.sentence, "judged": run.judged, **said}


def kept_dry_runs(version: PolicyVersion) -> tuple[DryRun | None, DryRun | None]:
    """The newest that is done, and the newest of all, which may be under way or have failed."""
    runs = version.dry_runs.select_related("asked_by")
    return runs.filter(state=DryRunState.DONE).first(), runs.first()


def _row(row: ChangeFlips) -> dict[str, Any]:
    return {
        "change": {"key": row.change.key},
        "flips": [
            {"rule": flip.rule, "before": _said(flip.before), "after": _said(flip.after)}
            for flip in row.flips
        ],
    }


def _said(finding: Finding) -> dict[str, str]:
    return {"verdict": finding.verdict.value, "sentence": finding.sentence}


def _judgements(quarter: Quarter, at: datetime) -> Iterator[Judgement]:
    """In slices, so that memory does not grow with the quarter."""
    counted = ChangeRequest.objects.filter(
        counted_at__gte=quarter.start, counted_at__lt=quarter.end
    )
    keys = list(counted.order_by("number").values_list("pk", flat=True))
    for start in range(0, len(keys), SLICE):
        rows = ChangeRequest.objects.filter(pk__in=keys[start : start + SLICE])
        yield from judgements_of(with_record(rows.order_by("number")), at)


def _those(found: list[ChangeFlips], name: str) -> list[ChangeFlips]:
    chosen = ((row, tuple(flip for flip in row.flips if getattr(flip, name))) for row in found)
    return [ChangeFlips(row.change, flips) for row, flips in chosen if flips]
