"""Every live record against the entry that tells of it last."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.db import models

from evidence.ledger.canonical import canonical, sha256_hex
from evidence.ledger.check_log import Progress
from evidence.ledger.commitments import opens
from evidence.ledger.coverage import covered_models
from evidence.ledger.differences import Differences
from evidence.ledger.latest import REMOVED, UNKNOWN, Latest
from evidence.ledger.records import links_of, private_values, record_name, record_values
from evidence.ledger.sequence import seal
from evidence.ledger.shapes import BODIES
from evidence.models import Disclosure, Event, Leaf
from evidence.packages.snapshot import snapshot

AT_ONCE = 500


class Told(NamedTuple):
    """What the log says of a record."""

    event: str
    sha256: str
    canonical: bytes
    opened: dict[str, Any]


def check_records(latest: Latest, differences: Differences, progress: Progress) -> int:
    """How many live records were compared. `latest` is used up."""
    total = sum(model._meta.base_manager.count() for model in covered_models())
    done = 0
    for model in covered_models():
        for rows in _batches(model):
            _check_batch(rows, latest, differences)
            done += len(rows)
            progress(done, total)
    _name_missing(latest, differences)
    return done


def check_named(records: Sequence[str], differences: Differences) -> None:
    """These alone, each against what the log tells of it by now: people may be at work."""
    for start in range(0, len(records), AT_ONCE):
        seal()
        with snapshot():
            settled, latest = _latest_of(records[start : start + AT_ONCE])
            for rows in _rows_of(settled):
                _check_batch(rows, latest, differences)
            _name_missing(latest, differences)


def _name_missing(latest: Latest, differences: Differences) -> None:
    for record, index in latest.left():
        differences.add(f"{record}: its row is missing; entry {index} tells of it last.")


def _latest_of(records: Sequence[str]) -> tuple[set[str], Latest]:
    """But for those of which something is told this moment: they are the next check's."""
    events = Event.objects.filter(record__in=records)
    waiting = set(events.filter(leaf__isnull=True).values_list("record", flat=True))
    places = events.exclude(record__in=waiting).order_by("leaf__index")
    latest = Latest()
    for place in places.values_list("record", "type", "leaf__index"):
        latest.add(*place)
    return set(records) - waiting, latest


def _rows_of(records: set[str]) -> Iterator[list[models.Model]]:
    keys: dict[str, list[int]] = {}
    for record in records:
        name, _, key = record.partition(":")
        if key.isdecimal():
            keys.setdefault(name, []).append(int(key))
    for model in covered_models():
        wanted = keys.get(model._meta.model_name or "", [])
        large = BODIES.get(model._meta.model_name or "", ())[:1]
        if wanted and (rows := list(model._meta.base_manager.filter(pk__in=wanted).defer(*large))):
            yield rows


def _check_batch(rows: list[models.Model], latest: Latest, differences: Differences) -> None:
    links, places = links_of(rows), {}
    for row in rows:
        index = latest.take(name := record_name(row))
        if index >= 0:
            places[name] = index
        elif index == UNKNOWN:
            differences.add(f"{name}: a row too many; no entry of the log tells of it.")
        elif index == REMOVED:
            differences.add(f"{name}: a row too many; the log says that it was removed.")
    told = _told(list(places.values()))
    for row in rows:
        place = places.get(record_name(row))
        if place is not None and place in told:
            _compare(row, links[row.pk], told[place], place, differences)


def _compare(
    row: models.Model, links: Any, told: Told, index: int, differences: Differences
) -> None:
    name = record_name(row)
    if _digest(record_values(row, links)) != told.sha256:
        differences.add(f"{name}: its row was altered; it is not what entry {index} tells of it.")
    if not has_its_body(row):
        differences.add(f"{name}: its body was altered; it has not the SHA-256 that is told of it.")
    live = private_values(row)
    if not live and b'"commitments":{}' in told.canonical:
        return
    held = json.loads(told.canonical)["commitments"]
    for field in sorted(live.keys() | held.keys()):
        sentence = _private_difference(told, held, field, live.get(field))
        if sentence:
            differences.add(f"{name}: {sentence}")


def has_its_body(row: models.Model) -> bool:
    """Of bytes that the log tells by their digest alone."""
    names = BODIES.get(row._meta.model_name or "")
    if names is None:
        return True
    body, sha256 = (getattr(row, name) for name in names)
    return bool(sha256_hex(bytes(body)) == sha256)


def _private_difference(told: Told, held: dict[str, str], field: str, value: object) -> str:
    if field not in held:
        return f"{field} was filled in; the last entry tells of none."
    if field not in told.opened:
        return f"{field} cannot be compared: its salt is gone, and no erasure was recorded."
    kept = told.opened[field]
    salt = kept[0] if isinstance(kept, list) and kept else None
    if value is None or not opens([salt, value], told.event, field, held[field]):
        return f"{field} was altered; it is not the text that the last entry commits to."
    return ""


def _told(indices: list[int]) -> dict[int, Told]:
    """By their keys, one table after the other: no plan of a database, however little it knows of
    the tables, reads more than these rows.
    """
    events = dict(Leaf.objects.filter(index__in=indices).values_list("index", "event_id"))
    columns = Event.objects.filter(pk__in=list(events.values())).values_list(
        "pk", "record_sha256", "canonical"
    )
    opened = dict(
        Disclosure.objects.filter(pk__in=list(events.values())).values_list("pk", "values")
    )
    told = {
        key: Told(str(key), sha256, bytes(stored), _readable(opened.get(key)))
        for key, sha256, stored in columns
    }
    return {index: told[key] for index, key in events.items() if key in told}


def _readable(opened: Any) -> dict[str, Any]:
    return opened if isinstance(opened, dict) else {}


def _digest(values: dict[str, Any]) -> str:
    """As `canonical` has it. Where all is ASCII and nothing is a float, which no record holds,
    Python's own JSON gives the same bytes ten times as fast.
    """
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256_hex(text.encode() if text.isascii() else canonical(values))


def _batches(model: type[models.Model]) -> Iterator[list[models.Model]]:
    large = BODIES.get(model._meta.model_name or "", ())[:1]
    rows = model._meta.base_manager.order_by("pk").defer(*large)  # read one by one
    batch = list(rows[:AT_ONCE])
    while batch:
        yield batch
        batch = list(rows.filter(pk__gt=batch[-1].pk)[:AT_ONCE])
