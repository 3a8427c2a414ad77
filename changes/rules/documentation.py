"""Documentation: what the request declares, held against the files that were touched."""

from collections.abc import Mapping
from fnmatch import fnmatchcase

from changes.rules.facts import ChangeFacts
from changes.rules.findings import Finding, failed, not_applicable, passed, unknown, waiting
from changes.rules.policy import Policy
from changes.rules.without_code import asks_for_code
from changes.vocabulary import DocumentKind, label


@asks_for_code
def documents_match_paths(facts: ChangeFacts, policy: Policy) -> Finding:
    """Every document that is declared, or that the touched files ask for, was touched, or is
    waived with a reason by somebody who did not make the change.
    """
    rule = "documents_match_paths"
    paths = facts.touched_paths
    if paths is None:
        found = waiting if not facts.is_deployed and not facts.is_imported else unknown
        return found(rule, "Which files it touches is not known.")
    touched = [kind for kind in DocumentKind if _matches(paths, policy.document_paths, kind)]
    asked = [kind for kind in DocumentKind if _matches(paths, policy.document_triggers, kind)]
    declared = [document.kind for document in facts.documents]
    waived = {document.kind for document in facts.documents if _is_waived(facts, document.kind)}
    wanted = [kind for kind in DocumentKind if kind in (*declared, *asked)]
    lacking = [kind for kind in wanted if kind not in touched and kind not in waived]
    if lacking:
        reasons = " ".join(_why(kind, declared) for kind in lacking)
        return (failed if facts.is_deployed else waiting)(rule, reasons, lacking=lacking)
    if not wanted:
        return not_applicable(rule, "It declares no document, and its files ask for none.")
    excused = [label(kind) for kind in wanted if kind not in touched]
    done = [label(kind) for kind in wanted if kind in touched]
    sentences = [f"Updated: {', '.join(done)}."] if done else []
    sentences += [f"Waived: {', '.join(excused)}."] if excused else []
    return passed(rule, " ".join(sentences))


def _matches(
    paths: frozenset[str], patterns: Mapping[str, tuple[str, ...]], kind: DocumentKind
) -> bool:
    wanted = patterns.get(kind.value, ())
    return any(fnmatchcase(path, pattern) for path in paths for pattern in wanted)


def _is_waived(facts: ChangeFacts, kind: DocumentKind) -> bool:
    return any(
        document.kind is kind
        and document.waiver_reason.strip()
        and document.waived_by is not None
        and document.waived_by.is_human
        and document.waived_by.id not in facts.authors
        for document in facts.documents
    )


def _why(kind: DocumentKind, declared: list[DocumentKind]) -> str:
    name = label(kind)
    if kind in declared:
        return f"The request declares the {name}, but no file of it was touched: update it."
    return f"The files it touches ask for the {name}: update it, or have it waived."
