"""Which of GitHub's events is read how."""

from collections.abc import Callable, Mapping

from changes.intake.hosts.fields import Fields
from changes.intake.hosts.github_pipeline import (
    alert_of,
    check_of,
    deployment_of,
    job_of,
    merge_group_of,
    ping_of,
    protection_of,
    release_of,
    ruleset_of,
    status_of,
    suite_of,
    workflow_of,
)
from changes.intake.hosts.github_source import pull_of, push_of, review_of
from changes.intake.hosts.notices import Notice

READERS: Mapping[str, Callable[[Fields], Notice]] = {
    "pull_request": pull_of,
    "pull_request_review": review_of,
    "push": push_of,
    "check_run": check_of,
    "check_suite": suite_of,
    "status": status_of,
    "workflow_run": workflow_of,
    "deployment": deployment_of,
    "deployment_status": deployment_of,
    "release": release_of,
    "branch_protection_rule": protection_of,
    "repository_ruleset": ruleset_of,
}
# Read as well, and put to no use: such a delivery is stored as ignored.
WITHOUT_USE: Mapping[str, Callable[[Fields], Notice]] = {
    "ping": ping_of,
    "pull_request_review_comment": pull_of,
    "workflow_job": job_of,
    "deployment_review": workflow_of,
    "merge_group": merge_group_of,
    "code_scanning_alert": alert_of("code_scanning_alert"),
    "dependabot_alert": alert_of("dependabot_alert"),
}
