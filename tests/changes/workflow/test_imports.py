from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from changes.intake.commits import History, Signature
from changes.intake.history import read_history
from changes.models import (
    ChangeRequest,
    Commit,
    HistoryImport,
    Login,
    Organisation,
    Person,
    PolicyVersion,
    PullRequest,
    Repository,
)
from changes.vocabulary import Attribution, Category, ImportState, Origin, PersonKind, State
from changes.workflow import imports
from changes.workflow.imported_people import ImportedPeople
from changes.workflow.imports import ImportCounts, import_history
from changes.workflow.refusals import NotNow
from changes.workflow.requests import draft_request
from changes.workflow.sources import link_pull_request, record_commit
from evidence.ledger.records import record_digest, record_name
from evidence.models import Event
from tests.changes.intake.histories import BOB, FIRST, history_of, sha_of
from tests.changes.workflow.threads import at_once
from tests.factories.people import an_engineer
from tests.factories.source import RepositoryFactory
from tests.factories.times import NOW

pytestmark = pytest.mark.django_db

LANGFUSE = Path(__file__).parents[2] / "samples" / "histories" / "langfuse-2025q3.jsonl"
MERGED = [
    ("a", "", "feat: squashed (#4)"),
    ("x", "a", "work"),
    ("p", "a", "push"),
    ("m", "p x", "Merge pull request #5 from ada/topic"),
]


def run(
    history: History, *, branch: str | None = None, host: str = "import:portal"
) -> ImportCounts:
    return import_history(
        history=history,
        repository="portal",
        branch=branch,
        host=host,
        at=NOW,
        progress=lambda *_: None,
    )


def langfuse() -> History:
    with LANGFUSE.open("rb") as stream:
        return read_history(stream, source=LANGFUSE.name, now=NOW)


def change(history: History, name: str, **values: Any) -> None:
    sha = sha_of(name)
    history.commits[sha] = replace(history.commits[sha], **values)


def record() -> dict[str, Iterable[object]]:
    """All that an import writes, without keys and the moments of the import itself."""
    return {
        "repositories": set(Repository.objects.values_list("name", "production_branch")),
        "people": Counter(Person.objects.values_list("name", "kind")),
        "logins": set(Login.objects.values_list("host", "name", "person__name")),
        "changes": list(
            ChangeRequest.objects.order_by("number").values_list("number", "title", "counted_at")
        ),
        "pulls": set(
            PullRequest.objects.values_list("number", "change__number", "title", "author__name")
        ),
        "commits": set(
            Commit.objects.values_list(
                "sha", "subject", "pull_request__number", "attribution", "author__name"
            )
        ),
        "events": Counter(
            Event.objects.exclude(type__startswith="history.").values_list("type", "change_number")
        ),
    }


def assert_each_record_has_its_event() -> None:
    latest = dict(
        Event.objects.order_by("received_at", "id").values_list("record", "record_sha256")
    )
    rows = [
        row
        for model in (Commit, PullRequest, ChangeRequest, HistoryImport)
        for row in model.objects.all()
    ]
    assert latest == {record_name(row): record_digest(row) for row in rows}


def test_shared_quarter_is_counted_as_it_was_counted_elsewhere() -> None:
    assert run(langfuse()) == ImportCounts(707, 636, 636, 71, 0, 0)
    assert (Commit.objects.count(), PullRequest.objects.count()) == (707, 636)
    assert Commit.objects.filter(is_revert=True).count() == 5
    numbers = ChangeRequest.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, 637))
    assert_each_record_has_its_event()


def test_repeated_import_doubles_nothing() -> None:
    run(langfuse())
    before = record()
    assert run(langfuse()) == ImportCounts(707, 636, 636, 71, 707, 0)
    assert record() == before
    assert HistoryImport.objects.count() == 2


def test_change_of_a_pull_request_says_what_the_history_shows_and_no_more() -> None:
    run(history_of(MERGED))
    squashed, merged = ChangeRequest.objects.order_by("number")
    at = FIRST + timedelta(minutes=1)
    assert (squashed.number, squashed.title) == (1, "feat: squashed")
    assert (squashed.category, squashed.origin, squashed.state) == (
        Category.NORMAL,
        Origin.IMPORTED,
        State.RECORDED,
    )
    assert (squashed.drafted_at, squashed.counted_at, squashed.submitted_at) == (at, at, None)
    assert (squashed.requester, squashed.description) == (None, "")
    assert squashed.policy_version == PolicyVersion.objects.get(version="1.0")
    assert merged.title == "Merge pull request #5 from ada/topic"
    assert merged.counted_at == FIRST + timedelta(minutes=4)


