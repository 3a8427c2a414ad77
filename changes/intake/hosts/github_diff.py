"""GitHub: the diff of a revision, from its REST API. Addresses are pinned to revisions, so that
a push in between changes nothing; the list of files is not, and counts for the head only.
"""

from collections.abc import Generator

from changes.intake.hosts.asking import PAGE_SIZE, Ask, Told, pages_of
from changes.intake.hosts.diffs import TOO_LARGE, Asking, Diff, WantedDiff, all_paths
from changes.intake.hosts.fields import Fields
from changes.intake.hosts.github_rest import root_of

RAW = "application/vnd.github.diff"
NOT_ACCEPTABLE, UNPROCESSABLE = 406, 422
MANY_COMMITS = "It merges more commits than the portal looks through."


def diff_of(wanted: WantedDiff) -> Asking:
    root = root_of(wanted.repository)
    if wanted.is_merge:
        return (yield from _of_merge(root, wanted))
    return (yield from _of_head(root, wanted))


def _of_head(root: str, wanted: WantedDiff) -> Asking:
    """GitHub lists 3,000 files at most, so their number is compared."""
    listed = yield from pages_of(f"{root}/pulls/{wanted.number}/files")
    pull = (yield Ask(f"{root}/pulls/{wanted.number}")).fields
    base, head = pull.object("base").sha("sha"), pull.object("head").sha("sha")
    is_listed = listed is not None and len(listed) == pull.maybe_number("changed_files")
    paths = _paths(listed or []) if is_listed and head == wanted.revision else None
    text = yield from _raw(f"{root}/compare/{base}...{wanted.revision}")
    return Diff((text,), paths) if text else Diff((), paths, TOO_LARGE)


def _of_merge(root: str, wanted: WantedDiff) -> Asking:
    """Against its first parent: a merge commit and a squashed one hold all of it. One of several
    rebased commits does not, and looks like a squashed one.
    """
    commit = (yield Ask(f"{root}/commits/{wanted.revision}")).fields
    parents = list(commit.objects("parents"))
    text = yield from _raw(f"{root}/commits/{wanted.revision}")
    if text is None:
        return Diff(problem=TOO_LARGE)
    if len(parents) > 1 or wanted.commit_count == 1:
        return Diff((text,))
    base = yield from _before(root, wanted)
    if base is None:
        return Diff((text,), problem=MANY_COMMITS) if wanted.commit_count else Diff((text,))
    rebased = yield from _raw(f"{root}/compare/{base}...{wanted.revision}")
    return Diff((text, rebased)) if rebased else Diff(problem=TOO_LARGE)


def _before(root: str, wanted: WantedDiff) -> Generator[Ask, Told, str | None]:
    """The commit before as many as the pull request has, on a line without merges."""
    count = wanted.commit_count or 0
    if not 1 < count < PAGE_SIZE:
        return None
    parameters = {"sha": wanted.revision, "per_page": str(count + 1)}
    listed = (yield Ask(f"{root}/commits", parameters=parameters)).items
    line = [fields.sha("sha") for fields in listed]
    parents = [[p.sha("sha") for p in fields.objects("parents")] for fields in listed]
    is_line = len(line) == count + 1 and all(
        parents[place] == [line[place + 1]] for place in range(count)
    )
    return line[-1] if is_line else None


def _raw(path: str) -> Generator[Ask, Told, bytes | None]:
    told = yield Ask(path, accept=RAW, passes=frozenset({NOT_ACCEPTABLE, UNPROCESSABLE}))
    return told.body if told.status < NOT_ACCEPTABLE else None


def _paths(files: list[Fields]) -> tuple[str, ...]:
    return all_paths(
        tuple(f.text("filename") for f in files),
        tuple(f.maybe_text("previous_filename") or "" for f in files),
    )
