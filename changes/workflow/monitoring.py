"""Samples of running rollouts, asked of Prometheus where it is configured.

docs/integrate.md has the settings. A query that answers nothing, several series or no number
measured nothing: that is a gap, not a good sample.
"""

import logging
from datetime import datetime
from decimal import Decimal
from string import Template

from django.conf import settings

from changes import clock
from changes.models import Deployment, Organisation
from changes.outward.prometheus import ask_prometheus
from changes.vocabulary import DeploymentOutcome, Environment
from changes.workflow.refusals import Refusal
from changes.workflow.samples import NewSample, record_samples

logger = logging.getLogger(__name__)


def sample_rollouts() -> int:
    """One sample of each rollout to production. Says how many were taken."""
    is_configured = settings.PROMETHEUS_URL and any(settings.PROMETHEUS_QUERIES.values())
    if not is_configured or Organisation.objects.filter(is_sample=True).exists():
        return 0
    running = Deployment.objects.filter(
        outcome=DeploymentOutcome.RUNNING, environment=Environment.PRODUCTION
    )
    return sum(_sample(deployment) for deployment in running.select_related("change", "repository"))


def _sample(deployment: Deployment) -> bool:
    at = clock.now().replace(microsecond=0)
    measured = {name: _measure(name, deployment, at) for name in settings.PROMETHEUS_QUERIES}
    if all(value is None for value in measured.values()):
        return False
    health = measured["health"]
    sample = NewSample(
        taken_at=at,
        error_rate_percent=measured["error_rate"],
        latency_p95_ms=measured["latency"],
        is_healthy=None if health is None else health >= 1,
    )
    try:
        record_samples(deployment=deployment, samples=[sample])
    except Refusal as refusal:
        logger.warning("No sample of %s: %s", deployment, refusal)
        return False
    return True


def _measure(name: str, deployment: Deployment, at: datetime) -> Decimal | None:
    query = settings.PROMETHEUS_QUERIES[name]
    if not query:
        return None
    asked = Template(query).safe_substitute(_labels(deployment))
    found = ask_prometheus(settings.PROMETHEUS_URL, settings.PROMETHEUS_TOKEN, asked, at)
    if isinstance(found, str):
        logger.warning("The %s of %s was not measured: %s", name, deployment, found)
        return None
    values = [value for series in found for _, value in series.values]
    return values[0] if len(values) == 1 else None


def _labels(deployment: Deployment) -> dict[str, str]:
    """What stands in a query for the deployment; quoted, so that no name ends its quotes."""
    change, repository = deployment.change, deployment.repository
    system = change.systems.order_by("slug").first() if change else None
    said = {
        "revision": deployment.revision,
        "repository": repository.name if repository else "",
        "system": system.slug if system else "",
        "change": change.key if change else "",
    }
    escapes = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})
    return {name: text.translate(escapes) for name, text in said.items()}
