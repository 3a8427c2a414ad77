"""The ledger's page, what it hands out, the alarm, and erasures by two persons."""

from datetime import timedelta

import pytest
from django.urls import reverse
from pytest_django.fixtures import Settings

from changes import clock
from changes.vocabulary import Role
from evidence.ledger.check import check_ledger
from evidence.ledger.checkpoints import checkpoint_now
from evidence.ledger.erasure import BASES
from evidence.ledger.keys import retire_key, rotate_key
from evidence.ledger.notes import parse_vkey
from evidence.ledger.sequence import seal
from evidence.models import CompileJob, Erasure, LedgerCheck
from evidence.packages.jobs import Wake
from evidence.vocabulary import JobState, Phase
from tests.clients import ClientAs
from tests.evidence.packages.compiling import new_job, work_off
from tests.factories.ledger import EventFactory
from tests.factories.stories import make_story
from tests.factories.times import NOW

pytestmark = pytest.mark.django_db
LEDGER = "/ledger/"


def test_page_shows_what_is_sealed_waiting_and_signed(client_as: ClientAs) -> None:
    make_story()
    checkpoint = checkpoint_now(NOW)
    EventFactory.create(type="sample.taken", received_at=NOW)

    page = client_as(Role.AUDITOR).get(LEDGER).content.decode()

    assert f"{checkpoint.size} entries, signed" in page
    assert "waiting" in page
    assert checkpoint.key.vkey in page
    assert "no authority is configured" in page


def test_what_was_there_before_the_log_is_not_called_late(client_as: ClientAs) -> None:
    seal()
    client = client_as(Role.AUDITOR)
    assert "recorded late" not in client.get(LEDGER).content.decode()

    EventFactory.create(type="change.imported", received_at=NOW, occurred_at=NOW, is_late=True)

    assert "recorded late" in client.get(LEDGER).content.decode()


def test_page_says_that_a_time_stamp_is_overdue(client_as: ClientAs, settings: Settings) -> None:
    settings.TIME_STAMP_URL = "http://127.0.0.1:1/"
    client = client_as(Role.COMPLIANCE)
    checkpoint_now(NOW)
    with clock.simulated(NOW + timedelta(hours=3)):
        page = client.get("/ledger/").content.decode()

    assert "Overdue for what was signed" in page
    assert "asked again every hour" in page


def test_page_tells_which_key_is_retired_since_when_and_why(client_as: ClientAs) -> None:
    old = checkpoint_now(NOW).key
    new = rotate_key(actor=None, at=NOW)
    retire_key(key=old, reason="The laptop was lost", actor=None, at=NOW)

    page = client_as(Role.AUDITOR).get(LEDGER).content.decode()

    assert page.index(new.vkey) < page.index("Key that is retired") < page.index(old.vkey)
    assert "what it signed stays good. Why: The laptop was lost" in page


def test_empty_ledger_has_a_page(client_as: ClientAs) -> None:
    page = client_as(Role.COMPLIANCE).get(LEDGER).content.decode()

    assert "none yet" in page
    assert "It was not checked yet" in page


def test_key_and_checkpoint_are_handed_out(client_as: ClientAs) -> None:
    checkpoint = checkpoint_now(NOW)
    client = client_as(Role.AUDITOR)

    assert client.get("/ledger/checkpoint.note").content.decode() == checkpoint.note
    assert str(parse_vkey(client.get("/ledger/log.key").content.decode())) == checkpoint.key.vkey


def test_proof_of_a_change_is_handed_out_and_checked(client_as: ClientAs) -> None:
    change = make_story().change
    checkpoint_now(NOW)
    client = client_as(Role.AUDITOR)
    address = reverse("evidence:change_proof", args=[change.key])
    assert address in client.get(f"/changes/{change.key}/").content.decode()

    proof = client.get(address).content.decode()
    page = client.post(LEDGER, {"proof": proof}).content.decode()

    assert proof.startswith("c2sp.org/tlog-proof@v1\nindex ")
    assert "is in the log of" in page


