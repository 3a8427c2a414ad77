"""LCOV trace files (geninfo(1)): records of lines, each with its name in front of a colon."""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from changes.intake.evidence.lines import coverage
from changes.intake.json_values import Unreadable

CHUNK = 1 << 18
LONGEST_LINE = 1 << 20
_NUMBER = rb"[0-9]+(?:\.[0-9]+)?"
# As geninfo writes it; anything else is looked at more closely.
_PLAIN = re.compile(rb"\nDA:[0-9]+,(0|[1-9][0-9]*)(?=[,\n])")
_NO_HIT = re.compile(rb"\nDA:[^,\r\n]*,(?:-" + _NUMBER + rb"|0+(?:\.0+)?)(?=[,\r\n]|$)")
_WITHOUT_COUNT = re.compile(rb"\nDA:(?![^,\r\n]*,-?" + _NUMBER + rb"(?:[,\r\n]|$))[^\r\n]*")
_FOUND, _HIT = (re.compile(rb"\n" + name + rb":([0-9]+)") for name in (b"LF", b"LH"))
_STARTS = (b"\nDA:", b"\nSF:", b"\nTN:", b"\nend_of_record")


def read_lcov(stream: BinaryIO) -> dict[str, Any]:
    """Counts DA records; a count above 0 is a hit. LF and LH are what is declared."""
    valid = missed = found = hit = 0
    is_trace = False
    for text in _whole_lines(stream):
        lines, plain = text.count(b"\nDA:"), _PLAIN.findall(text)
        valid += lines
        missed += plain.count(b"0") if len(plain) == lines else _missed(text)
        found += sum(map(int, _FOUND.findall(text)))
        hit += sum(map(int, _HIT.findall(text)))
        is_trace = is_trace or any(start in text for start in _STARTS)
    if not is_trace:
        raise Unreadable("It holds no LCOV record: expected lines such as SF:file and DA:1,1.")
    declared = hit / found if found and hit <= found else None
    return coverage("LCOV", valid=valid, covered=valid - missed, declared=declared)


def _missed(text: bytes) -> int:
    if wrong := _WITHOUT_COUNT.search(text):
        line = wrong[0].strip()[:40].decode(errors="replace")
        raise Unreadable(f"The line '{line}' has no count: expected DA:<line>,<count>.")
    return len(_NO_HIT.findall(text))


def _whole_lines(stream: BinaryIO) -> Iterator[bytes]:
    """The file in pieces of whole lines, each line with its break in front."""
    rest, is_first = b"", True
    while chunk := stream.read(CHUNK):
        if is_first:
            chunk, is_first = chunk.removeprefix(b"\xef\xbb\xbf"), False
        if b"\x00" in chunk:
            raise Unreadable("It holds NUL bytes: expected a text file in UTF-8.")
        lines, _, rest = (rest + chunk).rpartition(b"\n")
        if len(rest) > LONGEST_LINE:
            raise Unreadable("One of its lines is longer than a megabyte.")
        yield b"\n" + lines + b"\n"
    yield b"\n" + rest + b"\n"
