"""How fast evidence files are read, beside the bare parser on the same file in the same run.

python -m tests.benchmarks.bench_evidence [--megabytes 20] [--junit 100]

The bare parser is expat or ijson with nothing behind it, or a loop over lines; reading adds the
SHA-256, the strictness and the counting. Memory is that of `read_evidence` in its own process,
with Django and all; the floor beside it reads a file of one test.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

import ijson

from changes.intake.evidence import read_facts

MB = 1 << 20
ROOT = Path(__file__).resolve().parents[2]
MEASURED = (
    "import resource, subprocess, sys;"
    " subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL);"
    " print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)"
)
Parts = tuple[str, Callable[[int], str], str]

WRITERS: dict[str, Parts] = {
    "junit": (
        '<?xml version="1.0"?><testsuites><testsuite name="all">',
        lambda n: (
            f'<testcase classname="orca.billing.Invoice" name="rounds line {n}" time="0.013">'
            "<system-out>one of many lines that a test writes</system-out></testcase>\n"
        ),
        "</testsuite></testsuites>",
    ),
    "cobertura": (
        (
            '<coverage line-rate="0.8"><packages><package name="p"><classes>'
            '<class name="c" filename="src/invoice.py"><lines>'
        ),
        lambda n: f'<line number="{n + 1}" hits="{n % 5}" branch="false"/>\n',
        "</lines></class></classes></package></packages></coverage>",
    ),
    "lcov": ("SF:src/invoice.ts\n", lambda n: f"DA:{n + 1},{n % 5}\n", "end_of_record\n"),
    "sarif": (
        (
            '{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"CodeQL"}},"results":[{"level":'
            '"note","message":{"text":"first"}}'
        ),
        lambda n: (
            f',{{"ruleId":"js/rule-{n % 90}","level":"warning","message":{{"text":"Value {n}'
            ' is read before it is set."},"locations":[{"physicalLocation":{"artifactLocation":'
            f'{{"uri":"src/invoice.ts"}},"region":{{"startLine":{n + 1}}}}}}}]}}'
        ),
        "]}]}",
    ),
    "cyclonedx": (
        (
            '{"bomFormat":"CycloneDX","specVersion":"1.5","vulnerabilities":[],"components":['
            '{"type":"library","name":"first"}'
        ),
        lambda n: (
            f',{{"type":"library","name":"package-{n}","version":"1.{n}.0",'
            f'"purl":"pkg:npm/package-{n}@1.{n}.0","licenses":[{{"license":{{"id":"MIT"}}}}]}}'
        ),
        "]}",
    ),
}


def nothing(*_: object) -> None:
    pass


def bare_xml(stream: BinaryIO) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = nothing
    parser.EndElementHandler = nothing
    parser.ParseFile(stream)


def bare_json(stream: BinaryIO) -> None:
    for _ in ijson.basic_parse(stream):
        pass


def bare_lines(stream: BinaryIO) -> None:
    for line in stream:
        line.decode().rstrip()


BARE: dict[str, Callable[[BinaryIO], None]] = {
    "junit": bare_xml,
    "cobertura": bare_xml,
    "lcov": bare_lines,
    "sarif": bare_json,
    "cyclonedx": bare_json,
}


def write(kind: str, path: Path, size: int) -> None:
    head, line, tail = WRITERS[kind]

    def lines() -> Iterator[str]:
        written = 0
        for number in range(size):
            text = line(number)
            written += len(text)
            yield text
            if written >= size:
                return

    with path.open("w", encoding="utf-8") as file:
        file.write(head)
        file.writelines(lines())
        file.write(tail)


def seconds(act: Callable[[BinaryIO], object], path: Path) -> float:
    """Of the processor, the best of two: other work on the machine counts for nothing."""
    best = float("inf")
    for _ in range(2):
        with path.open("rb") as stream:
            begun = time.process_time()
            act(stream)
            best = min(best, time.process_time() - begun)
    return best


def peak(kind: str, path: Path) -> int:
    """Megabytes of the process that read the file."""
    command = [sys.executable, str(ROOT / "manage.py"), "read_evidence", kind, str(path)]
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *command],
        env={**os.environ, "ORCA_VAR": str(path.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=float, default=20)
    parser.add_argument("--junit", type=float, default=100, help="of the file for the memory")
    given = parser.parse_args()
    print("| kind | MB | bare parser MB/s | read MB/s | read / bare |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="orca-bench-") as folder:
        path = Path(folder) / "report"
        for kind in WRITERS:
            write(kind, path, int(given.megabytes * MB))
            size = path.stat().st_size / MB
            bare = size / seconds(BARE[kind], path)
            read = size / seconds(partial(read_facts, kind), path)
            print(f"| {kind} | {size:.1f} | {bare:.1f} | {read:.1f} | {read / bare:.2f} |")
        write("junit", path, 1)
        floor = peak("junit", path)
        write("junit", path, int(given.junit * MB))
        print(f"\nPeak memory, JUnit of {given.junit:g} MB: {peak('junit', path)} MB", end="")
        print(f" (of one test: {floor} MB)")


if __name__ == "__main__":
    main()
