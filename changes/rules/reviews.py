"""Reviews after the fact: post-mortems, post-incident reviews."""

from collections.abc import Container
from datetime import date, timedelta

from changes.rules.awaited import awaited
from changes.rules.facts import ChangeFacts, PostMortemFacts
from changes.rules.findings import Finding, failed, not_applicable, passed, unknown, waiting
from changes.rules.policy import Policy
from changes.rules.verification import why_degraded
from changes.vocabulary import Category, DeploymentOutcome

FRIDAY = 5


def review_due_on(
    incident_on: date, working_days: int, holidays: Container[date] = frozenset()
) -> date:
    """The last day in time: so many working days after the incident's day.

    A working day is Monday to Friday and no holiday.
    """
    day, left = incident_on, working_days
    while left > 0:
        day += timedelta(days=1)
        left -= day.isoweekday() <= FRIDAY and day not in holidays
    return day


def post_mortem_written(facts: ChangeFacts, policy: Policy) -> Finding:
    """After a rollback, a failed verification or an emergency: written by one person, approved
    by another, every action item with an owner and a due date.
    """
    rule = "post_mortem_written"
    reason = why_post_mortem(facts)
    if not reason:
        return not_applicable(rule, "Nothing happened that asks for a post-mortem.")
    lacking = _lacks(facts.post_mortem)
    if lacking:
        return awaited(facts, rule, f"{reason} {lacking}")
    return passed(rule, "The post-mortem is written and approved.")


def post_incident_review_held(facts: ChangeFacts, policy: Policy) -> Finding:
    """Emergencies: held by somebody who did not make the change, on the due day or before.

    Until that day is over it is unknown, also where the quarter ends before.
    """
    rule = "post_incident_review_held"
    if facts.category is not Category.EMERGENCY:
        return not_applicable(rule, f"Asked of emergencies; this one is {facts.category}.")
    if not facts.is_deployed:
        return waiting(rule, "It is not deployed yet.")
    review = facts.incident_review
    if review is None:
        return awaited(facts, rule, "Open the post-incident review and hold it.")
    due = review.due_on.isoformat()
    if review.held_on is None:
        is_overdue = facts.judged_on is not None and facts.judged_on > review.due_on
        sentence = (
            f"Hold the post-incident review: it {'was' if is_overdue else 'is'} due on {due}."
        )
        return (failed if is_overdue else unknown)(rule, sentence, due_on=due)
    if review.held_on > review.due_on:
        return failed(rule, f"It was held on {review.held_on}, after it was due on {due}.")
    if review.reviewed_by is None:
        return unknown(rule, "Who held the post-incident review is not on record.")
    if review.reviewed_by.id in facts.authors:
        return failed(rule, f"{review.reviewed_by.name} made the change: another person holds it.")
    return passed(rule, f"Held on {review.held_on} by {review.reviewed_by.name}, due on {due}.")


def why_post_mortem(facts: ChangeFacts) -> str:
    """What happened that asks for a post-mortem; empty where nothing did."""
    if any(d.outcome == DeploymentOutcome.ROLLED_BACK for d in facts.deployments):
        return "It was rolled back."
    if any(d.failed_verifications for d in facts.deployments):
        return "A verification failed."
    if facts.category is Category.EMERGENCY and facts.is_deployed:
        return "It was an emergency."
    details = [v.details for d in facts.deployments for v in d.verifications]
    return "A verification failed." if any(map(why_degraded, details)) else ""


def _lacks(post_mortem: PostMortemFacts | None) -> str:
    if post_mortem is None or post_mortem.written_by is None:
        return "Write the post-mortem."
    unowned = [i.title for i in post_mortem.action_items if not (i.owner and i.due_on)]
    if unowned:
        return f"Give an owner and a due date to: {', '.join(unowned)}."
    if post_mortem.approved_by is None:
        return "The post-mortem waits for another person's approval."
    return ""
