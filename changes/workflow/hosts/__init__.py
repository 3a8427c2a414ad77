"""What hosts tell, put into the record. The order in which it comes makes no difference.

Each notice adds facts that never contradict what is known (a later state of a pull request
replaces an earlier one, by the host's own time); what belongs together is then derived anew
from everything that is known (`settle`). So it does not matter what came first.
"""

from collections.abc import Iterable
from datetime import datetime

from changes.intake.hosts.notices import (
    AlertNotice,
    DeploymentNotice,
    NewsNotice,
    Notice,
    PullNotice,
    PushNotice,
    ReviewNotice,
    RunNotice,
)
from changes.models import Repository
from changes.workflow.hosts.alerts import record_alert, settle_alerts
from changes.workflow.hosts.commits import record_push
from changes.workflow.hosts.deployments import record_deployment_notice
from changes.workflow.hosts.news import record_news
from changes.workflow.hosts.pulls import record_pull, record_review_notice
from changes.workflow.hosts.repositories import held_repository
from changes.workflow.hosts.runs import record_run_notice


def record_notices(notices: Iterable[Notice], *, received_at: datetime) -> list[str]:
    """In the caller's transaction. Returns sentences on what was of no use for the record."""
    sentences = dict.fromkeys(_record(notice, received_at) for notice in notices)
    return [sentence for sentence in sentences if sentence]


def _record(notice: Notice, received_at: datetime) -> str:
    if isinstance(notice, AlertNotice):
        return record_alert(notice)
    # Held until the end: what two workers learn of one repository is settled one by one.
    repository = held_repository(notice.repository, received_at)
    return _of_repository(notice, repository, received_at)


def _of_repository(notice: Notice, repository: Repository, received_at: datetime) -> str:
    match notice:
        case PullNotice():
            return record_pull(repository, notice, received_at)
        case ReviewNotice():
            return record_review_notice(repository, notice, received_at)
        case PushNotice():
            return record_push(repository, notice, received_at)
        case RunNotice():
            return record_run_notice(repository, notice)
        case DeploymentNotice():
            sentence = record_deployment_notice(repository, notice, received_at)
            settle_alerts()
            return sentence
        case NewsNotice():
            return record_news(repository, notice, received_at)
    return f"The portal keeps nothing of a {type(notice).__name__}."
