"""A host asked over the wire: each request in turn, every answer within bounds."""

import time
from collections.abc import Generator
from datetime import datetime
from typing import TypeVar

import httpx

from changes.intake.bodies import Malformed
from changes.intake.hosts.asking import NOT_ASKED, Ask, Told
from changes.intake.strict_json import NotStrict
from changes.outward.hosts import TIMEOUT, Answer, Fate, HostAccess, answered, unreached

ANSWER_MAXIMUM = 20 * 1024 * 1024
SECONDS_MAXIMUM = 60
UNREADABLE = "What the host told cannot be read: {}"
TOO_SLOW = "The host was too slow."


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
        with httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client:
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
        has_more = 'rel="next"' in response.headers.get("Link", "")
        return Told(response.status_code, _body(response), has_more)


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
