"""Each benchmark still runs: at a size that says nothing about speed, with no time asserted."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SMALL = {
    "bench_api": ["--requests", "3", "--tests", "10"],
    "bench_evidence": ["--megabytes", "0.05", "--junit", "0.05"],
    "bench_import": ["--commits", "60"],
    "bench_reconciliation": ["--commits", "40"],
    "bench_intake": ["--deliveries", "40", "--clients", "4", "--rounds", "1"],
    "bench_ledger": ["--entries", "50", "--appends", "8", "--clients", "2", "4"],
    "bench_packages": ["--changes", "4", "--monolith", "2"],
    "bench_rules": ["--commits", "3", "--samples", "20", "--runs", "2"],
    "bench_pages": ["--changes", "3", "30", "--requests", "2"],
}


@pytest.mark.parametrize("name", SMALL)
def test_benchmark_prints_its_table(name: str) -> None:
    command = [sys.executable, "-m", f"tests.benchmarks.{name}", *SMALL[name]]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_every_benchmark_has_its_smoke_run() -> None:
    scripts = {path.stem for path in Path(__file__).parent.glob("bench_*.py")}
    assert scripts == set(SMALL)
