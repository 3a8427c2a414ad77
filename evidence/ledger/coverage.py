"""Which models carry evidence: all of `changes` and of `evidence` but those that are left out here.

A new model is covered without being asked: each of its rows needs an event whose digest it matches,
or `verify_ledger` names it. So whoever writes a row announces it, and whoever has a reason not to
gives it here.
"""

from django.apps import apps
from django.db import models

APPS = ("changes", "evidence")
LEFT_OUT: dict[str, str] = {
    "changes.KeptReply": "repeats an answer; what the answer is about has its own event",
    "evidence.Event": "is the log itself",
    "evidence.Leaf": "is the log itself",
    "evidence.WaitingEvent": "is work under way: which events are to get their leaf",
    "evidence.Disclosure": "opens an event, which commits to it",
    "evidence.Checkpoint": "is signed, and repeats the root of the log",
    "evidence.TimeStamp": "is signed by somebody else, over a checkpoint",
    "evidence.LedgerCheck": "says what was found; it is found again by checking again",
    "changes.CommitStatus": "repeats outside what the record says",
    "changes.DeliveryJob": "is work under way; what it made of the record has events",
    "changes.DiffFetch": "is work under way; what was told is a diff",
    "changes.RefusedDelivery": "was not let in",
    "changes.DryRun": "tries a proposal on what is over; it judges nothing, and is made again",
    "changes.Notification": "is a message about the record; the record says what it was about",
    "evidence.CompileJob": "is work under way; its result is a package",
    "evidence.CompilePart": "is work under way; its result is a package",
}


def covered_models() -> list[type[models.Model]]:
    own = [model for app in APPS for model in apps.get_app_config(app).get_models()]
    return [model for model in own if model._meta.label not in LEFT_OUT]
