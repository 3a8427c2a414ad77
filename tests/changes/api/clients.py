"""A machine with a token, as a test speaks to the API."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from changes.models import Person
from changes.vocabulary import Scope
from tests.factories.interfaces import a_secret

ROOT = "/api/v1"


class Machine:
    def __init__(self, *scopes: Scope, person: Person | None = None, name: str = "ci") -> None:
        self.secret = a_secret(*scopes, person=person, name=name) if scopes else ""
        self.client = Client()

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"{ROOT}{path}", query, headers=self._headers())

    def post(self, path: str, body: Any = None, key: str = "") -> Any:
        return self.client.post(
            f"{ROOT}{path}",
            body if isinstance(body, str | bytes) else body or {},
            content_type="application/json",
            headers=self._headers(key),
        )

    def send(self, path: str, kind: str, content: bytes, key: str = "", **values: str) -> Any:
        """A file of that kind."""
        file = SimpleUploadedFile("report.xml", content)
        return self.client.post(
            f"{ROOT}{path}", {"kind": kind, "file": file, **values}, headers=self._headers(key)
        )

    def _headers(self, key: str = "") -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self.secret}"} if self.secret else {}
        return headers | ({"Idempotency-Key": key} if key else {})


def problem(response: Any) -> tuple[int, str, str]:
    """Status, code and sentence; that it is a problem in form is checked on the way."""
    assert response["Content-Type"] == "application/problem+json", response.content
    said = response.json()
    assert set(said) == {"type", "title", "status", "detail", "code", "errors"}
    assert said["status"] == response.status_code
    return response.status_code, said["code"], said["detail"]
