"""Which git hosts may be called, and with what; and which diffs of theirs are not known."""

from django.conf import settings
from django.db.models import QuerySet

from changes.models import DiffFetch, RepositoryNews
from changes.outward.hosts import HostAccess

PROTECTION = "protection_snapshot"


def hosts_to_ask() -> dict[str, HostAccess]:
    """By name; those of which a token is configured."""
    configured = {
        settings.GITHUB_HOST: HostAccess("github", settings.GITHUB_API_URL, settings.GITHUB_TOKEN),
        settings.GITLAB_HOST: HostAccess("gitlab", settings.GITLAB_API_URL, settings.GITLAB_TOKEN),
    }
    return {host: access for host, access in configured.items() if access.token}


def troubled_fetches() -> QuerySet[DiffFetch]:
    """Diffs that were asked for and could not be had, or not whole; the latest first."""
    troubled = DiffFetch.objects.exclude(problem="").order_by("-pk")
    return troubled.select_related("pull_request__repository", "pull_request__change")


def protection_snapshots() -> QuerySet[RepositoryNews]:
    """How production branches were protected, day by day, the latest first."""
    news = RepositoryNews.objects.filter(kind=PROTECTION).select_related("repository")
    return news.order_by("-happened_at", "-pk")
