"""How a word looks: its tone and its icon. A state is always an icon and a word."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Look:
    tone: str
    icon: str


_NEUTRAL = Look("neutral", "circle")
_LOOKS: dict[str, Look] = {
    # verdicts and outcomes
    "passed": Look("passed", "circle-check"),
    "failed": Look("failed", "circle-x"),
    "not_applicable": Look("neutral", "circle-minus"),
    "unknown": Look("unknown", "circle-question-mark"),
    "waiting": Look("waiting", "clock"),
    "healthy": Look("passed", "circle-check"),
    "halted": Look("failed", "octagon-x"),
    "succeeded": Look("passed", "circle-check"),
    "cancelled": Look("neutral", "ban"),
    # states of a change
    "draft": Look("neutral", "file-pen"),
    "submitted": Look("waiting", "send"),
    "deploying": Look("waiting", "rocket"),
    "deployed": Look("waiting", "rocket"),
    "verified": Look("passed", "shield-check"),
    "closed": Look("passed", "lock"),
    "rejected": Look("failed", "ban"),
    "withdrawn": Look("neutral", "undo-2"),
    "rolled_back": Look("failed", "history"),
    "recorded": Look("neutral", "archive"),
    # categories
    "standard": Look("neutral", "book-open"),
    "normal": Look("neutral", "git-pull-request"),
    "emergency": Look("failed", "siren"),
    # decisions and reviews
    "approved": Look("passed", "circle-check"),
    "changes_requested": Look("failed", "circle-x"),
    "commented": Look("neutral", "message-square"),
    "dismissed": Look("neutral", "circle-minus"),
    "proposed": Look("waiting", "file-pen"),
    # reconciliation
    "matched": Look("passed", "circle-check"),
    "matched_late": Look("unknown", "history"),
    "unmatched": Look("failed", "circle-x"),
    # exceptions
    "open": Look("failed", "circle-alert"),
    "overdue": Look("failed", "alarm-clock"),
    "answered": Look("waiting", "message-square"),
    # jobs
    "queued": Look("waiting", "hourglass"),
    "running": Look("waiting", "loader"),
    "done": Look("passed", "circle-check"),
    "sent": Look("passed", "circle-check"),
    "sending": Look("waiting", "loader"),
    "unconfirmed": Look("unknown", "circle-question-mark"),
    "handled": Look("passed", "circle-check"),
    "ignored": Look("neutral", "circle-minus"),
    "interim": Look("unknown", "hourglass"),
    # marks
    "imported": Look("unknown", "archive-restore"),
    "retroactive": Look("unknown", "history"),
    "late": Look("unknown", "history"),
    "later_policy": Look("unknown", "scale"),
    "infrastructure": Look("neutral", "layers"),
    # moments of a story
    "pull_request": Look("neutral", "git-pull-request"),
    "merged": Look("neutral", "git-merge"),
    "commits": Look("neutral", "git-commit-horizontal"),
    "gate_results": Look("neutral", "list-checks"),
    "runs": Look("neutral", "workflow"),
    "release": Look("waiting", "key-round"),
    "stage": Look("waiting", "signal"),
    "alert": Look("failed", "bell-ring"),
    "void": Look("unknown", "circle-slash"),
    "window_exception": Look("unknown", "calendar"),
    "document": Look("neutral", "file-text"),
    "post_mortem": Look("unknown", "notebook-pen"),
    "reviewed": Look("passed", "notebook-pen"),
    # levels of a message
    "debug": Look("neutral", "info"),
    "info": Look("waiting", "info"),
    "success": Look("passed", "circle-check"),
    "warning": Look("unknown", "triangle-alert"),
    "error": Look("failed", "circle-x"),
}


def look_of(word: str) -> Look:
    return _LOOKS.get(str(word), _NEUTRAL)
