"""What a made request says: sentences around its subject, and the KPI of its system."""

from collections.abc import Mapping
from random import Random

from changes.sample.routine.topics import Topic
from changes.sample.story import Kpi

DESCRIPTIONS = (
    "{title}. The change touches {subject} and nothing else, behind a switch that starts off.",
    "{title}. It is done in {subject}; the {files} files around it are only called in another way.",
    "{title}. {count} callers of {subject} were looked at, and none has to be changed with it.",
    "{title}. The work in {subject} was cut in two commits, each of which can stand alone.",
)
RISKS = (
    "Low: {subject} is called in {files} places, and each of them is tested.",
    "Medium: should {subject} fail, {count} customers would see it within minutes of the canary.",
    "Low. The old way through {subject} stays in the build for {files} more days.",
    "Medium, because {subject} is busy at all hours; the canary takes {files} percent of it.",
)
ROLLBACKS = (
    "Deploy the build before: {subject} is then as it was. It takes under {files} minutes.",
    "Turn the switch of {subject} off; if that does not help, deploy the build before.",
    "Roll back with the deployment system. No data of {subject} is written in a new form.",
    "Deploy the build before and restart what uses {subject}, {files} processes in all.",
)
TESTS = (
    "{files} new tests of {subject}; on staging {count} recorded requests gave the same answers.",
    "{subject} was tried on staging for {files} hours under twice the usual load.",
    "The whole suite, and {count} cases of {subject} taken from production without their names.",
    "A second engineer tried for an afternoon to break {subject} on staging, in {files} ways.",
)
KPIS: Mapping[str, tuple[str, float, str, float]] = {
    "gateway-api": ("Requests answered with 5xx, in percent", 0.21, "lower", 15),
    "billing": ("Invoices that were corrected by hand, per thousand", 4.2, "lower", 10),
    "identity": ("Sign-ins that succeed at the first try, in percent", 93.4, "higher", 2),
    "data-pipeline": ("Seconds from an event to its aggregate, median", 41, "lower", 10),
    "web-console": ("Page views with a script error, in percent", 0.29, "lower", 12),
    "platform": ("Nodes out of service, per day", 2.6, "lower", 20),
}


def texts(topic: Topic, random: Random) -> dict[str, str]:
    def said(patterns: tuple[str, ...]) -> str:
        files, count = random.randint(3, 28), random.randint(40, 900)
        text = random.choice(patterns).format(
            title=topic.title, subject=topic.subject, files=files, count=count
        )
        return text[0].upper() + text[1:]

    return {
        "description": said(DESCRIPTIONS),
        "business_justification": f"{topic.why}.",
        "risk_assessment": said(RISKS),
        "rollback_plan": said(ROLLBACKS),
        "testing_evidence": said(TESTS),
    }


def kpi(topic: Topic, random: Random) -> Kpi:
    """Close to what it was, on the good side more often than not."""
    name, baseline, direction, tolerance = KPIS[topic.system]
    drift = random.uniform(-0.6, 0.3) * tolerance / 100
    value = baseline * (1 + drift if direction == "lower" else 1 - drift)
    return Kpi(name, baseline, round(value, 2), direction, tolerance)
