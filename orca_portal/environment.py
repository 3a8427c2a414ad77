"""What the environment says: values, secrets also from files, and where this portal keeps files."""

import contextlib
import os
import warnings
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
VAR_DIR = Path(env.str("ORCA_VAR", default=str(BASE_DIR / "var"))).resolve()
try:
    for folder in ("", "run", "log", "secrets", "static", "media", "packages", "dossiers"):
        (VAR_DIR / folder).mkdir(parents=True, exist_ok=True)
except OSError as error:
    reason = f"The folder {VAR_DIR} cannot be written ({error.strerror}): choose another"
    raise ImproperlyConfigured(f"{reason} with ORCA_VAR.") from error


def database(default: str) -> dict[str, Any]:
    """`DATABASE_URL`, as Django wants it."""
    with warnings.catch_warnings(action="ignore"):  # the sentence below says it better
        found: dict[str, Any] = env.db("DATABASE_URL", default=default)
    if not found.get("ENGINE"):
        expected = "expected sqlite:///PATH or postgres://USER:WORD@HOST/NAME"
        raise ImproperlyConfigured(f"DATABASE_URL is no address of a database: {expected}.")
    return found


def whole_number(name: str, default: int) -> int:
    given = env.str(name, default=str(default))
    if not (given.isascii() and given.isdigit()):
        raise ImproperlyConfigured(f"{name} is '{given[:40]}': expected a whole number.")
    return int(given)


def time_zone(name: str, default: str) -> str:
    """Its name, where there is such a zone."""
    given: str = env.str(name, default=default)
    try:
        ZoneInfo(given)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        sentence = f"{name} is '{given[:40]}': expected a time zone such as America/Los_Angeles."
        raise ImproperlyConfigured(sentence) from error
    return given


def secret(name: str) -> str:
    """`NAME`, else the content of the file `NAME_FILE`, else empty."""
    path = env.str(f"{name}_FILE", default="")
    value = _content(name, path) if path else env.str(name, default="")
    if not value and (path or name in env.ENVIRON):
        raise ImproperlyConfigured(f"{name} is set but empty: give it a value or unset it.")
    return value


def _content(name: str, path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no text in UTF-8"
        sentence = f"{name}_FILE names {path}, which cannot be read ({reason})."
        raise ImproperlyConfigured(sentence) from error


def kept_secret(name: str) -> str:
    """A secret made on first use and kept in `var/secrets`, readable by its owner only.

    Linked into place whole, so that of several first starts at once all read the same one.
    """
    path = VAR_DIR / "secrets" / name
    if not path.exists():
        made = path.with_name(f"{name}.{os.getpid()}")
        made.touch(mode=0o600)
        made.write_text(get_random_secret_key())
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(made)
        made.unlink()
    return path.read_text()


def secrets(name: str) -> list[str]:
    """Between commas, or in a file on lines of their own. A blank one between commas stays in the
    list, for the system check to find.
    """
    return [one.strip() for line in secret(name).splitlines() for one in line.split(",")]
