"""A policy version in plain words, with its figures."""

from decimal import Decimal
from zoneinfo import ZoneInfo

from changes.rules.policy import Policy
from changes.rules.windows import DAYS
from changes.vocabulary import label

Words = list[tuple[str, str]]


def policy_words(policy: Policy) -> Words:
    """Pairs of what is ruled and the rule, in the order in which a change meets them."""
    return [
        ("Required of a request", f"{_listed(policy.required_fields)}."),
        (
            "Standard change",
            (
                "Approved automatically when it names a procedure of the catalogue that is in "
                "force and covers it, and every gate has passed on its head revision."
            ),
        ),
        (
            "Normal change",
            (
                f"{_count(policy.tech_leads_per_system, 'tech lead')} of every affected system and "
                f"{_count(policy.peer_reviewers_minimum, 'peer reviewer')}: different people, "
                "none of them an author of the change."
            ),
        ),
        (
            "Emergency change",
            (
                "The engineer on call, and a post-incident review within "
                f"{_count(policy.post_incident_review_working_days, 'working day')}. More than "
                f"{figure(policy.emergency_share_maximum_percent)} % of all changes is too many."
            ),
        ),
        ("Infrastructure or architecture", "A tech lead of that system, whatever the category."),
        ("Gates", _gates(policy)),
        ("Deployment window", _window(policy)),
        ("Staged rollout", f"{_stages(policy)}; no stage is skipped and none goes backwards."),
        ("Rollback", _triggers(policy)),
    ]


def _gates(policy: Policy) -> str:
    return (
        f"{figure(policy.tests_passed_minimum_percent)} % of the tests passed, not more than "
        f"{figure(policy.tests_skipped_maximum_percent)} % skipped; coverage of at least "
        f"{figure(policy.coverage_minimum_percent)} %; at most "
        f"{_count(policy.critical_findings_maximum, 'critical finding')} from "
        f"{_listed(policy.required_scanners)}; at least "
        f"{_count(policy.code_reviews_minimum, 'approving code review')}."
    )


def _window(policy: Policy) -> str:
    days = _listed([DAYS[day - 1] for day in policy.window_days])
    avoided = _listed([DAYS[day - 1] for day in policy.window_reason_days])
    hours = f"{policy.window_opens:%H:%M} until just before {policy.window_closes:%H:%M}"
    reason = f" {avoided} inside these hours needs a recorded reason." if avoided else ""
    return (
        f"{days}, {hours}, {ZoneInfo(policy.window_time_zone).key}.{reason} Outside it, or in a "
        "freeze, an approved exception is needed. Emergencies are exempt."
    )


def _stages(policy: Policy) -> str:
    names = [f"{name} %" if name.isdigit() else name for name in policy.rollout_stages]
    return ", then ".join(names).capitalize()


def _triggers(policy: Policy) -> str:
    minutes = figure(Decimal(policy.trigger_sustained_seconds) / 60)
    return (
        f"Error rate above {figure(policy.error_rate_maximum_percent)} % or P95 latency above "
        f"{policy.latency_p95_maximum_ms} ms for {minutes} minutes, or more than "
        f"{policy.health_failures_maximum} health check failures in a row; production is back "
        f"within {figure(Decimal(policy.rollback_within_seconds) / 60)} minutes."
    )


def figure(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def _listed(words: "tuple[str, ...] | list[str]") -> str:
    names = [label(word) for word in words]
    return (
        names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
    )
