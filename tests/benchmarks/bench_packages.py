"""How long a package takes and how much memory, beside one monolithic render of its dossiers.

python -m tests.benchmarks.bench_packages [--changes 150 1000 3000] [--monolith 150]

Real workers on the broker of files. The monolith renders the same dossiers in one document with
naive CSS; beyond `--monolith` dossiers its figures are extrapolated, and marked with ~.
"""

import argparse
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.scratch import scratch_portal

QUARTER, WORKERS = "2026Q3", 2
NAIVE = "td { word-break: break-all } table { table-layout: auto; border-collapse: collapse }"
BODY = re.compile(r"<body[^>]*>.*?(<p class=\"mono soft\">.*)</body>", re.DOTALL)  # without heads


@dataclass
class Measured:
    changes: int
    cold: float
    cached: float
    one_percent: float
    unchanged: float
    memory_mb: float
    monolith: float
    monolith_mb: float
    same_css: float
    is_extrapolated: bool


@contextmanager
def workers(count: int) -> Iterator[list[float]]:
    """Real processes; when they have ended the list holds the peak memory of each, in MB."""
    from django.conf import settings

    peaks: list[float] = []
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "run_worker", "--name"]
    log = (settings.VAR_DIR / "log" / "bench.log").open("ab")
    started = [
        subprocess.Popen([*command, f"bench-{n}"], stdout=log, stderr=log) for n in range(count)
    ]
    try:
        time.sleep(5)
        yield peaks
    finally:
        for worker in started:
            worker.send_signal(signal.SIGTERM)
        for worker in started:
            peaks.append(os.wait4(worker.pid, 0)[2].ru_maxrss / 1024)
            worker.returncode = 0
        log.close()


def compile_once(*, is_forced: bool) -> float:
    """Through the broker, as the page does it."""
    from changes import clock
    from changes.quarters import parse_quarter
    from evidence.packages.jobs import Wake, request_job
    from evidence.packages.sweep import requeue_stuck_jobs
    from evidence.tasks import wake
    from evidence.vocabulary import Phase

    began = time.perf_counter()
    quarter = parse_quarter(QUARTER)
    job = request_job(quarter=quarter, is_forced=is_forced, actor=None, at=clock.now())
    wake([Wake(Phase.FREEZE, job.pk)])
    while not job.is_over:
        time.sleep(0.05)
        wake(requeue_stuck_jobs())
        job.refresh_from_db()
    assert job.package, job.error
    return time.perf_counter() - began


def measure(count: int, monolith: int) -> Measured:
    from changes.models import ChangeRequest
    from changes.quarters import parse_quarter
    from evidence.packages.compile import unchanged_package

    with workers(WORKERS) as peaks:
        cold = compile_once(is_forced=True)
        cached = compile_once(is_forced=True)
        changes = ChangeRequest.objects.order_by("pk").values_list("pk", flat=True)
        some = list(changes[: max(count // 100, 1)])
        ChangeRequest.objects.filter(pk__in=some).update(title="Another title")
        one_percent = compile_once(is_forced=False)
        began = time.perf_counter()
        assert unchanged_package(parse_quarter(QUARTER))
        unchanged = time.perf_counter() - began
    seconds, memory = measure_monolith(min(count, monolith), "naive")
    same_css, _ = measure_monolith(min(count, monolith), "same")
    scale = count / min(count, monolith)
    return Measured(
        changes=count,
        cold=cold,
        cached=cached,
        one_percent=one_percent,
        unchanged=unchanged,
        memory_mb=max(peaks),
        monolith=seconds * scale,
        monolith_mb=memory * scale,
        same_css=same_css * scale,
        is_extrapolated=scale > 1,
    )


def measure_monolith(count: int, css: str) -> tuple[float, float]:
    """In a process of its own, so that its memory is its own; without its start."""
    module = [sys.executable, "-m", "tests.benchmarks.bench_packages"]
    command = [*module, "--render", str(count), "--css", css]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert child.stdout
    seconds = float(child.stdout.read())
    peak = os.wait4(child.pid, 0)[2].ru_maxrss / 1024
    child.returncode = 0
    return seconds, peak


def render_monolith(count: int, css: str) -> float:
    import django

    django.setup()
    from weasyprint import CSS, HTML

    from changes.quarters import parse_quarter
    from evidence.packages.styles import SHEETS, tokens

    sheet = (Path.cwd() / SHEETS / "sheet.css").read_text()
    if css == "naive":
        for good in ("table-layout: fixed;", "border-collapse: separate;"):
            sheet = sheet.replace(good, "")
        sheet += NAIVE
    bodies = list(_bodies(parse_quarter(QUARTER), count))
    began = time.perf_counter()
    html = (
        f"<html lang='en'><title>All</title><body class='dossier'>{''.join(bodies)}</body></html>"
    )
    HTML(string=html).write_pdf(stylesheets=[CSS(string=tokens() + sheet)])
    return time.perf_counter() - began


def _bodies(quarter: object, count: int) -> Iterator[str]:
    from itertools import islice

    from django.template.loader import render_to_string

    from changes.quarters import Quarter
    from evidence.packages.collect import frozen_changes
    from evidence.packages.dossiers import dossier_context
    from evidence.packages.freeze import setting_of

    assert isinstance(quarter, Quarter)
    for change in islice(frozen_changes(setting_of(quarter)), count):
        context = {"language": "en", **dossier_context(change.facts, change.sha256)}
        found = BODY.search(render_to_string("pdf/dossier.html", context))
        assert found
        yield f'<div class="new-page">{found[1]}</div>'


def _print(rows: list[Measured]) -> None:
    print(
        "| changes | cold s | cached s | 1 % changed s | unchanged s | peak MB of a worker"
        " | naive monolith s | its MB | monolith with our CSS s | cold / naive | cached / cold"
        " | unchanged / cold |"
    )
    print("|" + "---|" * 12)
    for row in rows:
        mark = "~" if row.is_extrapolated else ""
        ratios = (row.cold / row.monolith, row.cached / row.cold, row.unchanged / row.cold)
        print(
            f"| {row.changes} | {row.cold:.1f} | {row.cached:.1f} | {row.one_percent:.1f}"
            f" | {row.unchanged:.2f} | {row.memory_mb:.0f} | {mark}{row.monolith:.1f}"
            f" | {mark}{row.monolith_mb:.0f} | {mark}{row.same_css:.1f}"
            f" | {' | '.join(f'{ratio:.3f}' for ratio in ratios)} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, nargs="+", default=[150, 1000, 3000])
    parser.add_argument("--monolith", type=int, default=150, help="render at most so many in one")
    parser.add_argument("--render", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--css", default="naive", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.render:
        print(render_monolith(options.render, options.css))
        return
    if len(options.changes) == 1:
        with scratch_portal():
            fill_records(options.changes[0])
            _print([measure(options.changes[0], options.monolith)])
        return
    for number, count in enumerate(options.changes):
        lines = _in_own_process(count, options.monolith)
        print("\n".join(lines if number == 0 else lines[-1:]), flush=True)


def fill_records(count: int) -> None:
    from tests.benchmarks.records import fill

    fill(count)


def _in_own_process(count: int, monolith: int) -> list[str]:
    """Each size begins with a new database and nothing rendered."""
    sizes = ["--changes", str(count), "--monolith", str(monolith)]
    command = [sys.executable, "-m", "tests.benchmarks.bench_packages", *sizes]
    return subprocess.run(
        command, stdout=subprocess.PIPE, text=True, check=True
    ).stdout.splitlines()


if __name__ == "__main__":
    main()
