from typing import Any

import pytest

from changes.models import ChangeRequest, PullRequest, Repository
from changes.vocabulary import Category, Role, State
from tests.clients import ClientAs, SignedInClient
from tests.factories.catalogue import StandardProcedureFactory, SystemFactory
from tests.factories.request import TEXTS
from tests.factories.source import PullRequestFactory, RepositoryFactory
from tests.factories.stories import make_draft, make_story

pytestmark = pytest.mark.django_db
NEW = "/changes/new/"
URL = "https://github.com/orca/api/pull/17"


def typed(**values: Any) -> dict[str, Any]:
    return {"title": "Sort the pages", "category": "normal", "then": "keep", **values}


def errors_of(client: SignedInClient, **values: Any) -> dict[str, list[str]]:
    answer = client.post(NEW, typed(**values))
    assert (answer.status_code, ChangeRequest.objects.exists()) == (400, False)
    errors: dict[str, list[str]] = answer.context["form"].errors
    return errors


def test_a_title_is_enough_for_a_draft(client_as: ClientAs) -> None:
    client = client_as(Role.ENGINEER)
    answer = client.post(NEW, typed())
    assert (answer.status_code, answer["Location"]) == (302, "/changes/CHG-000001/")
    change = ChangeRequest.objects.get()
    assert (change.state, change.requester) == (State.DRAFT, client.person)


def test_everything_that_is_typed_is_kept(client_as: ClientAs) -> None:
    systems = SystemFactory.create_batch(2)
    procedure = StandardProcedureFactory.create(systems=systems)
    client_as(Role.ENGINEER).post(
        NEW,
        typed(
            **TEXTS,
            category="standard",
            systems=[system.slug for system in systems],
            standard_procedure=procedure.slug,
            procedure_parameters="instances = 4\nshare = 0.5",
            documents=["changelog", "runbook"],
            is_infrastructure="on",
            pull_request_url=URL,
        ),
    )
    change = ChangeRequest.objects.get()
    assert (change.category, change.standard_procedure) == (Category.STANDARD, procedure)
    assert change.procedure_parameters == {"instances": 4, "share": 0.5}
    assert (change.is_infrastructure, set(change.systems.all())) == (True, set(systems))
    assert {document.kind for document in change.documents.all()} == {"changelog", "runbook"}
    pull = change.pull_requests.get()
    assert (str(pull), pull.url, pull.repository.host) == ("orca/api#17", URL, "github.com")


def test_submit_keeps_the_draft_and_names_what_is_lacking(client_as: ClientAs) -> None:
    client = client_as(Role.ENGINEER)
    answer = client.post(NEW, typed(then="submit"), follow=True)
    assert answer.redirect_chain == [("/changes/CHG-000001/edit/?lacking", 302)]
    assert set(answer.context["lacking"]) == {*TEXTS, "systems"}
    assert ChangeRequest.objects.get().state == State.DRAFT


def test_submit_of_a_whole_request_asks_once_more(client_as: ClientAs) -> None:
    system = SystemFactory.create()
    answer = client_as(Role.ENGINEER).post(
        NEW, typed(then="submit", systems=[system.slug], **TEXTS)
    )
    assert answer["Location"] == "/changes/CHG-000001/submit/"


def test_an_emergency_without_incident_says_so(client_as: ClientAs) -> None:
    system = SystemFactory.create()
    given = typed(then="submit", systems=[system.slug], category="emergency", **TEXTS)
    answer = client_as(Role.ENGINEER).post(NEW, given, follow=True)
    assert set(answer.context["lacking"]) == {"incident_url"}


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        pytest.param({"title": " "}, "title", "This field is required.", id="blank title"),
        pytest.param({"title": "x" * 301}, "title", "at most 300 characters", id="long title"),
        pytest.param({"title": "a\x00b"}, "title", "Null characters", id="NUL in the title"),
        pytest.param({"description": "a\x00b"}, "description", "Null", id="NUL in a text"),
        pytest.param({"description": "x" * 50_001}, "description", "at most", id="huge text"),
        pytest.param({"category": "odd"}, "category", "Select a valid choice", id="odd category"),
        pytest.param({"systems": ["odd"]}, "systems", "odd", id="unknown system"),
        pytest.param(
            {"incident_url": "javascript:alert(1)"}, "incident_url", "valid URL", id="script"
        ),
        pytest.param({"incident_url": "nonsense"}, "incident_url", "valid URL", id="no address"),
        pytest.param(
            {"pull_request_url": "ftp://github.com/a/b/pull/1"},
            "pull_request_url",
            "is no address of a pull request",
            id="another scheme",
        ),
        pytest.param(
            {"procedure_parameters": "instances"},
            "procedure_parameters",
            "expected a name, = and a number",
            id="no number",
        ),
        pytest.param(
            {"procedure_parameters": "instances = 1e400"},
            "procedure_parameters",
            "expected a name",
            id="infinite",
        ),
    ],
)
def test_what_cannot_be_kept_is_a_sentence_at_its_field(
    client_as: ClientAs, values: dict[str, Any], field: str, sentence: str
) -> None:
    errors = errors_of(client_as(Role.ENGINEER), **values)
    assert list(errors) == [field]
    assert sentence in errors[field][0]


