"""The portal as a WSGI application, which hears a request out before it answers."""

import os
import time
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "orca_portal.settings")
CHUNK = 1 << 18
HEARD_OUT_BYTES, HEARD_OUT_SECONDS = 512 * 1024 * 1024, 30
django = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """What a refusal left unread is read and dropped: a server that closes in the middle of a
    body resets the connection, and its sender never sees the sentence that says why.
    """
    answer = django(environ, start_response)
    hear_out(environ)
    return answer


def hear_out(environ: dict[str, Any]) -> None:
    """Not what announces itself as longer than anything that is taken, nor for longer than it
    would take to send.
    """
    if int(environ.get("CONTENT_LENGTH") or 0) > HEARD_OUT_BYTES:
        return
    left, until = HEARD_OUT_BYTES, time.monotonic() + HEARD_OUT_SECONDS
    try:
        while left > 0 and time.monotonic() < until:
            chunk = environ["wsgi.input"].read(min(CHUNK, left))
            if not chunk:
                return
            left -= len(chunk)
    except OSError:
        return  # it broke off: nobody waits for an answer
