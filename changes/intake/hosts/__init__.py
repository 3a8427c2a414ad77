"""The senders of webhooks. A further one is a module of its own and a line here."""

from changes.intake.hosts import alertmanager, github, gitlab, vercel
from changes.intake.hosts.provider import Provider

PROVIDERS: dict[str, Provider] = {
    provider.name: provider
    for provider in (
        github.PROVIDER,
        gitlab.PROVIDER,
        vercel.PROVIDER,
        alertmanager.PROVIDER,
    )
}
