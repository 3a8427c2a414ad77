"""The pages about packages: who may, what they show, and what is not handed out."""

import hashlib
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from changes.vocabulary import Role
from evidence.models import CompileJob
from evidence.vocabulary import JobState
from tests.clients import ClientAs
from tests.evidence.packages.compiling import compiled, new_job, path_of
from tests.factories.packages import PackageFactory
from tests.factories.stories import make_story

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_sheets")]


def test_list_shows_each_quarter_with_its_revisions(client_as: ClientAs) -> None:
    make_story()
    compiled()
    compiled(is_forced=True)

    page = client_as(Role.AUDITOR).get("/packages/").content.decode()

    assert "2026Q3-r1" in page
    assert "2026Q3-r2" in page
    assert "interim" in page


def test_only_compliance_is_offered_the_form(client_as: ClientAs) -> None:
    address = "/packages/compile/"

    assert address in client_as(Role.COMPLIANCE).get("/packages/").content.decode()
    assert address not in client_as(Role.AUDITOR).get("/packages/").content.decode()


@pytest.mark.usefixtures("eager_celery")
def test_asked_for_it_is_compiled(
    client_as: ClientAs, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    make_story()
    client = client_as(Role.COMPLIANCE)

    with django_capture_on_commit_callbacks(execute=True):
        response = client.post("/packages/compile/", {"quarter": "2026Q3"})

    job = CompileJob.objects.get()
    assert response.status_code == HTTPStatus.FOUND
    assert (job.state, job.requested_by) == (JobState.DONE, client.person)


@pytest.mark.parametrize(
    ("quarter", "sentence"),
    [
        ("Q3", "is not a quarter"),
        ("", "This field is required"),
        ("2026Q4", "has not begun yet"),
        ("<b>2026Q3</b>", "&lt;b&gt;2026Q3&lt;/b&gt;"),
    ],
)
def test_wrong_quarter_is_a_field_error(client_as: ClientAs, quarter: str, sentence: str) -> None:
    response = client_as(Role.COMPLIANCE).post("/packages/compile/", {"quarter": quarter})

    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert sentence in response.content.decode()
    assert not CompileJob.objects.exists()


def test_progress_is_polled_only_while_something_is_under_way(client_as: ClientAs) -> None:
    client = client_as(Role.COMPLIANCE)
    job = new_job()

    assert "hx-trigger" in client.get("/packages/jobs/").content.decode()

    CompileJob.objects.filter(pk=job.pk).update(state=JobState.FAILED, error="The disk is full.")
    response = client.get("/packages/jobs/")
    assert "hx-trigger" not in response.content.decode()
    assert "The disk is full." in response.content.decode()
    assert response["HX-Refresh"] == "true"


def test_package_shows_its_files_and_their_digests(client_as: ClientAs) -> None:
    story = make_story()
    package = compiled()

    page = client_as(Role.AUDITOR).get(f"/packages/{package.key}/").content.decode()

    assert f"dossiers/{story.change.key}.pdf" in page
    assert package.sha256 in page
    assert "population.csv" in page


def test_package_shows_what_changed_since_the_revision_before(client_as: ClientAs) -> None:
    story = make_story()
    compiled()
    story.pass_gates()
    added = make_story()
    package = compiled()

    page = client_as(Role.AUDITOR).get(f"/packages/{package.key}/").content.decode()

    assert "Since the previous revision" in page
    assert f"/changes/{added.change.key}/" in page
    assert f"/changes/{story.change.key}/" in page


def test_download_is_the_file(client_as: ClientAs) -> None:
    package = compiled()

    response = client_as(Role.AUDITOR).get(f"/packages/{package.key}/download/")

    data = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    assert hashlib.sha256(data).hexdigest() == package.sha256
    assert response["Content-Disposition"] == f'attachment; filename="{package.file_name}"'
    assert response["Content-Type"] == "application/zip"


def test_altered_file_is_not_handed_out(client_as: ClientAs) -> None:
    package = compiled()
    with path_of(package).open("ab") as file:
        file.write(b"x")

    response = client_as(Role.AUDITOR).get(f"/packages/{package.key}/download/")

    assert response.status_code == HTTPStatus.CONFLICT
    assert "its SHA-256 differs" in response.content.decode()


def test_missing_file_is_said(client_as: ClientAs) -> None:
    PackageFactory.create(summary={"changes": 1, "verdicts": {}})
    client = client_as(Role.AUDITOR)

    page = client.get("/packages/2026Q2-r1/")
    download = client.get("/packages/2026Q2-r1/download/")

    assert "missing" in page.content.decode()
    assert download.status_code == HTTPStatus.CONFLICT


@pytest.mark.parametrize("key", ["2026Q3-r9", "2026Q3-r0", "2026Q5-r1", "2026Q3", "2026q3-r1"])
def test_unknown_package_is_not_found(client_as: ClientAs, key: str) -> None:
    assert client_as(Role.AUDITOR).get(f"/packages/{key}/").status_code == HTTPStatus.NOT_FOUND


def test_list_costs_the_same_at_one_revision_and_at_three(client_as: ClientAs) -> None:
    client, counts = client_as(Role.AUDITOR), []
    for revision in (1, 2, 3):
        PackageFactory.create(revision=revision, summary={"changes": 1, "verdicts": {}})
        with CaptureQueriesContext(connection) as queries:
            client.get("/packages/")
        counts.append(len(queries))

    assert counts[0] == counts[2]
