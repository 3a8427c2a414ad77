"""GitLab: the diff of a revision, from its REST API (`raw_diffs` and `diffs`)."""

from urllib.parse import quote

from changes.intake.hosts.asking import Ask, pages_of
from changes.intake.hosts.diffs import TOO_LARGE, Asking, Diff, WantedDiff, all_paths
from changes.intake.hosts.fields import Fields

MOVED_ON = "The merge request had moved on before its diff was asked for."
OF_MERGE = "GitLab hands on no raw diff of a commit: give the portal a clone of the repository."


def diff_of(wanted: WantedDiff) -> Asking:
    """Both are of the latest version: it is asked last which one that is."""
    if wanted.is_merge:
        return Diff(problem=OF_MERGE)
    root = f"/projects/{quote(wanted.repository, safe='')}/merge_requests/{wanted.number}"
    listed = yield from pages_of(f"{root}/diffs")
    raw = yield Ask(f"{root}/raw_diffs", accept="text/plain")
    if (yield Ask(root)).fields.sha("sha") != wanted.revision:
        return Diff(problem=MOVED_ON)
    paths = None if listed is None else _paths(listed)
    return Diff((raw.body,), paths) if raw.body else Diff((), paths, TOO_LARGE)


def _paths(files: list[Fields]) -> tuple[str, ...]:
    return all_paths(
        tuple(f.text("new_path") for f in files), tuple(f.text("old_path") for f in files)
    )
