"""LCOV trace files (geninfo(1)): records of lines, each with its two letters in front."""

from typing import Any, BinaryIO

from changes.intake.evidence.lines import coverage
from changes.intake.json_values import Unreadable

LONGEST_LINE = 1 << 16


def read_lcov(stream: BinaryIO) -> dict[str, Any]:
    """Counts DA records; a count above 0 is a hit. LF and LH are what is declared."""
    valid = covered = declared_found = declared_hit = 0
    is_trace = False
    for number, line in enumerate(_lines(stream), start=1):
        name, _, rest = line.partition(b":")
        if name == b"DA":
            valid += 1
            covered += _number(rest.split(b",")[1:2], number) > 0
        elif name == b"LF":
            declared_found += int(_number([rest], number))
        elif name == b"LH":
            declared_hit += int(_number([rest], number))
        is_trace = is_trace or name in (b"TN", b"SF", b"DA", b"end_of_record")
    if not is_trace:
        raise Unreadable("It holds no LCOV record: expected lines such as SF:file and DA:1,1.")
    declared = declared_hit / declared_found if 0 < declared_hit <= declared_found else None
    if declared_found and not declared_hit:
        declared = 0.0
    return coverage("LCOV", valid=valid, covered=covered, declared=declared)


def _lines(stream: BinaryIO) -> Any:
    first = True
    while line := stream.readline(LONGEST_LINE):
        if first:
            line, first = line.removeprefix(b"\xef\xbb\xbf"), False
        if b"\x00" in line:
            raise Unreadable("It holds NUL bytes: expected a text file in UTF-8.")
        yield line.strip()
        while not line.endswith(b"\n") and len(line) == LONGEST_LINE:
            line = stream.readline(LONGEST_LINE)  # the rest of a line of which we need no more


def _number(parts: list[bytes], line: int) -> float:
    try:
        return float(parts[0].decode("ascii"))
    except (IndexError, ValueError) as error:
        raise Unreadable(f"Line {line} has no count: expected DA:<line>,<count>.") from error
