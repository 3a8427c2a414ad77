"""How long a package takes and how much memory, beside one monolithic render of its dossiers.

python -m tests.benchmarks.bench_packages [--changes 150 1000 3000] [--monolith 150]

Real workers on the broker of files. The monolith renders the same dossiers in one document with
naive CSS; beyond `--monolith` dossiers its figures are extrapolated, and marked with ~.

Beside the seconds on the wall stand those of the processor, of all workers together: only these
are fair on a machine that does other work as well, and the ratios are made of them.
"""

import argparse
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.benchmarks.scratch import scratch_portal

QUARTER, WORKERS = "2026Q3", 2
NAIVE = "td { word-break: break-all } table { table-layout: auto; border-collapse: collapse }"
BODY = re.compile(r"<body[^>]*>.*?(<p class=\"mono soft\">.*)</body>", re.DOTALL)  # without heads


@dataclass
class Spent:
    """Seconds on the wall, and of the processor."""

    wall: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.wall:.1f} / {self.cpu:.1f}"


@dataclass
class Measured:
    changes: int
    cold: Spent
    cached: Spent
    one_percent: Spent
    unchanged: Spent
    memory_mb: float
    monolith_cpu: float
    monolith_mb: float
    same_css_cpu: float
    is_extrapolated: bool


class Crew:
    """The workers, while they run and after: what they have spent, and their peak memory."""

    def __init__(self, workers: list[subprocess.Popen[bytes]]) -> None:
        self.workers = workers
        self.peaks_mb: list[float] = []

    def cpu(self) -> float:
        return sum(_cpu_of(worker.pid) for worker in self.workers)

    def spent_on(self, act: Callable[[], object]) -> Spent:
        wall, cpu, own = time.perf_counter(), self.cpu(), time.process_time()
        act()
        more = self.cpu() - cpu + time.process_time() - own
        return Spent(time.perf_counter() - wall, more)


def _cpu_of(pid: int) -> float:
    """User and system time of a process and of what it has waited for, from /proc (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def workers(count: int) -> Iterator[Crew]:
    """Real processes; when they have ended the crew knows the peak memory of each."""
    from django.conf import settings

    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "run_worker", "--name"]
    log = (settings.VAR_DIR / "log" / "bench.log").open("ab")
    started = [
        subprocess.Popen([*command, f"bench-{n}"], stdout=log, stderr=log) for n in range(count)
    ]
    crew = Crew(started)
    try:
        time.sleep(5)
        yield crew
    finally:
        for worker in started:
            worker.send_signal(signal.SIGTERM)
        for worker in started:
            crew.peaks_mb.append(os.wait4(worker.pid, 0)[2].ru_maxrss / 1024)
            worker.returncode = 0
        log.close()


def compile_once(*, is_forced: bool) -> None:
    """Through the broker, as the page does it."""
    from changes import clock
    from changes.quarters import parse_quarter
    from evidence.packages.jobs import Wake, request_job
    from evidence.packages.sweep import requeue_stuck_jobs
    from evidence.tasks import wake
    from evidence.vocabulary import Phase

    quarter = parse_quarter(QUARTER)
    job = request_job(quarter=quarter, is_forced=is_forced, actor=None, at=clock.now())
    wake([Wake(Phase.FREEZE, job.pk)])
    while not job.is_over:
        time.sleep(0.2)
        wake(requeue_stuck_jobs())
        job.refresh_from_db()
    assert job.package, job.error


def measure(count: int, monolith: int) -> Measured:
    from changes.models import ChangeRequest
    from changes.quarters import parse_quarter
    from evidence.packages.compile import unchanged_package

    with workers(WORKERS) as crew:
        cold = crew.spent_on(partial(compile_once, is_forced=True))
        cached = crew.spent_on(partial(compile_once, is_forced=True))
        changes = ChangeRequest.objects.order_by("pk").values_list("pk", flat=True)
        some = list(changes[: max(count // 100, 1)])
        ChangeRequest.objects.filter(pk__in=some).update(title="Another title")
        one_percent = crew.spent_on(partial(compile_once, is_forced=False))
        unchanged = crew.spent_on(partial(unchanged_package, parse_quarter(QUARTER)))
    seconds, memory = measure_monolith(min(count, monolith), "naive")
    same_css, _ = measure_monolith(min(count, monolith), "same")
    scale = count / min(count, monolith)
    return Measured(
        changes=count,
        cold=cold,
        cached=cached,
        one_percent=one_percent,
        unchanged=unchanged,
        memory_mb=max(crew.peaks_mb),
        monolith_cpu=seconds * scale,
        monolith_mb=memory * scale,
        same_css_cpu=same_css * scale,
        is_extrapolated=scale > 1,
    )


def measure_monolith(count: int, css: str) -> tuple[float, float]:
    """CPU seconds and MB; in a process of its own, so that its memory is its own."""
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
    began = time.process_time()
    html = (
        f"<html lang='en'><title>All</title><body class='dossier'>{''.join(bodies)}</body></html>"
    )
    HTML(string=html).write_pdf(stylesheets=[CSS(string=tokens() + sheet)])
    return time.process_time() - began


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
    """Wall / CPU seconds; the ratios are of CPU seconds."""
    print(
        "| changes | cold | cached | 1 % changed | unchanged | peak MB of a worker"
        " | naive monolith, CPU s | its MB | monolith with our CSS, CPU s"
        " | cold / naive | cold / our CSS | cached / cold | 1 % / cold | unchanged / cold |"
    )
    print("|" + "---|" * 14)
    for row in rows:
        mark = "~" if row.is_extrapolated else ""
        cold = row.cold.cpu
        ratios = [cold / row.monolith_cpu, cold / row.same_css_cpu]
        ratios += [spent.cpu / cold for spent in (row.cached, row.one_percent, row.unchanged)]
        print(
            f"| {row.changes} | {row.cold} | {row.cached} | {row.one_percent} | {row.unchanged}"
            f" | {row.memory_mb:.0f} | {mark}{row.monolith_cpu:.0f} | {mark}{row.monolith_mb:.0f}"
            f" | {mark}{row.same_css_cpu:.0f}"
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