def test_a_taken_pull_request_is_refused_and_nothing_is_kept(client_as: ClientAs) -> None:
    repository = RepositoryFactory.create(name="orca/api", host="github.com")
    story = make_draft(repository=repository)
    answer = client_as(Role.ENGINEER).post(NEW, typed(pull_request_url=story.pull.url))
    assert "belongs to CHG-000001 already" in answer.content.decode()
    assert ChangeRequest.objects.count() == 1


def test_a_known_repository_on_another_host_is_refused(client_as: ClientAs) -> None:
    RepositoryFactory.create(name="orca/api", host="git.example")
    errors = errors_of(client_as(Role.ENGINEER), pull_request_url=URL)
    assert errors["pull_request_url"] == ["orca/api is known at git.example, not at github.com."]
    assert (Repository.objects.count(), PullRequest.objects.count()) == (1, 0)


def test_a_long_text_in_any_script_stays_as_it_was(client_as: ClientAs) -> None:
    text = "<b>漢字</b> & עברית \u202e ☃ " * 500
    client = client_as(Role.ENGINEER)
    client.post(NEW, typed(description=text))
    assert ChangeRequest.objects.get().description == text.strip()
    assert "&lt;b&gt;漢字" in client.get("/changes/CHG-000001/").content.decode()


def test_the_form_begins_with_what_is_known_of_the_pull_request(client_as: ClientAs) -> None:
    repository = RepositoryFactory.create(name="orca/api")
    PullRequestFactory.create(repository=repository, number=17, title="Known title")
    form = client_as(Role.ENGINEER).get(f"{NEW}?pull_request={URL}").context["form"]
    assert (form["title"].value(), form["pull_request_url"].value()) == ("Known title", URL)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.COMPLIANCE, Role.POLICY_ADMINISTRATOR])
def test_others_ask_for_nothing(client_as: ClientAs, role: Role) -> None:
    client = client_as(role)
    assert [client.get(NEW).status_code, client.post(NEW, typed()).status_code] == [403, 403]
    assert not ChangeRequest.objects.exists()


def test_a_draft_is_edited_by_its_requester_alone(client_as: ClientAs) -> None:
    story = make_draft()
    client = client_as(Role.ENGINEER)
    edit = "/changes/CHG-000001/edit/"
    assert [client.get(edit).status_code, client.post(edit, typed()).status_code] == [403, 403]
    client.force_login(story.requester)
    form = client.get(edit).context["form"]
    assert (form["title"].value(), form["systems"].value()) == (
        "Sort the pages",
        [story.system.slug],
    )
    client.post(edit, typed(title="Sort them again"))
    story.change.refresh_from_db()
    assert story.change.title == "Sort them again"


def test_an_edited_request_stays_submitted_and_has_to_be_approved_again(
    client_as: ClientAs,
) -> None:
    story = make_story().pass_gates().approve()
    client = client_as()
    client.force_login(story.requester)
    systems = [story.system.slug]
    whole = typed(**{**TEXTS, "rollback_plan": "Another plan."}, systems=systems)
    client.post("/changes/CHG-000001/edit/", whole)
    page = client.get("/changes/CHG-000001/")
    assert page.context["change"].state == State.SUBMITTED
    assert "The request was edited after" in page.content.decode()


def test_a_submitted_request_stays_whole_and_nothing_typed_is_lost(client_as: ClientAs) -> None:
    story = make_story()
    client = client_as()
    client.force_login(story.requester)
    answer = client.post("/changes/CHG-000001/edit/", typed(description="Typed for an hour."))
    text = answer.content.decode()
    assert (answer.status_code, "Fill in:" in text, "Typed for an hour." in text) == (
        409,
        True,
        True,
    )


def test_a_deployed_request_is_not_edited(client_as: ClientAs) -> None:
    story = make_story().pass_gates().approve().start()
    client = client_as()
    client.force_login(story.requester)
    answer = client.post("/changes/CHG-000001/edit/", typed())
    assert (answer.status_code, "it would have to be draft" in answer.content.decode()) == (
        409,
        True,
    )
