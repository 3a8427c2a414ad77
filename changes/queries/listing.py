"""The list of changes: who may see what, search, filters, order, pages."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.core.paginator import Page, Paginator
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from changes.keys import parse_key
from changes.models import Approval, ChangeRequest, Person, PullRequest, System
from changes.quarters import Quarter
from changes.queries.judgements import Judgement, judgements_of
from changes.queries.record import with_record
from changes.rules import Finding
from changes.vocabulary import Category, State

PAGE_SIZE = 25
# Whether something is open is judged, not stored: so many changes are judged for one page.
JUDGED_AT_ONCE = 500
OVER = frozenset({State.WITHDRAWN, State.REJECTED})

SORTS: dict[str, tuple[str, ...]] = {
    "key": ("number",),
    "title": ("title", "number"),
    "category": ("category", "-number"),
    "state": ("state", "-number"),
    "requester": ("requester__name", "-number"),
    "counted": ("counted_at", "number"),
}


class TooManyToJudge(Exception):
    """More changes match than are judged at once."""


@dataclass(frozen=True)
class Selection:
    """What a person asked to see; `sort` is a name of SORTS, with a minus for downwards."""

    text: str = ""
    quarter: Quarter | None = None
    category: Category | None = None
    state: State | None = None
    system: System | None = None
    person: str = ""
    only_open: bool = False
    sort: str = "-key"


@dataclass(frozen=True)
class ListedChange:
    change: ChangeRequest
    judgement: Judgement

    @property
    def waits_for(self) -> Finding | None:
        """The one thing to do next; of a request that went no further there is none."""
        return None if State(self.change.state) in OVER else self.judgement.waits_for


def visible_to(person: Person) -> QuerySet[ChangeRequest]:
    """Every role reads every change (docs/decisions/0005); a person without a role reads none."""
    return ChangeRequest.objects.all() if person.roles else ChangeRequest.objects.none()


def selected(changes: QuerySet[ChangeRequest], selection: Selection) -> QuerySet[ChangeRequest]:
    """Everything that matches but for `only_open`, in order."""
    wanted = Q()
    if selection.text:
        wanted &= _mentions(selection.text)
    if selection.quarter:
        wanted &= Q(counted_at__gte=selection.quarter.start, counted_at__lt=selection.quarter.end)
    if selection.category:
        wanted &= Q(category=selection.category)
    if selection.state:
        wanted &= Q(state=selection.state)
    if selection.system:
        wanted &= Q(systems=selection.system)
    if selection.person:
        wanted &= _involves(selection.person)
    return changes.filter(wanted).order_by(*_order(selection.sort))


def listed_page(
    changes: QuerySet[ChangeRequest], selection: Selection, number: int | str, at: datetime
) -> Page[ListedChange]:
    """One page, judged; `number` may be "last". Raises Django's InvalidPage, TooManyToJudge."""
    if selection.only_open:
        rows = list(open_ones(changes, selection, at))
        return Paginator(rows, PAGE_SIZE).page(_number(number, len(rows)))
    found = Paginator(selected(changes, selection).values_list("pk", flat=True), PAGE_SIZE)
    page = found.page(_number(number, found.count))
    return Page(judged_rows(page.object_list, at), page.number, cast("Paginator[Any]", found))


def judged_rows(keys: Iterable[int], at: datetime) -> list[ListedChange]:
    """The changes of these primary keys, in this order, in a fixed number of queries."""
    keys = list(keys)
    rows = {row.change.pk: row for row in judged(ChangeRequest.objects.filter(pk__in=keys), at)}
    return [rows[key] for key in keys]


def judged(changes: QuerySet[ChangeRequest], at: datetime) -> list[ListedChange]:
    return [ListedChange(j.change, j) for j in judgements_of(with_record(changes), at)]


def open_ones(
    changes: QuerySet[ChangeRequest], selection: Selection, at: datetime
) -> Iterator[ListedChange]:
    """Those of the selection that wait for something."""
    matching = selected(changes, selection)
    if matching[: JUDGED_AT_ONCE + 1].count() > JUDGED_AT_ONCE:
        raise TooManyToJudge
    yield from (row for row in judged(matching, at) if row.waits_for)


def _number(number: int | str, count: int) -> int | str:
    return max(1, -(-count // PAGE_SIZE)) if number == "last" else number


def _mentions(text: str) -> Q:
    """The key, the title, a pull request's number, or a person's name."""
    found = Q(title__icontains=text) | Q(requester__name__icontains=text)
    number = parse_key(text)
    if number is not None:
        found |= Q(number=number)
    digits = text.removeprefix("#")
    if digits.isascii() and digits.isdigit() and len(digits) <= 12:
        pulls = PullRequest.objects.filter(change=OuterRef("pk"), number=int(digits))
        found |= Q(Exists(pulls)) | Q(number=int(digits))
    return found


def _involves(name: str) -> Q:
    """The requester, or somebody who decided on it or opened its pull request."""
    approvals = Approval.objects.filter(change=OuterRef("pk"), person__name__icontains=name)
    pulls = PullRequest.objects.filter(change=OuterRef("pk"), author__name__icontains=name)
    return Q(requester__name__icontains=name) | Q(Exists(approvals)) | Q(Exists(pulls))


def _order(sort: str) -> list[str | F]:
    """Downwards turns every column round; changes that count in no quarter come last."""
    is_down, name = sort.startswith("-"), sort.removeprefix("-")
    first, *others = SORTS[name]
    ordered = F(first).desc(nulls_last=True) if is_down else F(first).asc(nulls_last=True)
    return [ordered, *others]  # type: ignore[list-item]
