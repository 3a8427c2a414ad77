"""The documented roles on a real PostgreSQL: the web role writes, and cannot switch a guard off."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.postgres
NAME = f"orca_roles_{os.getpid()}"
ATTEMPTS = [
    "UPDATE changes_policyversion SET version = 'x'",
    "DELETE FROM changes_policyversion",
    "TRUNCATE changes_policyversion CASCADE",
    "ALTER TABLE changes_policyversion DISABLE TRIGGER ALL",
    "ALTER TABLE changes_policyversion DISABLE TRIGGER orca_guard_rows",
    "DROP TRIGGER orca_guard_rows ON changes_policyversion",
    "CREATE OR REPLACE FUNCTION orca_guard() RETURNS trigger LANGUAGE sql AS 'SELECT NULL'",
    "DROP TABLE evidence_leaf CASCADE",
    "SET session_replication_role = replica",
    "SET ROLE orca_owner",
]


def at(url: str, name: str, user: str = "", password: str = "") -> str:
    parts = urlsplit(url)
    host = f"{parts.hostname}:{parts.port}"
    who = f"{user}:{password}" if user else f"{parts.username}:{parts.password}"
    return urlunsplit((parts.scheme, f"{who}@{host}", f"/{name}", "", ""))


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a migrated database, as the web role."""
    url, password = os.environ.get("DATABASE_URL", ""), secrets.token_hex(8)
    if not url.startswith("postgres"):
        pytest.skip("It needs a real PostgreSQL.")
    script = (ROOT / "docs" / "postgresql-roles.sql").read_text()
    for name in ("owner_password", "web_password"):
        script = script.replace(f":{name}", f"'{password}'")
    with psycopg.connect(url, autocommit=True) as superuser:
        superuser.execute(f"CREATE DATABASE {NAME}")
        try:
            with psycopg.connect(at(url, NAME), autocommit=True) as inside:
                inside.execute(script)
            environment = {
                **os.environ,
                "DATABASE_URL": at(url, NAME, "orca_owner", password),
                "ORCA_VAR": str(tmp_path_factory.mktemp("var")),
            }
            subprocess.run(
                [sys.executable, ROOT / "manage.py", "migrate", "--verbosity", "0"],
                env=environment,
                check=True,
            )
            yield at(url, NAME, "orca_web", password)
        finally:
            superuser.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
            for role in ("orca_web", "orca_owner"):
                superuser.execute(f"DROP ROLE IF EXISTS {role}")


def test_web_role_owns_nothing(web: str) -> None:
    with psycopg.connect(web) as connection:
        owned = connection.execute(
            "SELECT relname FROM pg_class WHERE pg_get_userbyid(relowner) = 'orca_web'"
        ).fetchall()

    assert owned == []


def test_web_role_reads_and_adds(web: str) -> None:
    with psycopg.connect(web) as connection:
        connection.execute(
            "INSERT INTO evidence_ledgercheck"
            " (started_at, finished_at, entries, records, found, differences)"
            " VALUES (now(), now(), 0, 0, 0, '[]')"
        )
        (count,) = connection.execute("SELECT count(*) FROM evidence_ledgercheck").fetchone()  # type: ignore[misc]

    assert count == 1


@pytest.mark.parametrize("statement", ATTEMPTS)
def test_web_role_cannot_get_past_the_guards(web: str, statement: str) -> None:
    with psycopg.connect(web) as connection, pytest.raises(psycopg.Error) as refusal:
        connection.execute(statement)

    assert isinstance(
        refusal.value,
        psycopg.errors.InsufficientPrivilege | psycopg.errors.IntegrityConstraintViolation,
    )
