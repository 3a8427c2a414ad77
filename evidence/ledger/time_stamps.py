"""Time-stamps of checkpoints by an authority (RFC 3161), where one is configured.

What it answers is kept only when OpenSSL has verified it with the authority's certificates.
"""

import hashlib
import logging
import secrets
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
from django.conf import settings
from django.db import transaction

from changes.workflow.refusals import NotNow
from evidence.ledger.canonical import utc_text
from evidence.models import Checkpoint, TimeStamp

logger = logging.getLogger(__name__)
SECONDS = 10
SHA_256 = bytes.fromhex("300d06096086480165030402010500")
SEQUENCE, OCTETS, TIME, CONTEXT = 0x30, 0x04, 0x18, 0xA0
GRANTED = (0, 1)


def stamp_newest() -> TimeStamp | None:
    """The newest checkpoint's; None where no authority is configured or nothing is signed."""
    newest = Checkpoint.objects.order_by("size", "pk").last()
    return stamp(newest) if newest and settings.TIME_STAMP_URL else None


def stamp_if_possible(checkpoint: Checkpoint) -> TimeStamp | None:
    """An authority that is silent or wrong keeps nobody from working; it is asked again later."""
    if not settings.TIME_STAMP_URL:
        return None
    try:
        return stamp(checkpoint)
    except NotNow as refusal:
        logger.warning("%s", refusal)
        return None


def stamp(checkpoint: Checkpoint) -> TimeStamp:
    """Raises NotNow where the authority does not answer, or not with a good stamp."""
    found = TimeStamp.objects.filter(checkpoint=checkpoint).first()
    if found:
        return found
    digest = hashlib.sha256(checkpoint.note.encode()).digest()
    nonce = secrets.randbits(63) | 1
    answer = _asked(request_of(digest, nonce))
    try:
        at = stamped_at(answer, digest, nonce)
    except (ValueError, IndexError, StopIteration) as error:
        raise NotNow(f"The time-stamp authority's answer cannot be used: {error}") from error
    _verify(answer, digest, at)
    with transaction.atomic():
        return TimeStamp.objects.create(
            checkpoint=checkpoint, token=answer, authority=settings.TIME_STAMP_URL, stamped_at=at
        )


def stamp_difference(stamp: TimeStamp) -> str:
    """What is wrong with a stamp that was kept; nothing where all is as it was. Who signed it can
    be told only where the authority's certificates are configured.
    """
    checkpoint = Checkpoint.objects.filter(pk=stamp.checkpoint_id).first()
    if checkpoint is None:
        return "its checkpoint is gone."
    token, digest = bytes(stamp.token), hashlib.sha256(checkpoint.note.encode()).digest()
    try:
        at = stamped_at(token, digest)
        if settings.TIME_STAMP_CA:
            _verify(token, digest, at)
    except (ValueError, IndexError, StopIteration) as error:
        return f"the token kept for {checkpoint} cannot be used: {error}"
    except NotNow as refusal:
        return f"the token kept for {checkpoint} is not good: {refusal}"
    if at != stamp.stamped_at:
        told = utc_text(stamp.stamped_at)
        return f"stamped_at of {checkpoint} is {told}, and its token says {utc_text(at)}."
    return ""


def request_of(digest: bytes, nonce: int) -> bytes:
    """A TimeStampReq in DER: version 1, the digest, a nonce, and the certificate wanted."""
    imprint = _der(SEQUENCE, SHA_256 + _der(OCTETS, digest))
    return _der(SEQUENCE, b"\x02\x01\x01" + imprint + _integer(nonce) + b"\x01\x01\xff")


def stamped_at(answer: bytes, digest: bytes, nonce: int | None = None) -> datetime:
    """The time that a TimeStampResp gives. Raises ValueError where it is about something else, or
    answers another request than that of the nonce.
    """
    (_, response), *_ = _items(answer)
    (_, status), *token = _items(response)
    if int.from_bytes(next(_items(status))[1]) not in GRANTED or not token:
        raise ValueError("it was not granted.")
    (_, signed), *_ = _items(_inner(token[0][1], CONTEXT))
    info = _inner(_inner(_inner(signed, SEQUENCE), CONTEXT), OCTETS)
    parts = list(_items(next(_items(info))[1]))
    if _inner(parts[2][1], OCTETS) != digest:
        raise ValueError("it is about something else.")
    if nonce is not None and _integer(nonce) not in info:
        raise ValueError("it answers another request.")
    text = next(content for tag, content in parts if tag == TIME).decode()
    return datetime.strptime(text[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def _asked(request: bytes) -> bytes:
    try:
        answer = httpx.post(
            settings.TIME_STAMP_URL,
            content=request,
            headers={"Content-Type": "application/timestamp-query"},
            timeout=SECONDS,
        )
        answer.raise_for_status()
    except httpx.HTTPError as error:
        raise NotNow(f"The time-stamp authority does not answer: {error}") from error
    return answer.content


def _verify(answer: bytes, digest: bytes, at: datetime) -> None:
    """By certificates that were good `at` that time: they expire, and what they signed stays."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answer.tsr"
        path.write_bytes(answer)
        command = ["openssl", "ts", "-verify", "-digest", digest.hex(), "-in", str(path)]
        command += ["-CAfile", settings.TIME_STAMP_CA, "-attime", str(int(at.timestamp()))]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)
        except (OSError, subprocess.SubprocessError) as error:
            raise NotNow("OpenSSL does not verify the time-stamp authority's answer.") from error


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(length)]) + length + content


def _integer(number: int) -> bytes:
    return _der(0x02, number.to_bytes(number.bit_length() // 8 + 1))


def _items(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of each element."""
    at = 0
    while at < len(data):
        tag, size, start = data[at], data[at + 1], at + 2
        if size & 0x80:
            start += size & 0x7F
            size = int.from_bytes(data[at + 2 : start])
        if start + size > len(data):
            raise ValueError("it is cut off.")
        yield tag, data[start : start + size]
        at = start + size


def _inner(data: bytes, tag: int) -> bytes:
    return next(content for found, content in _items(data) if found == tag)
