"""The deployment window, avoided days and freezes, in the policy's own time zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

from changes.rules.facts import (
    ChangeFacts,
    DeploymentFacts,
    FreezeFacts,
    WindowExceptionFacts,
)
from changes.rules.findings import (
    Finding,
    combined,
    failed,
    not_applicable,
    passed,
    unknown,
    waiting,
)
from changes.rules.policy import Policy
from changes.vocabulary import Category, PersonKind

RULE = "deployed_inside_window"
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def deployed_inside_window(facts: ChangeFacts, policy: Policy) -> Finding:
    """Each production deployment began inside the window, or outside it by leave."""
    if facts.category is Category.EMERGENCY:
        return not_applicable(RULE, "Emergencies are exempt from the window and from freezes.")
    if not facts.deployments:
        if facts.is_imported or not facts.sees_deployments:
            return unknown(RULE, "No deployment source reports for this repository.")
        return waiting(RULE, "It is not deployed yet.")
    findings = [window_finding(facts, d, d.policy or policy) for d in facts.deployments]
    worst = combined(findings)
    sentences = dict.fromkeys(f.sentence for f in findings if f.verdict is worst)
    return Finding(RULE, worst, " ".join(sentences))


def window_finding(facts: ChangeFacts, deployment: DeploymentFacts, policy: Policy) -> Finding:
    at = deployment.started_at
    local = at.astimezone(ZoneInfo(policy.window_time_zone))
    shown = f"{DAYS[local.weekday()]} {local:%Y-%m-%d %H:%M} {policy.window_time_zone}"
    problem = why_closed(facts, at, policy)
    if problem is None:
        return passed(RULE, f"Started on {shown}, inside the window.")
    leave = leave_at(facts, at)
    if leave:
        name = leave.approved_by.name
        return passed(RULE, f"Started on {shown} by leave of {name}: {leave.reason}")
    return failed(RULE, f"Started on {shown}: {problem}")


def leave_at(facts: ChangeFacts, at: datetime) -> WindowExceptionFacts | None:
    """The exception under which it may begin then: given before, by somebody else, not expired."""
    return next(
        (
            leave
            for leave in facts.window_exceptions
            if leave.approved_at < at < leave.valid_until
            and leave.approved_by.id not in facts.authors
            and leave.approved_by.kind is PersonKind.HUMAN
        ),
        None,
    )


def why_closed(facts: ChangeFacts, at: datetime, policy: Policy) -> str | None:
    """Why a deployment of this change may not begin at that instant; None if it may.

    The opening moment is inside, the closing one is outside.
    """
    frozen = next((f for f in facts.freezes if _applies(f, facts, at)), None)
    if frozen:
        return f"a freeze closed the window ({frozen.reason})."
    if not inside_hours(at, policy):
        hours = f"{policy.window_opens:%H:%M} to {policy.window_closes:%H:%M}"
        return f"outside the deployment window ({day_names(policy)}, {hours})."
    if is_avoided_day(at, policy) and not facts.avoided_day_reason.strip():
        return "an avoided day, and no reason is recorded."
    return None


def inside_hours(at: datetime, policy: Policy) -> bool:
    """On an open or an avoided day, from the opening until just before the closing."""
    local = at.astimezone(ZoneInfo(policy.window_time_zone))
    open_days = (*policy.window_days, *policy.window_reason_days)
    is_open = policy.window_opens <= local.time() < policy.window_closes
    return local.isoweekday() in open_days and is_open


def is_avoided_day(at: datetime, policy: Policy) -> bool:
    local = at.astimezone(ZoneInfo(policy.window_time_zone))
    return local.isoweekday() in policy.window_reason_days


def day_names(policy: Policy) -> str:
    return ", ".join(DAYS[day - 1] for day in policy.window_days)


def _applies(freeze: FreezeFacts, facts: ChangeFacts, at: datetime) -> bool:
    slugs = {system.slug for system in facts.systems}
    covers = not freeze.systems or bool(freeze.systems & slugs)
    return covers and freeze.starts_at <= at < freeze.ends_at
