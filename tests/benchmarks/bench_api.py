"""How long the deploy gate and an evidence file take, beside a view that only inserts one row.

python -m tests.benchmarks.bench_api [--requests 200] [--tests 1000]

In one process, through every layer but the web server, on a scratch SQLite database. The three take
turns, so that all meet the same other work of the machine; the ratio is of processor time.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.benchmarks.scratch import scratch_portal

SAMPLES = 2000


def measured(
    acts: dict[str, Callable[[int], None]], requests: int
) -> dict[str, list[tuple[float, float]]]:
    """Milliseconds of each, by the clock and of the processor."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in acts}
    for number in range(requests):
        for name, act in acts.items():
            begun, used = time.perf_counter(), time.process_time()
            act(number)
            ended = time.perf_counter() - begun, time.process_time() - used
            found[name].append((1000 * ended[0], 1000 * ended[1]))
    return found


def junit(tests: int, number: int) -> bytes:
    """Another file each time: the same one again is only found."""
    cases = "".join(
        f'<testcase classname="orca" name="case {n}" time="0.01"/>' for n in range(tests)
    )
    return f'<testsuite name="run {number}">{cases}</testsuite>'.encode()


def watch(deployment: Any, samples: int) -> None:
    from changes.models import HealthSample

    begun = deployment.started_at + timedelta(days=1)
    HealthSample.objects.bulk_create(
        HealthSample(
            deployment=deployment,
            taken_at=begun + timedelta(seconds=second),
            error_rate_percent="0.1",
            latency_p95_ms="200",
            is_healthy=True,
        )
        for second in range(1, samples + 1)
    )


def acts_on_a_change(tests: int) -> dict[str, Callable[[int], None]]:
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.test import Client

    from changes.vocabulary import Scope
    from tests.factories.interfaces import a_secret
    from tests.factories.people import a_tech_lead
    from tests.factories.stories import make_story

    story = make_story().pass_gates().approve()
    deployed = make_story().pass_gates().approve().deploy()
    watch(deployed.deployment, SAMPLES)
    secret = a_secret(*Scope, person=a_tech_lead(), name="benchmark")
    client = Client(headers={"authorization": f"Bearer {secret}"})
    root = f"/api/v1/changes/{story.change.key}"

    def floor(_: int) -> None:
        assert client.post("/floor/", b"{}", "application/json").status_code == 202

    def gate(_: int) -> None:
        assert client.get(f"{root}/deploy-gate/?revision={story.head}").status_code == 200

    def gate_again(_: int) -> None:
        address = f"/api/v1/changes/{deployed.change.key}/deploy-gate/"
        assert client.get(f"{address}?revision={deployed.head}").status_code == 200

    def evidence(number: int) -> None:
        file = SimpleUploadedFile("junit.xml", junit(tests, number))
        said = {"kind": "junit", "file": file, "revision": story.head}
        answer = client.post(f"{root}/evidence/", said)
        assert answer.status_code == 201, answer.content

    return {
        "one row": floor,
        "deploy gate": gate,
        f"deploy gate, deployed, {SAMPLES:,} samples": gate_again,
        "evidence": evidence,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--tests", type=int, default=1000, help="in each JUnit file")
    given = parser.parse_args()
    with scratch_portal():
        from django.conf import settings
        from django.test.utils import override_settings

        settings.API_RATE = "1000000/min"
        with override_settings(
            ROOT_URLCONF="tests.benchmarks.intake_site", ALLOWED_HOSTS=["testserver"]
        ):
            found = measured(acts_on_a_change(given.tests), given.requests)
    floor = statistics.median(used for _, used in found["one row"])
    print("| request | median ms | p95 ms | processor ms | of one row |")
    print("|---|---|---|---|---|")
    for name, times in found.items():
        clock, used = zip(*times, strict=True)
        late = sorted(clock)[int(0.95 * (len(times) - 1))]
        middle, work = statistics.median(clock), statistics.median(used)
        print(f"| {name} | {middle:.1f} | {late:.1f} | {work:.1f} | {work / floor:.1f} |")


if __name__ == "__main__":
    main()
