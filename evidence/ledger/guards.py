"""Triggers that refuse to change what may only be added.

`migrate` installs them anew each time, so a table that a migration made over has them as well.
To cover a table, name its model in APPEND_ONLY: nothing else is needed.

They stop accidents and the portal's own mistakes. Who owns the tables can drop them; that is why
on PostgreSQL the portal does not (docs/operate-ledger.md), and why there is a tree.
"""

import re
from collections.abc import Iterator

from django.apps import apps
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from evidence.ledger import waiting
from evidence.ledger.shapes import shape_of

# By model, when a row is final; "" is from the beginning. A policy version is, once approved.
APPEND_ONLY: dict[str, str] = {
    "changes.Approval": "",
    "changes.Delivery": "",
    "changes.DeployGateAnswer": "",
    "changes.EvidenceItem": "",
    "changes.GateResult": "",
    "changes.HealthSample": "",
    "changes.KeptReply": "",
    "changes.PolicyReview": "",
    "changes.PolicyVersion": "OLD.state = 'approved'",
    "changes.PolicyWithdrawal": "",
    "changes.ProductionRelease": "",
    "changes.PullRequestDiff": "",
    "changes.RefusedAction": "",
    "changes.RepositoryNews": "",
    "changes.Review": "",
    "changes.RollbackStep": "",
    "changes.TriggerFiring": "",
    "changes.Verification": "",
    "changes.WindowException": "",
    "evidence.Checkpoint": "",
    "evidence.Event": "",
    "evidence.KeyRetirement": "",
    "evidence.Leaf": "",
    "evidence.LedgerCheck": "",
    "evidence.LogKey": "",
    "evidence.ManagementResponse": "",
    "evidence.Package": "",
    "evidence.PackageFiles": "",
    "evidence.TimeStamp": "",
}
PREFIX = "orca_guard"
# An erasure that was asked for, and is not done yet, opens the texts of its record.
ERASING = "SELECT 1 FROM evidence_erasure WHERE done_at IS NULL AND record = "

FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION {PREFIX}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The table % is append-only: % is refused.', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE OR REPLACE FUNCTION {PREFIX}_text() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE key text := to_jsonb(OLD) ->> TG_ARGV[1];
BEGIN
  IF EXISTS ({ERASING}TG_ARGV[0] || ':' || key) THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'The table % is append-only: % is refused.', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""
TRIGGER = re.compile(r'CREATE TRIGGER "?(?P<name>\w+)"? .*? ON "(?P<table>\w+)"')


def guarded() -> list[tuple[type[models.Model], str]]:
    return [(apps.get_model(label), final) for label, final in APPEND_ONLY.items()]


