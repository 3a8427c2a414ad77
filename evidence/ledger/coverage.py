"""Which models carry evidence: everything in `changes`, and what is named here of `evidence`.

A new model of `changes` is covered without being asked: each of its rows needs an event whose
digest it matches, or `verify_ledger` names it. What is left out stands here, with the reason.
"""

from django.apps import apps
from django.db import models

from evidence.models import Erasure, LogKey, ManagementResponse, Package

OF_EVIDENCE: tuple[type[models.Model], ...] = (Package, LogKey, Erasure, ManagementResponse)
LEFT_OUT: dict[str, str] = {
    "evidence.Event": "is the log itself",
    "evidence.Leaf": "is the log itself",
    "evidence.Disclosure": "opens an event, which commits to it",
    "evidence.Checkpoint": "is signed, and repeats the root of the log",
    "evidence.TimeStamp": "is signed by somebody else, over a checkpoint",
    "evidence.LedgerCheck": "says what was found; it is found again by checking again",
    "evidence.CompileJob": "is work under way; its result is a package",
    "evidence.CompilePart": "is work under way; its result is a package",
}


def covered_models() -> list[type[models.Model]]:
    own = apps.get_app_config("changes").get_models()
    return [m for m in (*own, *OF_EVIDENCE) if m._meta.label not in LEFT_OUT]
