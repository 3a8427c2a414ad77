import json
from argparse import ArgumentParser
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

from django.core.management.base import BaseCommand
from django.db import DatabaseError

from changes import clock
from changes.intake.evidence import KINDS, Unreadable, read_facts, verdict_of
from changes.intake.evidence.verdicts import Figures
from changes.management.importing import refused
from changes.queries.policies import version_in_force

FIRST_POLICY = "changes.migrations.0002_organisation_roles_and_policy_1_0"


class Command(BaseCommand):
    help = (
        "Print as one JSON object what the portal reads from a file that a tool wrote."
        f" KIND is one of {', '.join(KINDS)}. The verdict is by the policy in force."
        " Exit status: 0 read, 2 the file is unusable."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", metavar="KIND")
        parser.add_argument("file", metavar="FILE")

    def handle(self, *, kind: str, file: str, **_: object) -> None:
        try:
            with Path(file).open("rb") as stream:
                facts = read_facts(kind, stream)
        except Unreadable as error:
            raise refused(f"{file} cannot be read as {kind}. {error}") from error
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "its name holds a NUL character"
            raise refused(f"{file} cannot be opened ({reason}): expected a file.") from error
        answer = {
            "kind": facts.kind.name,
            "tool": facts.tool,
            "sha256": facts.sha256,
            "verdict": verdict_of(facts, _figures()).value,
            **facts.numbers,
        }
        self.stdout.write(json.dumps(answer, indent=2))


def _figures() -> Figures:
    """The policy in force; beside a database without one, the customer's first version."""
    try:
        return version_in_force(clock.now())
    except (DatabaseError, LookupError):
        values = import_module(FIRST_POLICY).POLICY
        return SimpleNamespace(**values)
