"""A broker that refuses loses nothing: the row is the truth."""

from pathlib import Path

from tests.portal_processes import portal

NOBODY_LISTENS = "redis://127.0.0.1:1/0"
ASK_ON_THE_PAGE = """
from django.conf import settings
from django.contrib.auth.models import Group
from django.test import Client
from changes.models import Person
settings.ALLOWED_HOSTS, client = ["testserver"], Client()
person = Person.objects.create_user("cora")
person.groups.add(Group.objects.get(name="compliance"))
client.force_login(person)
print(client.post("/packages/compile/", {"quarter": "2026Q3"}).status_code)
page = client.get("/packages/").content.decode()
print("2026Q3 is queued; the workers cannot be reached now." in page)
"""


def test_page_queues_the_job_and_says_so(tmp_path: Path) -> None:
    with portal(tmp_path, NOBODY_LISTENS) as running:
        running.fill(1)
        assert running.run("collectstatic", "--noinput", "-v0").returncode == 0

        asked = running.run("shell", "-v0", "-c", ASK_ON_THE_PAGE)

        assert asked.stdout.split() == ["302", "True"], asked.stderr
        assert running.phase() == ("queued", "freeze")


def test_command_says_so_and_keeps_the_job(tmp_path: Path) -> None:
    with portal(tmp_path, NOBODY_LISTENS) as running:
        running.fill(1)

        refused = running.run("compile_package", "2026Q3")

        assert refused.returncode == 1
        assert "The broker does not answer" in refused.stderr
        assert "Traceback" not in refused.stderr
        assert running.phase() == ("queued", "freeze")
