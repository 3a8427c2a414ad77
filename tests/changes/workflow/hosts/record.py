"""Everything that hosts tell, as plain values: equal where the record is the same."""

from typing import Any

from django.db.models import Model, QuerySet

from changes.models import (
    Alert,
    ChangeRequest,
    Commit,
    Deployment,
    Login,
    Person,
    PipelineRun,
    PullRequest,
    Repository,
    RepositoryNews,
    Review,
)

RECORDED: tuple[type[Model], ...] = (
    Alert,
    ChangeRequest,
    Commit,
    Deployment,
    Login,
    Person,
    PipelineRun,
    PullRequest,
    Repository,
    RepositoryNews,
    Review,
)
# What tells when the portal learnt of something, and not what it learnt.
LEFT_OUT = {"id", "password", "joined_at"}


def record() -> dict[str, list[str]]:
    return {model.__name__: sorted(_rows(model._default_manager.all())) for model in RECORDED}


def _rows(rows: "QuerySet[Any]") -> list[str]:
    return [
        ", ".join(
            f"{field.name}={getattr(row, field.name)!s}"
            for field in row._meta.concrete_fields
            if field.name not in LEFT_OUT
        )
        for row in rows
    ]
