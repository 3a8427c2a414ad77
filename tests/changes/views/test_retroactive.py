from urllib.parse import urlencode

import pytest

from changes.models import ChangeRequest
from changes.vocabulary import Origin, Role
from tests.clients import ClientAs
from tests.factories.rollout import DeploymentFactory
from tests.factories.source import CommitFactory

pytestmark = pytest.mark.django_db


def address(kind: str, repository: str, revision: str) -> str:
    query = urlencode({"kind": kind, "repository": repository, "revision": revision})
    return f"/changes/retroactive/?{query}"


def test_request_is_opened_for_a_commit_on_a_page(client_as: ClientAs) -> None:
    commit = CommitFactory.create(pull_request=None, subject="Hotfix")
    client, url = client_as(Role.ENGINEER), address("commit", commit.repository.name, commit.sha)
    page = client.get(url).content.decode()
    assert ("opened after the fact" in page, 'value="Hotfix"' in page) == (True, True)
    data = {"title": "Hotfix", "means": "code", "category": "normal"}
    answer = client.post(url, data, follow=True)
    change = ChangeRequest.objects.get()
    assert answer.redirect_chain[-1][0] == f"/changes/{change.key}/"
    assert (change.origin, change.requester) == (Origin.RETROACTIVE, client.person)
    assert "retroactive" in answer.content.decode()
    assert client.post(url, data).status_code == 409


def test_request_is_opened_for_a_deployment_on_a_page(client_as: ClientAs) -> None:
    deployment = DeploymentFactory.create(change=None)
    name = deployment.repository.name if deployment.repository else ""
    client, url = client_as(Role.ENGINEER), address("deployment", name, deployment.revision)
    assert client.post(url, {"title": "", "category": "normal"}).status_code == 400
    client.post(url, {"title": "By hand", "category": "normal"})
    deployment.refresh_from_db()
    assert deployment.change == ChangeRequest.objects.get()
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("kind", ["commit", "deployment", "nonsense", ""])
def test_what_is_not_there_is_not_found(client_as: ClientAs, kind: str) -> None:
    url = address(kind, "nowhere", "0" * 40)
    assert client_as(Role.ENGINEER).get(url).status_code == 404