def test_pull_request_is_recorded_with_the_commit_that_brought_it_in() -> None:
    history = history_of(MERGED)
    change(history, "x", author=BOB)
    run(history)
    pull = PullRequest.objects.get(number=5)
    assert (pull.head_revision, pull.merge_revision) == (sha_of("m"), sha_of("m"))
    assert (pull.merged_at, pull.linked_at) == (FIRST + timedelta(minutes=4), NOW)
    assert (str(pull.author), pull.merged_by, pull.opened_at) == ("bob", None, None)


def test_commits_are_recorded_as_they_are() -> None:
    history = history_of(MERGED)
    change(history, "x", files_changed=2, lines_added=3, lines_removed=0, committer=None)
    run(history)
    commit = Commit.objects.get(sha=sha_of("x"))
    assert (commit.parents, commit.subject) == ([sha_of("a")], "work")
    assert (commit.attribution, commit.brought_in_by) == (Attribution.MERGE_COMMIT, sha_of("m"))
    assert (commit.files_changed, commit.lines_added, commit.lines_removed) == (2, 3, 0)
    assert (str(commit.author), commit.committer) == ("ada", None)
    assert (commit.on_production_branch, commit.is_merge, commit.is_revert) == (True, False, False)
    push, merge = Commit.objects.get(sha=sha_of("p")), Commit.objects.get(sha=sha_of("m"))
    assert (push.pull_request, push.attribution) == (None, Attribution.NONE)
    assert (merge.is_merge, str(merge.committer)) == (True, "github-web-flow")


def test_events_say_that_they_came_late_and_when_it_happened() -> None:
    run(history_of(MERGED))
    types = Counter(Event.objects.values_list("type", "is_late"))
    assert types == {
        ("history.started", False): 1,
        ("commit.imported", True): 4,
        ("pull_request.imported", True): 2,
        ("change.imported", True): 2,
        ("history.imported", True): 1,
    }
    event = Event.objects.get(record=f"commit:{Commit.objects.get(sha=sha_of('x')).pk}")
    assert (event.occurred_at, event.received_at) == (FIRST + timedelta(minutes=2), NOW)
    assert event.change_number == 2
    assert event.actor == f"person:{Person.objects.get(name='ada').pk}"


def test_policy_in_force_when_it_came_to_the_branch_judges_it() -> None:
    policy = PolicyVersion.objects.get(version="1.0")
    policy.pk, policy.version, policy.effective_on = None, "2.0", date(2025, 12, 1)
    policy.save()
    history = history_of([("a", "", "one (#1)"), ("b", "a", "two (#2)"), ("c", "b", "three (#3)")])
    change(history, "b", committed_at=datetime(2025, 11, 30, 23, 59, 59, tzinfo=UTC))
    change(history, "c", committed_at=datetime(2025, 12, 1, tzinfo=UTC))
    run(history)
    versions = ChangeRequest.objects.order_by("number").values_list("policy_version__version")
    assert [version for (version,) in versions] == ["1.0", "1.0", "2.0"]


def test_co_authors_are_recorded_without_the_author() -> None:
    history = history_of([("a",)])
    change(history, "a", co_authors=(BOB, Signature("Ada"), BOB, Signature("Cy", "cy@host")))
    run(history)
    names = Commit.objects.get().co_authors.order_by("name").values_list("name", flat=True)
    assert list(names) == ["Cy", "bob"]


def test_people_have_a_login_each_on_the_host_of_the_history() -> None:
    history = history_of([("a",), ("b", "a"), ("c", "b")])
    change(history, "a", author=Signature("Ada", "ADA@example.com"))
    change(history, "b", author=Signature("Ada Lovelace", "ada@example.com"))
    change(history, "c", author=Signature("dependabot[bot]", "1+dependabot[bot]@host"))
    run(history, host="git")
    logins = Login.objects.order_by("name").values_list(
        "host", "name", "person__name", "person__kind", "person__email"
    )
    assert list(logins) == [
        (
            "git",
            "1+dependabot[bot]@host",
            "dependabot[bot]",
            PersonKind.BOT,
            "1+dependabot[bot]@host",
        ),
        ("git", "ada@example.com", "Ada", PersonKind.HUMAN, "ada@example.com"),
        ("git", "github-web-flow", "github-web-flow", PersonKind.SERVICE, ""),
    ]
    ada = Person.objects.get(name="Ada")
    assert (ada.username, ada.has_usable_password()) == (None, False)


