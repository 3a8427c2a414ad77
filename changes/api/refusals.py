"""What the API refuses to do goes into the log of refused actions, as what a page refuses does."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from changes import clock
from changes.keys import parse_key
from changes.models import ChangeRequest, Deployment, Person
from changes.workflow.refused_actions import record_refused_action

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
LOGGED = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.CONFLICT,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    }
)
LARGEST = 2**31


def keep_refusal(context: Mapping[str, Any], status: int, sentence: str) -> None:
    """Who asked for what and why not; never the body. Reading is no action, and who could not
    be recognised has asked for nothing.
    """
    request = context.get("request")
    if request is None or request.method in SAFE or status not in LOGGED:
        return
    if not isinstance(request.user, Person):
        return
    record_refused_action(
        person=request.user,
        what=request.path,
        status=status,
        sentence=sentence,
        at=clock.now(),
        change=_change(context.get("kwargs") or {}),
    )


def _change(kwargs: Mapping[str, Any]) -> ChangeRequest | None:
    """Named by its key, or by the number of one of its deployments."""
    number = parse_key(str(kwargs.get("key", ""))) or 0
    if 0 < number < LARGEST:
        return ChangeRequest.objects.filter(number=number).first()
    deployment = kwargs.get("number", 0)
    if not 0 < deployment < LARGEST:
        return None
    found = Deployment.objects.select_related("change").filter(pk=deployment).first()
    return found.change if found else None