def install_guards(connection: BaseDatabaseWrapper) -> None:
    """Replaces whatever guards there are."""
    lift_guards(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(FUNCTIONS)
        for statement in _statements(connection):
            cursor.execute(statement)


def lift_guards(connection: BaseDatabaseWrapper) -> None:
    """For a test that plays the owner of the database; nothing of the portal calls it alone."""
    with connection.cursor() as cursor:
        for name, table in installed_guards(connection):
            on = f' ON "{table}"' if connection.vendor == "postgresql" else ""
            cursor.execute(f'DROP TRIGGER "{name}"{on}')


def installed_guards(connection: BaseDatabaseWrapper) -> list[tuple[str, str]]:
    """Names of the triggers with their tables; on PostgreSQL only those that always fire."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
                " WHERE tgname LIKE %s AND tgenabled = 'A' AND pg_table_is_visible(c.oid)",
                [f"{PREFIX}%"],
            )
        else:
            cursor.execute(
                "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s",
                [f"{PREFIX}%"],
            )
        return [(str(name), str(table)) for name, table in cursor.fetchall()]


def missing_guards(connection: BaseDatabaseWrapper) -> list[str]:
    """Tables that should be guarded and are not, or not by all of their triggers."""
    held = set(installed_guards(connection))
    made = (TRIGGER.match(statement) for statement in _statements(connection))
    return sorted({m["table"] for m in made if m and (m["name"], m["table"]) not in held})


def _statements(connection: BaseDatabaseWrapper) -> Iterator[str]:
    is_postgresql = connection.vendor == "postgresql"
    for model, final in guarded():
        yield from (_on_postgresql if is_postgresql else _on_sqlite)(model, final)
    yield from waiting.ON_POSTGRESQL if is_postgresql else waiting.ON_SQLITE


def _on_postgresql(model: type[models.Model], final: str) -> Iterator[str]:
    table, when = model._meta.db_table, f"WHEN ({final}) " if final else ""
    texts, others = _columns(model)
    name, key = model._meta.model_name, _key(model)
    yield (
        f'CREATE TRIGGER {PREFIX}_rows BEFORE DELETE OR UPDATE OF {others} ON "{table}"'
        f" FOR EACH ROW {when}EXECUTE FUNCTION {PREFIX}()"
    )
    yield (
        f'CREATE TRIGGER {PREFIX}_table BEFORE TRUNCATE ON "{table}"'
        f" FOR EACH STATEMENT EXECUTE FUNCTION {PREFIX}()"
    )
    if texts:
        yield (
            f'CREATE TRIGGER {PREFIX}_texts BEFORE UPDATE OF {texts} ON "{table}"'
            f" FOR EACH ROW {when}EXECUTE FUNCTION {PREFIX}_text('{name}', '{key}')"
        )
    for trigger in ("rows", "table", *(["texts"] if texts else [])):
        yield f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER {PREFIX}_{trigger}'


def _on_sqlite(model: type[models.Model], final: str) -> Iterator[str]:
    """Also INSERT OR REPLACE: it would delete a row without a trigger of deletion being asked."""
    table, when = model._meta.db_table, f" WHEN {final}" if final else ""
    texts, others = _columns(model)
    erasing = f"{ERASING}'{model._meta.model_name}:' || OLD.\"{_key(model)}\""
    yield _sqlite(table, "rows", f"UPDATE OF {others}", when)
    yield _sqlite(table, "delete", "DELETE", when)
    if texts:
        also = f"({final}) AND " if final else ""
        yield _sqlite(table, "texts", f"UPDATE OF {texts}", f" WHEN {also}NOT EXISTS ({erasing})")
    same = " OR ".join(
        " AND ".join(f'"{column}" = NEW."{column}"' for column in columns)
        for columns in _unique(model)
    )
    there = f'EXISTS (SELECT 1 FROM "{table}" WHERE {same})'  # noqa: S608 - names of our own columns
    yield _sqlite(table, "insert", "INSERT", f" WHEN {there}")


def _sqlite(table: str, name: str, event: str, when: str) -> str:
    verb = event.split(" ", 1)[0]
    return (
        f'CREATE TRIGGER "{PREFIX}_{name}_{table}" BEFORE {event} ON "{table}"{when} BEGIN'
        f" SELECT RAISE(ABORT, 'The table {table} is append-only: {verb} is refused.'); END"
    )


def _columns(model: type[models.Model]) -> tuple[str, str]:
    """The texts that may be erased, and all other columns, quoted."""
    private = set(shape_of(model).private)
    columns = [(f.attname in private, f.column) for f in model._meta.concrete_fields]
    texts = ", ".join(f'"{name}"' for is_text, name in columns if is_text)
    return texts, ", ".join(f'"{name}"' for is_text, name in columns if not is_text)


def _unique(model: type[models.Model]) -> Iterator[list[str]]:
    for field in model._meta.concrete_fields:
        if field.unique:
            yield [str(field.column)]
    for constraint in model._meta.total_unique_constraints:
        yield [str(model._meta.get_field(name).column) for name in constraint.fields]  # type: ignore[union-attr]


def _key(model: type[models.Model]) -> str:
    return str(model._meta.pk.column)
