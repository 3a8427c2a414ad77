"""What every page needs: whose record it is, and where this person may go."""

from typing import Any

from django.http import HttpRequest

from changes.models import Organisation


def portal(request: HttpRequest) -> dict[str, Any]:
    return {"organisation": Organisation.objects.first()}
