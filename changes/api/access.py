"""Who may call an address: a token by its scopes, a person by role."""

from dataclasses import dataclass
from typing import Any

from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from changes.models import Person, Token
from changes.permissions import why_may_not
from changes.roles import Act
from changes.vocabulary import PersonKind, Scope

INCLUDES: dict[Scope, frozenset[Scope]] = {
    Scope.CHANGES_WRITE: frozenset({Scope.CHANGES_READ}),
    Scope.DEPLOYMENTS_WRITE: frozenset({Scope.DEPLOYMENTS_READ}),
}
MACHINES_ONLY = "This is for machines, with a token; people use the actions of a change."
PEOPLE_ONLY = "This is for a person who is signed in, never for a token."


@dataclass(frozen=True)
class Access:
    """Any one of `scopes` will do. No scope: people only. No act: machines only."""

    scopes: frozenset[Scope]
    act: Act | None

    def why_not(self, person: Person, token: Token | None) -> str | None:
        if token is None:
            return why_may_not(person, self.act) if self.act else MACHINES_ONLY
        if not self.scopes:
            return PEOPLE_ONLY
        if not self.scopes & scopes_of(token):
            listed = " or ".join(sorted(self.scopes))
            return f"The token '{token}' lacks the scope {listed}."
        if self.act and person.kind == PersonKind.HUMAN:
            return why_may_not(person, self.act)
        return None


READ = Access(frozenset({Scope.CHANGES_READ}), Act.READ_CHANGES)
WRITE = Access(frozenset({Scope.CHANGES_WRITE}), Act.READ_CHANGES)
IN_PERSON = Access(frozenset(), Act.READ_CHANGES)
READ_EVIDENCE = Access(frozenset({Scope.CHANGES_READ, Scope.EVIDENCE_WRITE}), Act.READ_CHANGES)
ATTACH = Access(frozenset({Scope.EVIDENCE_WRITE}), Act.CREATE_CHANGE)
ASK_GATE = Access(frozenset({Scope.CHANGES_READ, Scope.DEPLOYMENTS_READ}), Act.READ_CHANGES)
READ_ROLLOUT = Access(frozenset({Scope.CHANGES_READ, Scope.DEPLOYMENTS_READ}), Act.READ_CHANGES)
REPORT = Access(frozenset({Scope.DEPLOYMENTS_WRITE}), None)
REPORT_RUN = Access(frozenset({Scope.EVIDENCE_WRITE}), None)


def scopes_of(token: Token) -> frozenset[Scope]:
    held = frozenset(Scope(scope) for scope in token.scopes)
    return held.union(*(INCLUDES.get(scope, frozenset()) for scope in held))


def token_of(request: Request) -> Token | None:
    return request.auth if isinstance(request.auth, Token) else None


class AsTheViewSays(BasePermission):
    """Each view names its access by method; what it does not name is refused."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.user, Person):
            return False
        access: Access | None = view.access.get(request.method)
        if access is None:
            return True  # the view has no such method: it says so itself
        refusal = access.why_not(request.user, token_of(request))
        if refusal:
            raise PermissionDenied(refusal, "not_permitted")
        return True
