"""Stories from their files, `017-two-lengths.toml`: numbered in the order of time."""

import tomllib
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from changes.sample.story import (
    ActionLine,
    ApprovalLine,
    CommitLine,
    FileLine,
    Gates,
    IncidentReview,
    Kpi,
    Leave,
    PostMortemLine,
    ReviewLine,
    RollbackPlan,
    Rollout,
    Story,
)
from changes.vocabulary import ApprovalRole, Category, DocumentKind, ReviewState, RollbackTrigger

FOLDER = Path(__file__).parent / "stories"
ZONE = ZoneInfo("America/Los_Angeles")
SHAPES: Mapping[str, Callable[..., object]] = {
    "commits": CommitLine,
    "reviews": ReviewLine,
    "approvals": ApprovalLine,
    "files": FileLine,
    "actions": ActionLine,
    "gates": Gates,
    "leave": Leave,
    "rollout": Rollout,
    "kpi": Kpi,
    "rollback": RollbackPlan,
    "post_mortem": PostMortemLine,
    "incident_review": IncidentReview,
}
WORDS: Mapping[str, Callable[[str], object]] = {
    "category": Category,
    "role": ApprovalRole,
    "state": ReviewState,
    "trigger": RollbackTrigger,
}


def read_stories() -> list[Story]:
    """In the order of time, which is also the order of their files."""
    return [_read(path) for path in sorted(FOLDER.glob("*.toml"))]


def _read(path: Path) -> Story:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    values = {name: _value(name, value) for name, value in table.items()}
    values["documents"] = tuple(DocumentKind(kind) for kind in table.get("documents", []))
    try:
        return Story(name=path.stem.partition("-")[2], **values)
    except TypeError as error:
        raise ValueError(f"{path.name}: {error}") from error


def _value(name: str, value: Any) -> Any:
    match value:
        case list():
            return tuple(_value(name, item) for item in value)
        case dict():
            inner = {key: _value(key, item) for key, item in value.items()}
            return SHAPES.get(name, dict)(**inner)
        case datetime():
            return value.replace(tzinfo=ZONE)
        case str():
            return WORDS.get(name, _unfolded)(value)
    return value


def _unfolded(text: str) -> str:
    """A paragraph wrapped in its file is one line in the record; a blank line parts two."""
    paragraphs = text.strip().split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
