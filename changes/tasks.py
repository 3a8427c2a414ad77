"""Celery tasks: a body is a call. Whoever starts one may lose it: the rows know what is due."""

import logging
from typing import Any

from celery import shared_task
from kombu.exceptions import ChannelError, OperationalError

from changes import clock
from changes.workflow import (
    deliveries,
    diffs,
    dry_runs,
    host_checks,
    monitoring,
    notifications,
    statuses,
)
from changes.workflow.executor import due_calls, send_call

logger = logging.getLogger(__name__)


@shared_task(name="changes.handle_delivery")
def handle_delivery(delivery_pk: int) -> None:
    deliveries.handle_delivery(delivery_pk)


@shared_task(name="changes.handle_waiting_deliveries")
def handle_waiting_deliveries() -> None:
    deliveries.handle_waiting_deliveries()


@shared_task(name="changes.send_statuses")
def send_statuses() -> None:
    statuses.send_statuses()


@shared_task(name="changes.fetch_diffs")
def fetch_diffs() -> None:
    diffs.fetch_diffs()


@shared_task(name="changes.snapshot_protection")
def snapshot_protection() -> None:
    host_checks.snapshot_protection()


@shared_task(name="changes.ask_for_lost_deliveries")
def ask_for_lost_deliveries() -> None:
    host_checks.ask_for_lost_deliveries()


@shared_task(name="changes.sample_rollouts")
def sample_rollouts() -> None:
    monitoring.sample_rollouts()


def wake_for(delivery_pk: int) -> None:
    """Tells a worker at once. Where the broker does not answer, the sweep finds the row."""
    _wake(handle_delivery, delivery_pk)


def wake_for_dry_run() -> None:
    """The same for a proposal that is to be tried."""
    _wake(run_dry_runs)


def _wake(task: Any, *arguments: int) -> None:
    try:
        task.apply_async(arguments, retry=False)
    except (OperationalError, ChannelError, OSError) as error:
        logger.warning("The broker does not answer (%s); what is due waits.", error)


@shared_task(name="changes.run_dry_runs")
def run_dry_runs() -> None:
    dry_runs.run_dry_runs()


@shared_task(name="changes.send_notifications")
def send_notifications() -> None:
    notifications.send_due(clock.now())


@shared_task(name="changes.queue_overdue")
def queue_overdue() -> None:
    notifications.queue_overdue(clock.now())


@shared_task(name="changes.call_rollback_executor")
def call_rollback_executor() -> None:
    """Every call that is due; the rows are claimed one by one."""
    for call in due_calls():
        send_call(call)
