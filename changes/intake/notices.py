"""What is worth knowing of a history that was read, though it stops nothing."""

from collections.abc import Iterator, Mapping

from changes.intake.attribution import Belonging, named_number
from changes.intake.commits import History, HistoryCommit
from changes.intake.identities import LOGIN_MAXIMUM, NAME_MAXIMUM


def add_notices(history: History, belongings: Mapping[str, Belonging]) -> None:
    """Differing claims, and once each the names that are too long for the record."""
    cut: set[str] = set()
    for commit in history.commits.values():
        if commit.makes_claim:
            _check_claim(history, commit, belongings[commit.sha])
        for text, maximum in _long_names(commit):
            if text not in cut:
                cut.add(text)
                history.add_notice(
                    commit.line,
                    f"A name of {len(text)} characters is cut to {maximum}; in full: {text}",
                )


def _long_names(commit: HistoryCommit) -> Iterator[tuple[str, int]]:
    for signature in commit.signatures():
        for text, maximum in ((signature.name, NAME_MAXIMUM), (signature.email, LOGIN_MAXIMUM)):
            if len(text) > maximum:
                yield text, maximum


def _check_claim(history: History, commit: HistoryCommit, belonging: Belonging) -> None:
    """The data may speak of the subject alone or of where the commit belongs: either agrees."""
    claimed = commit.claimed_number
    if claimed in (belonging.number, named_number(commit.subject)[0]) and claimed is not True:
        return
    ours = "no pull request" if belonging.number is None else f"pull request {belonging.number}"
    theirs = "no pull request" if claimed is None else str(claimed)[:40]
    history.add_notice(
        commit.line,
        f"Commit {commit.sha[:12]} says pr_number: {theirs}, and the history shows {ours}:"
        " the history counts.",
    )
