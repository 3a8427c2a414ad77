"""The story of one change, as moments in the order in which they happened."""

from dataclasses import replace

from changes.queries.judgements import Judgement
from changes.queries.timeline.moment import Moment
from changes.queries.timeline.pipeline import pipeline_moments
from changes.queries.timeline.request import (
    approval_moments,
    pull_request_moments,
    request_moments,
)
from changes.queries.timeline.rollout import alert_moments, learning_moments, rollout_moments
from changes.vocabulary import Origin


def timeline(judgement: Judgement) -> list[Moment]:
    """`judgement.change` is loaded with `with_record`; the rest takes a fixed number of queries."""
    change = judgement.change
    pulls = list(change.pull_requests.all())
    found = [
        *request_moments(change),
        *(moment for pull in pulls for moment in pull_request_moments(pull)),
        *approval_moments(judgement),
        *pipeline_moments(change, pulls),
        *(
            moment
            for deployment in change.deployments.all()
            for moment in (*rollout_moments(deployment), *alert_moments(deployment))
        ),
        *learning_moments(change),
    ]
    is_late = change.origin != Origin.PORTAL
    return sorted((replace(m, is_late=is_late) for m in found), key=lambda moment: moment.at)


__all__ = ["Moment", "timeline"]
