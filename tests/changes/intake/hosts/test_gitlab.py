"""GitLab's payloads of older versions, where they differ from today's samples."""

from typing import Any

import pytest

from changes.intake.bodies import Malformed
from changes.intake.hosts import PROVIDERS
from changes.intake.hosts.notices import DeploymentNotice

SHA = "279484c09fbe69ededfced8c1bb6e6d24616b468"


def deployment(**ids: int) -> dict[str, Any]:
    return {
        "object_kind": "deployment",
        "status": "success",
        "environment": "production",
        "project": {"path_with_namespace": "orca/billing", "web_url": "https://gitlab.com/o/b"},
        "short_sha": SHA[:8],
        "commit_url": f"https://gitlab.com/o/b/-/commit/{SHA}",
        **ids,
    }


def identity_of(payload: dict[str, Any]) -> str:
    (notice,) = PROVIDERS["gitlab"].read("Deployment Hook", payload) or ()
    assert isinstance(notice, DeploymentNotice)
    return notice.identity


def test_deployment_is_known_by_its_id_and_before_there_was_one_by_its_job() -> None:
    assert identity_of(deployment(deployment_id=15, deployable_id=796)) == "gitlab:15"
    assert identity_of(deployment(deployable_id=796)) == "gitlab:job-796"


def test_deployment_without_any_id_says_what_is_missing() -> None:
    with pytest.raises(Malformed, match="'deployment_id' is missing"):
        identity_of(deployment())
