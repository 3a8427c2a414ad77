"""The diff of a revision, from a clone on disk. Nothing is fetched: whoever keeps it does that."""

from pathlib import Path

from changes.intake.commits import Unusable
from changes.intake.git_folder import GitFolder
from changes.intake.hosts.diffs import TOO_LARGE, Diff, WantedDiff

TEXT_MAXIMUM = 20 * 1024 * 1024
# As hosts draw them; nothing of the clone's own settings or attributes counts.
DIFF = ("diff", "--no-ext-diff", "--no-textconv", "--no-color", "--full-index", "--find-renames")
MERGED = "It is merged already: the clone no longer shows what it brought."


def clone_in(folder: Path, repository: str) -> Path | None:
    """Where the clone of a repository lies, if one does. A name never leads out of the folder."""
    for name in (f"{repository}.git", repository):
        path = (folder / name).resolve()
        if folder.resolve() in path.parents and path.is_dir():
            return path
    return None


def diff_in(path: Path, wanted: WantedDiff) -> Diff:
    """Raises Unusable where the clone does not have it."""
    folder = GitFolder(path)
    revision = folder.commit(wanted.revision)
    if not revision:
        raise Unusable(f"The clone does not have {wanted.revision[:12]} yet.")
    bases = _bases_of_merge if wanted.is_merge else _bases_of_head
    texts: list[bytes] = []
    paths: tuple[str, ...] | None = None
    for base in bases(folder, wanted, revision):
        text = folder.output(*DIFF, base, revision, "--", maximum=TEXT_MAXIMUM)
        names = folder.output("diff", "--name-only", "--no-renames", "-z", base, revision, "--")
        if text is None:
            return Diff(problem=TOO_LARGE)
        texts.append(text)
        paths = _names(names)
    return Diff(tuple(texts), paths if len(texts) == 1 else None)


def _bases_of_head(folder: GitFolder, wanted: WantedDiff, revision: str) -> list[str]:
    """Where it left the branch. Once it is merged the branch holds it: what the merge came on top
    of does not.
    """
    _, tip = folder.tip(wanted.branch)
    base = folder.line("merge-base", tip, revision)
    if base == revision and (merge := folder.commit(wanted.merged_as) if wanted.merged_as else ""):
        base = folder.line("merge-base", f"{merge}^1", revision)
    if not base or base == revision:
        raise Unusable(MERGED if base else f"{wanted.branch} and it have no commit in common.")
    return [base]


def _bases_of_merge(folder: GitFolder, wanted: WantedDiff, revision: str) -> list[str]:
    """Its first parent; for one of several rebased commits, the one before all of them."""
    parents = folder.line("rev-list", "--parents", "-n", "1", revision).split()[1:]
    if not parents:
        raise Unusable("The first commit of a repository merges nothing.")
    count = wanted.commit_count or 1
    before = folder.commit(f"{revision}~{count}") if len(parents) == 1 and count > 1 else ""
    return [parents[0], *([before] if before else [])]


def _names(output: bytes | None) -> tuple[str, ...] | None:
    if output is None:
        return None
    return tuple(name.decode(errors="replace") for name in output.split(b"\0") if name)
