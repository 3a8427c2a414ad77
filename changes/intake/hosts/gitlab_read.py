"""Which of GitLab's events is read how."""

from collections.abc import Mapping

from changes.intake.hosts.gitlab_pipeline import deployment_of, job_of, pipeline_of, release_of
from changes.intake.hosts.gitlab_source import Reader, merge_request_of, note_of, push_of

# By the word in the payload; the header says the same in other words.
READERS: Mapping[str, Reader] = {
    "merge_request": merge_request_of,
    "note": note_of,
    "push": push_of,
    "tag_push": push_of,
    "pipeline": pipeline_of,
    "build": job_of,
    "job": job_of,
    "deployment": deployment_of,
    "release": release_of,
}