def test_known_login_is_the_same_person_and_another_hosts_is_not() -> None:
    ada, other = an_engineer(name="Ada of the portal"), an_engineer(name="Another")
    Login.objects.create(person=ada, host="git", name="ADA@example.com")
    Login.objects.create(person=other, host="github.com", name="ada@example.com")
    history = history_of([("a",)])
    change(history, "a", author=Signature("Ada", "ada@example.com"))
    run(history, host="git")
    assert Commit.objects.get().author == ada


def test_later_import_adds_commits_to_the_change_that_is_there() -> None:
    run(history_of([("a", "", "part one (#4)")]))
    assert run(history_of([("a", "", "part one (#4)"), ("b", "a", "part two (#4)")])) == (
        ImportCounts(2, 1, 1, 0, 1, 0)
    )
    change_request = ChangeRequest.objects.get()
    assert change_request.title == "part one"
    assert PullRequest.objects.get().commits.count() == 2
    assert Event.objects.filter(change_number=1, type="commit.imported").count() == 2


def test_commit_that_was_unlinked_is_linked_when_its_merge_comes_in() -> None:
    history = history_of(MERGED)
    partial = history_of(MERGED[:2])
    assert run(partial).unlinked == 1
    assert run(history) == ImportCounts(4, 2, 2, 1, 2, 0)
    commit = Commit.objects.get(sha=sha_of("x"))
    assert (commit.pull_request, commit.attribution) == (
        PullRequest.objects.get(number=5),
        Attribution.MERGE_COMMIT,
    )
    assert Event.objects.filter(type="commit.amended").count() == 1
    assert_each_record_has_its_event()


def test_pull_request_of_the_portal_keeps_its_change() -> None:
    repository = RepositoryFactory.create(name="portal", production_branch="main")
    engineer = an_engineer()
    mine = draft_request(actor=engineer, at=NOW, values={"title": "My change"})
    pull = link_pull_request(request=mine, repository=repository, number=4, actor=engineer, at=NOW)
    record_commit(
        pull_request=pull,
        sha=sha_of("a"),
        author=engineer,
        committed_at=FIRST,
        subject="feat: squashed (#4)",
    )
    assert run(history_of(MERGED)) == ImportCounts(4, 2, 2, 1, 1, 0)
    commit = Commit.objects.get(sha=sha_of("a"))
    assert (commit.on_production_branch, commit.attribution) == (True, Attribution.LINK)
    pull.refresh_from_db()
    assert (pull.change, pull.merged_at, pull.title) == (mine, None, "")
    other = PullRequest.objects.get(number=5)
    assert (other.change is not None, Repository.objects.get().reports_reviews) == (True, True)


def test_pull_request_without_a_change_gets_one_and_what_it_lacks() -> None:
    repository = RepositoryFactory.create(name="portal")
    PullRequest.objects.create(repository=repository, number=4, title="As the host says")
    run(history_of(MERGED))
    pull = PullRequest.objects.get(number=4)
    assert (pull.title, pull.merge_revision) == ("As the host says", sha_of("a"))
    assert (pull.change and pull.change.number, pull.linked_at) == (1, NOW)


def test_run_is_recorded_with_its_counts_and_problems() -> None:
    history = history_of(MERGED)
    history.source, history.sha256 = "history.jsonl", "f" * 64
    history.add_unreadable(9, "It is not JSON.")
    change(history, "a", makes_claim=True, claimed_number=7)
    run(history, branch="trunk")
    [done] = HistoryImport.objects.all()
    assert (done.repository.name, done.repository.production_branch) == ("portal", "trunk")
    assert (done.source, done.source_sha256) == ("history.jsonl", "f" * 64)
    assert (done.state, done.started_at, done.finished_at) == (ImportState.FINISHED, NOW, NOW)
    assert done.counts == {
        "commits": 4,
        "pull_requests": 2,
        "change_requests": 2,
        "unlinked": 1,
        "repeated": 0,
        "unreadable": 1,
    }
    assert [(problem["line"], problem["kind"]) for problem in done.problems] == [
        (1, "notice"),
        (9, "unreadable"),
    ]


