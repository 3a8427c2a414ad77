"""Who asks: a machine with its token, or a person who is signed in."""

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from changes import clock
from changes.models import Person, Token
from changes.workflow.tokens import digest_of, note_use

SCHEMES = {"bearer", "token"}


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer orca_...`; `Token` is the same word."""

    def authenticate(self, request: Request) -> tuple[Person, Token] | None:
        scheme, _, secret = request.headers.get("Authorization", "").strip().partition(" ")
        if scheme.lower() not in SCHEMES:
            return None
        found = Token.objects.select_related("person")
        return self._signed_in(found.filter(secret_sha256=digest_of(secret.strip())).first())

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="ORCA change-evidence portal"'

    def _signed_in(self, token: Token | None) -> tuple[Person, Token]:
        now = clock.now()
        if token is None:
            raise AuthenticationFailed("There is no such token.", "token_unknown")
        if token.revoked_at:
            raise AuthenticationFailed("This token is revoked.", "token_revoked")
        if token.expires_at and token.expires_at <= now:
            raise AuthenticationFailed("This token has expired.", "token_expired")
        if not token.person.is_active:
            raise AuthenticationFailed("Whom this token acts for is switched off.", "token_revoked")
        note_use(token=token, at=now)
        return token.person, token


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class PersonAuthentication(SessionAuthentication):
    """A browser's session, with its CSRF token."""


class PersonScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = PersonAuthentication
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
