"""One question to Prometheus."""

from datetime import datetime

import httpx

from changes.intake.bodies import Malformed
from changes.intake.hosts.prometheus import Series, series_of
from changes.intake.strict_json import NotStrict, read_strictly
from changes.outward.hosts import wire

ANSWER_MAXIMUM = 1024 * 1024


def ask_prometheus(url: str, token: str, query: str, at: datetime) -> list[Series] | str:
    """What it answers; or a sentence why there is nothing. Redirects are not followed."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    parameters = {"query": query, "time": str(at.timestamp())}
    address = f"{url.rstrip('/')}/api/v1/query"
    try:
        with wire() as client:
            response = client.get(address, params=parameters, headers=headers)
    except httpx.HTTPError as error:
        return f"Prometheus could not be reached ({type(error).__name__})."
    if not response.is_success:
        return f"Prometheus answered {response.status_code}."
    if len(response.content) > ANSWER_MAXIMUM:
        return "Prometheus answered more than the portal reads: ask for one series."
    try:
        return series_of(read_strictly(response.content))
    except (Malformed, NotStrict) as error:
        return f"The answer of Prometheus cannot be read: {error}"
