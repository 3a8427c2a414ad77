"""System checks for settings that production may not have (run with `check --deploy`)."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Tags

WEBHOOK_SECRETS = (
    "GITHUB_WEBHOOK_SECRETS",
    "GITLAB_WEBHOOK_TOKENS",
    "VERCEL_WEBHOOK_SECRETS",
    "ALERTMANAGER_TOKENS",
)


@checks.register(Tags.security)
def webhook_secrets(**_: Any) -> list[CheckMessage]:
    """Not for deployment alone: with a blank secret anybody could sign."""
    return [
        checks.Error(
            f"{name} holds an empty secret.",
            hint="Remove the comma too many, or the whole variable where nothing is sent.",
            id="orca.E002",
        )
        for name in WEBHOOK_SECRETS
        if not all(value.strip() for value in getattr(settings, name))
    ]


@checks.register(Tags.security, deploy=True)
def production_settings(**_: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if settings.SIMULATED_CLOCK_ALLOWED:
        found.append(
            checks.Error(
                "The clock may be simulated: unset ORCA_SIMULATED_CLOCK.",
                hint="Only the sample organisation is written under a simulated clock.",
                id="orca.E001",
            )
        )
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        found.append(
            checks.Warning(
                "The record is kept in SQLite, whose guards anybody with the file can remove.",
                hint="Set DATABASE_URL to a PostgreSQL database.",
                id="orca.W001",
            )
        )
    if not settings.REDIS_URL:
        found.append(
            checks.Warning(
                "Background work runs on a broker of files, for one machine only.",
                hint="Set REDIS_URL.",
                id="orca.W002",
            )
        )
    if not settings.IS_HTTPS:
        found.append(
            checks.Warning(
                "PORTAL_URL is not https: cookies are not marked secure.",
                hint="Set PORTAL_URL to the address that people use.",
                id="orca.W003",
            )
        )
    return found


@checks.register(Tags.security)
def rollback_executor_is_signed(**_: Any) -> list[CheckMessage]:
    if not settings.ROLLBACK_EXECUTOR_URL or settings.ROLLBACK_EXECUTOR_SECRET:
        return []
    sentence = "ROLLBACK_EXECUTOR_URL is set, but no secret to sign with: nobody is called."
    return [checks.Error(sentence, hint="Set ROLLBACK_EXECUTOR_SECRET.", id="orca.E020")]