def test_problems_without_end_are_counted_and_the_first_are_kept() -> None:
    history = history_of([("a",)])
    for line in range(1500):
        history.add_unreadable(line, "It is not JSON.")
    history.add_notice(0, "The clone is shallow.")
    assert run(history).unreadable == 1500
    assert len(HistoryImport.objects.get().problems) == 1001


def test_another_branch_than_the_recorded_one_is_refused() -> None:
    run(history_of([("a",)]), branch="main")
    with pytest.raises(NotNow, match="recorded with the production branch main, and this is dev"):
        run(history_of([("a",), ("b", "a")]), branch="dev")
    assert (Commit.objects.count(), HistoryImport.objects.count()) == (1, 1)
    run(history_of([("a",), ("b", "a")]))
    assert Commit.objects.count() == 2


def test_sample_organisation_takes_no_real_history() -> None:
    Organisation.objects.update(is_sample=True)
    with pytest.raises(NotNow, match="belongs to the sample organisation"):
        run(history_of([("a",)]))
    assert not Repository.objects.exists()


def test_batches_give_what_one_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(str(n), str(n - 1) if n else "", f"work (#{n // 3})") for n in range(1, 30)]
    heard = []
    monkeypatch.setattr(imports, "BATCH_SIZE", 7)
    import_history(
        history=history_of(rows),
        repository="portal",
        branch=None,
        host="import:portal",
        at=NOW,
        progress=lambda done, total: heard.append((done, total)),
    )
    assert heard == [(7, 29), (14, 29), (21, 29), (28, 29), (29, 29)]
    assert list(ChangeRequest.objects.order_by("number").values_list("number", flat=True)) == (
        list(range(1, 10))
    )
    assert_each_record_has_its_event()


def test_import_that_ended_half_way_goes_on_to_the_same_record(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(imports, "BATCH_SIZE", 200)

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_history(
            history=langfuse(),
            repository="portal",
            branch=None,
            host="import:portal",
            at=NOW,
            progress=stop,
        )
    assert Commit.objects.count() == 200
    assert HistoryImport.objects.get().state == ImportState.RUNNING
    assert run(langfuse()) == ImportCounts(707, 636, 636, 71, 200, 0)
    numbers = ChangeRequest.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, 637))
    assert_each_record_has_its_event()


def test_batch_begins_again_where_another_process_was_faster(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Somebody else made the login between our look and our write."""
    begun = []
    original = ImportedPeople._create

    def create(self: ImportedPeople, identities: list[Any]) -> None:
        begun.append(len(identities))
        if len(begun) == 1:
            raise IntegrityError
        original(self, identities)

    monkeypatch.setattr(ImportedPeople, "_create", create)
    run(history_of(MERGED))
    assert begun == [2, 2]
    assert (Commit.objects.count(), Organisation.objects.get().last_change_number) == (4, 2)


def test_failing_listener_undoes_the_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise RuntimeError("The ledger is closed.")

    history = history_of(MERGED)
    monkeypatch.setattr(imports, "announce_all", fail)
    with pytest.raises(RuntimeError):
        run(history)
    counts = [model.objects.count() for model in (Commit, PullRequest, ChangeRequest, Login)]
    assert counts == [0, 0, 0, 0]
    assert Organisation.objects.get().last_change_number == 0


def test_number_of_queries_does_not_grow_with_the_rows() -> None:
    def queries(count: int) -> int:
        rows = [(f"{count}-{n}", "", f"work (#{1000 * count + n})") for n in range(count)]
        with CaptureQueriesContext(connection) as captured:
            run(history_of(rows))
        return len(captured)

    run(history_of([("first",)]))
    assert queries(1) == queries(3) == queries(30)


@pytest.mark.postgres
def test_two_imports_at_once_record_everything_once(committed_db: None) -> None:
    """Two repositories with the same people, and one of them twice."""
    histories = [("one", langfuse()), ("one", langfuse()), ("other", langfuse())]

    def act(argument: tuple[str, History]) -> ImportCounts:
        repository, history = argument
        return import_history(
            history=history,
            repository=repository,
            branch=None,
            host="git",
            at=NOW,
            progress=lambda *_: None,
        )

    results = at_once(act, histories)

    assert results[0].repeated + results[1].repeated == 707
    assert {replace(result, repeated=0) for result in results} == {
        ImportCounts(707, 636, 636, 71, 0, 0)
    }
    numbers = ChangeRequest.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, 2 * 636 + 1))
    assert Login.objects.filter(host="git").count() == Person.objects.count() == 28
    assert_each_record_has_its_event()
