"""A host asked over the wire: each request in turn, every answer within bounds."""

import re
import time
from collections.abc import Generator
from datetime import datetime
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

import httpx

from changes.intake.bodies import Malformed
from changes.intake.hosts.asking import NOT_ASKED, Ask, Told
from changes.intake.strict_json import NotStrict
from changes.outward.hosts import Answer, Fate, HostAccess, answered, unreached, wire

ANSWER_MAXIMUM = 20 * 1024 * 1024
SECONDS_MAXIMUM = 60
UNREADABLE = "What the host told cannot be read: {}"
TOO_SLOW = "The host was too slow."
_CURSOR = re.compile(r"[\w.~+/=-]{1,200}", re.ASCII)


T = TypeVar("T")


class _Ended(Exception):
    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.sentence)
        self.answer = answer


def ask_host(access: HostAccess, asking: Generator[Ask, Told, T], now: datetime) -> T | Answer:
    """What there was to learn; or what came of the attempt instead. Redirects are not followed,
    and every address is made here: the token is for this host alone.
    """
    try:
        with wire() as client:
            return _conversation(client, access, asking, now)
    except _Ended as ended:
        return ended.answer
    except (Malformed, NotStrict) as error:
        sentence = str(error) if error.code == NOT_ASKED else UNREADABLE.format(error)
        return Answer(Fate.REFUSED, sentence)
    except httpx.HTTPError as error:
        return unreached(error)


def _conversation(
    client: httpx.Client, access: HostAccess, asking: Generator[Ask, Told, T], now: datetime
) -> T:
    try:
        ask = next(asking)
        while True:
            ask = asking.send(_told(client, access, ask, now))
    except StopIteration as stop:
        learnt: T = stop.value
        return learnt


def _told(client: httpx.Client, access: HostAccess, ask: Ask, now: datetime) -> Told:
    headers = {**access.headers, "Accept": ask.accept, "Accept-Encoding": "identity"}
    url = access.root + ask.path
    with client.stream(ask.method, url, params=dict(ask.parameters), headers=headers) as response:
        if not response.is_success and response.status_code not in ask.passes:
            raise _Ended(answered(response, now))
        following = response.links.get("next")
        cursor = _cursor(following["url"]) if following else ""
        return Told(response.status_code, _body(response), following is not None, cursor)


def _cursor(address: str) -> str:
    """Of an address only this word is taken: the host may not send the token elsewhere."""
    try:
        stated = parse_qs(urlsplit(address).query).get("cursor", [""])[0]
    except ValueError:
        return ""
    return stated if _CURSOR.fullmatch(stated) else ""


def _body(response: httpx.Response) -> bytes | None:
    body = bytearray()
    until = time.monotonic() + SECONDS_MAXIMUM
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > ANSWER_MAXIMUM:
            return None
        if time.monotonic() > until:
            raise _Ended(Answer(Fate.LATER, TOO_SLOW))
    return bytes(body)
