"""What every page needs: whose record it is, and where this person may go."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from changes.models import Organisation, Person
from changes.permissions import may
from changes.roles import Act
from evidence.queries.ledger import alarm


@dataclass(frozen=True)
class NavigationItem:
    label: str
    icon: str
    url: str
    is_current: bool


@dataclass(frozen=True)
class NavigationGroup:
    """Places that belong together, behind one word."""

    label: str
    icon: str
    items: tuple[NavigationItem, ...]

    @property
    def is_current(self) -> bool:
        return any(item.is_current for item in self.items)


Navigation = list[NavigationItem | NavigationGroup]

# Label, icon, address, and what one must be allowed to do to be shown the way.
_EVIDENCE = (
    ("Packages", "package", "evidence:packages", Act.READ_PACKAGES),
    ("Exceptions", "triangle-alert", "evidence:exceptions", Act.READ_EXCEPTIONS),
    ("Reconciliation", "git-compare", "evidence:reconciliation", Act.READ_RECONCILIATION),
    ("Ledger", "shield-check", "evidence:ledger", Act.READ_LEDGER),
)
_LOGS = (
    ("Deliveries", "webhook", "changes:deliveries", Act.READ_DELIVERIES),
    ("Messages", "mail", "changes:messages", Act.READ_MESSAGES),
    ("Refused", "ban", "changes:refused-actions", Act.READ_REFUSALS),
)
_PLACES: tuple[tuple[str, str, Any, Act | None], ...] = (
    ("Home", "house", "changes:home", None),
    ("Changes", "list", "changes:list", Act.READ_CHANGES),
    ("Deployments", "rocket", "changes:deployments", Act.READ_CHANGES),
    ("Evidence", "archive", _EVIDENCE, None),
    ("Logs", "scroll-text", _LOGS, None),
    ("Policy", "scale", "changes:policy", Act.READ_POLICY),
    ("Admin", "settings", "admin:index", Act.CONFIGURE),
)


def portal(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    person = user if isinstance(user, Person) else None
    return {
        "organisation": Organisation.objects.first(),
        "navigation": _navigation(person, request.path) if person else [],
        "role_names": ", ".join(sorted(person.roles)) if person else "",
        "reporting_time_zone": settings.REPORTING_TIME_ZONE,
        "ledger_alarm": alarm() if person and may(person, Act.READ_LEDGER) else None,
    }


def _navigation(person: Person, path: str) -> Navigation:
    """A group of one is its place; a group of none is left out."""
    found: Navigation = []
    for name, icon, where, act in _PLACES:
        if isinstance(where, str):
            found += _places(person, path, [(name, icon, where, act)])
            continue
        items = _places(person, path, where)
        found += [NavigationGroup(name, icon, tuple(items))] if len(items) > 1 else items
    return found


def _places(
    person: Person, path: str, places: Iterable[tuple[str, str, str, Act | None]]
) -> list[NavigationItem]:
    found = []
    for name, icon, address, act in places:
        url = _address(address)
        if url and (act is None or may(person, act)):
            found.append(NavigationItem(name, icon, url, _is_current(url, path)))
    return found


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _is_current(url: str, path: str) -> bool:
    return path == url if url == "/" else path.startswith(url)
