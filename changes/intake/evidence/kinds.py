"""The kinds of evidence file, and the reading of one: its size, its digest, its facts."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

from changes.intake.evidence.cobertura import read_cobertura
from changes.intake.evidence.cyclonedx import read_cyclonedx
from changes.intake.evidence.istanbul import read_istanbul
from changes.intake.evidence.jacoco import read_jacoco
from changes.intake.evidence.junit import read_junit
from changes.intake.evidence.lcov import read_lcov
from changes.intake.evidence.npm_audit import read_npm_audit
from changes.intake.evidence.sarif import read_sarif
from changes.intake.evidence.snyk import read_snyk
from changes.intake.json_values import Unreadable
from changes.vocabulary import Gate

LARGEST_MB = 256
LARGEST = LARGEST_MB * 1024 * 1024
CHUNK = 1 << 20
_ARCHIVES = {
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"7z\xbc\xaf\x27\x1c": "7z",
}


@dataclass(frozen=True)
class Kind:
    """`name` is what the contract calls it; `gate` is the one that its facts are for."""

    name: str
    gate: Gate
    read: Callable[[BinaryIO], dict[str, Any]]


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("junit", Gate.TESTS, read_junit),
        Kind("cobertura", Gate.COVERAGE, read_cobertura),
        Kind("lcov", Gate.COVERAGE, read_lcov),
        Kind("jacoco", Gate.COVERAGE, read_jacoco),
        Kind("istanbul", Gate.COVERAGE, read_istanbul),
        Kind("sarif", Gate.SECURITY_SCAN, read_sarif),
        Kind("npm-audit", Gate.SECURITY_SCAN, read_npm_audit),
        Kind("snyk", Gate.SECURITY_SCAN, read_snyk),
        Kind("cyclonedx", Gate.SECURITY_SCAN, read_cyclonedx),
    )
}


@dataclass(frozen=True)
class EvidenceFacts:
    """What a file says. `numbers` are those of the contract for its kind, and a few beside."""

    kind: Kind
    tool: str | None
    sha256: str
    size: int
    numbers: dict[str, Any]

    @property
    def has_run(self) -> bool:
        """Of tests and lines the gate sees for itself that none were run; a scan must say so."""
        return self.kind.gate is not Gate.SECURITY_SCAN or has_scanned(self.numbers)


def has_scanned(numbers: dict[str, Any]) -> bool:
    """A SARIF log needs a run, a Snyk report a project, a bill of materials its vulnerabilities."""
    told = [numbers[name] for name in ("runs_scanned", "projects", "is_scan") if name in numbers]
    return all(bool(value) for value in told)


def read_facts(kind: str, stream: BinaryIO) -> EvidenceFacts:
    """Reads a seekable stream from its start. Raises `Unreadable` with a sentence."""
    if kind not in KINDS:
        raise Unreadable(f"'{kind[:40]}' is no kind of evidence: expected {', '.join(KINDS)}.")
    sha256, size = _digest(stream)
    stream.seek(0)
    numbers = KINDS[kind].read(stream)
    tool = numbers.pop("tool")
    return EvidenceFacts(KINDS[kind], tool, sha256, size, numbers)


def _digest(stream: BinaryIO) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    stream.seek(0)
    while chunk := stream.read(CHUNK):
        if not size:
            _refuse_archives(chunk)
        digest.update(chunk)
        size += len(chunk)
        if size > LARGEST:
            raise Unreadable(f"It is larger than {LARGEST_MB} MB.")
    if not size:
        raise Unreadable("It is empty.")
    return digest.hexdigest(), size


def _refuse_archives(start: bytes) -> None:
    for magic, name in _ARCHIVES.items():
        if start.startswith(magic):
            raise Unreadable(f"It is a {name} archive: expected the file that is in it.")
