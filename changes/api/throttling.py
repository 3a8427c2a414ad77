"""So many requests a minute for each token or person."""

from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from changes.api.access import token_of


class CallerThrottle(SimpleRateThrottle):
    scope = "caller"

    def get_rate(self) -> str:
        return str(settings.API_RATE)

    def get_cache_key(self, request: Request, view: Any) -> str:
        token = token_of(request)
        caller = f"token-{token.pk}" if token else f"person-{request.user.pk}"
        return self.cache_format % {"scope": self.scope, "ident": caller}