@pytest.mark.parametrize(
    ("alter", "sentence"),
    [
        (lambda proof: proof.replace("index ", "index 1"), "proves nothing"),
        (lambda proof: proof.replace("\n\n", "\nAAAA\n\n", 1), "does not lead from entry"),
        (lambda proof: proof.rpartition("\n\n")[0], "This proves nothing"),
        (lambda proof: proof[9:], "A proof begins with"),
    ],
)
def test_proof_that_proves_nothing_is_told_so(
    client_as: ClientAs, alter: object, sentence: str
) -> None:
    change = make_story().change
    checkpoint_now(NOW)
    client = client_as(Role.AUDITOR)
    proof = client.get(reverse("evidence:change_proof", args=[change.key])).content.decode()

    page = client.post(LEDGER, {"proof": alter(proof)}).content.decode()  # type: ignore[operator]

    assert sentence in page


def test_proof_waits_for_a_checkpoint(client_as: ClientAs) -> None:
    change = make_story().change
    seal()
    client = client_as(Role.ENGINEER)

    assert client.get(reverse("evidence:change_proof", args=[change.key])).status_code == 404
    assert "the next checkpoint covers it" in client.get(f"/changes/{change.key}/").content.decode()


@pytest.fixture
def alarm() -> LedgerCheck:
    return LedgerCheck.objects.create(
        started_at=NOW,
        finished_at=NOW,
        entries=1,
        records=1,
        found=1,
        differences=["approval:7: its row was altered."],
    )


@pytest.mark.usefixtures("alarm")
@pytest.mark.parametrize(
    ("role", "is_told"),
    [(Role.COMPLIANCE, True), (Role.AUDITOR, True), (Role.ENGINEER, False)],
)
@pytest.mark.parametrize("address", ["/", "/changes/", "/policy/"])
def test_alarm_is_on_every_page_of_compliance_and_auditors(
    client_as: ClientAs, role: Role, is_told: bool, address: str
) -> None:
    page = client_as(role).get(address).content.decode()

    assert ("The ledger does not fit the record" in page) is is_told


@pytest.mark.usefixtures("alarm")
def test_nothing_is_compiled_while_the_alarm_is_on() -> None:
    job = new_job()
    work_off(Wake(Phase.FREEZE, job.pk))

    job = CompileJob.objects.get()
    assert job.state == JobState.FAILED
    assert "approval:7: its row was altered." in job.error


@pytest.mark.usefixtures("alarm")
def test_next_clean_check_ends_the_alarm(client_as: ClientAs) -> None:
    client = client_as(Role.COMPLIANCE)
    check_ledger()

    assert "does not fit" not in client.get("/").content.decode()


def test_two_persons_erase(client_as: ClientAs) -> None:
    change = make_story().change
    asker, doer = client_as(Role.COMPLIANCE), client_as(Role.COMPLIANCE)
    asked = {
        "record": f"changerequest:{change.pk}",
        "field": "title",
        "legal_basis": BASES[0],
    }
    assert asker.post("/ledger/erasures/", asked).status_code == 302
    number = Erasure.objects.get().pk
    assert "Another person does it" in asker.get("/ledger/erasures/").content.decode()

    assert asker.post(f"/ledger/erasures/{number}/").status_code == 409
    assert doer.post(f"/ledger/erasures/{number}/").status_code == 302

    change.refresh_from_db()
    assert change.title == "[erased]"


def test_bad_request_for_erasure_is_said_beside_its_field(client_as: ClientAs) -> None:
    client = client_as(Role.COMPLIANCE)

    answer = client.post(
        "/ledger/erasures/", {"record": "person:999", "field": "name", "legal_basis": BASES[0]}
    )

    assert answer.status_code == 400
    assert "There is no record person:999" in answer.content.decode()
