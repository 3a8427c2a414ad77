"""Which pull request a commit belongs to (contract: attribution of commits).

The last `(#N)` at the subject's end; else `Merge pull request #N` at its start; else, off the
branch's first-parent chain, the first merge that brought the commit in and names one.
"""

import re
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass

from changes.intake.ancestry import Ancestry
from changes.intake.commits import History
from changes.vocabulary import Attribution

# Pull requests count from 1; fifteen digits are kept exactly by JSON and by the database.
_NUMBER = "0*([1-9][0-9]{0,14})"
_AT_THE_END = re.compile(rf"\(#{_NUMBER}\)$")
_OF_A_MERGE = re.compile(rf"Merge pull request #{_NUMBER}(?![0-9])")
_REVERT = re.compile(
    r'Revert "|revert(\([^()]*\))?!?:|\w+(\([^()]*\))?!?: *revert\b', re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Belonging:
    """`merge` brought a side commit in, the one that names its pull request if there is one;
    `entry` is the commit with which it reached the branch, itself if it stands on the branch.
    """

    number: int | None
    how: Attribution
    merge: str
    entry: str


def named_number(subject: str) -> tuple[int | None, Attribution]:
    """The pull request that a subject names, and in which way."""
    trimmed = subject.strip()
    if at_the_end := _AT_THE_END.search(trimmed[-40:]):
        return int(at_the_end[1]), Attribution.SUBJECT
    if of_a_merge := _OF_A_MERGE.match(trimmed):
        return int(of_a_merge[1]), Attribution.MERGE_SUBJECT
    return None, Attribution.NONE


def title_of(subject: str, number: int) -> str:
    """The subject without the number at its end."""
    return _AT_THE_END.sub("", subject.strip()).strip() or f"Pull request #{number}"


def is_revert(subject: str) -> bool:
    """As git and hosts write it (`Revert "..."`), or a conventional commit that says revert."""
    return _REVERT.match(subject) is not None


def attribute(history: History) -> dict[str, Belonging]:
    """For each revision that is known of, in topological order, oldest first."""
    ancestry = Ancestry(history.links)
    branch = ancestry.branch()
    entries = _entries(ancestry, branch, history.breaks)
    named = [named_number(link.subject) for link in ancestry.order]
    numbers = [number for number, _ in named]
    merges = _first_naming_merges(ancestry, entries, numbers, history.breaks)
    belongings = {}
    for position, link in enumerate(ancestry.order):
        number, how = named[position]
        entry = entries[position]
        merge = None if entry == position else merges.get(position, entry)
        if number is None and position in merges:
            number, how = numbers[merges[position]], Attribution.MERGE_COMMIT
        belongings[link.sha] = Belonging(
            number,
            how,
            merge="" if merge is None else ancestry.order[merge].sha,
            entry=ancestry.order[position if entry is None else entry].sha,
        )
    return belongings


def _entries(ancestry: Ancestry, branch: set[int], breaks: Sequence[int]) -> list[int | None]:
    """With which commit of the branch each one came in; None where that cannot be known.

    Where an unreadable line tore the branch, what stands before that line may have been on
    the branch long before a younger merge reaches it by another way.
    """
    oldest = ancestry.order[min(branch)].line
    torn_at = max((line for line in breaks if line < oldest), default=0)
    return [
        entry if position in branch or ancestry.order[position].line > torn_at else None
        for position, entry in enumerate(ancestry.entries(branch))
    ]


def _first_naming_merges(
    ancestry: Ancestry,
    entries: Sequence[int | None],
    numbers: Sequence[int | None],
    breaks: Sequence[int],
) -> dict[int, int]:
    """For each commit off the branch the oldest merge that brought it in and names a pull request.

    What a merge on the branch brought in are the commits that entered with it; what a merge
    elsewhere brought in has to be walked. A walk does not look across an unreadable line.
    """
    first = {
        position: entry
        for position, entry in enumerate(entries)
        if entry not in (None, position) and numbers[entry] is not None
    }
    lines = [bisect(breaks, link.line) for link in ancestry.order]
    for merge, parents in enumerate(ancestry.parents):
        if len(parents) > 1 and entries[merge] != merge and numbers[merge] is not None:
            for position in ancestry.brought_in_by(merge):
                if entries[position] != position and lines[position] == lines[merge]:
                    first[position] = min(merge, first.get(position, merge))
    return first
