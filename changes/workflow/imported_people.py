"""The people of an imported history: a person and a login for each signature."""

from collections.abc import Iterable

from changes.intake.commits import HistoryCommit, Signature
from changes.intake.identities import Identity, identity_of
from changes.models import Login, Person


class ImportedPeople:
    """People by their login on one host. What is not there yet is made in the transaction of
    the caller; where that fails, begin again with a new object.
    """

    def __init__(self, host: str) -> None:
        self._host = host
        self._identities: dict[Signature, Identity] = {}
        self._people: dict[str, Person] = {}
        self._load()

    def record(self, commits: Iterable[HistoryCommit]) -> None:
        """Make sure that everybody who signed these commits is there."""
        missing = self._missing(commits)
        if missing:
            self._load()
            self._create([who for who in missing.values() if who.key not in self._people])

    def of(self, signature: Signature | None) -> Person | None:
        return self._people[self._identity(signature).key] if signature else None

    def co_authors(self, commit: HistoryCommit) -> list[Person]:
        """Each once, and the author not among them."""
        author = self._identity(commit.author).key
        keys = dict.fromkeys(self._identity(signature).key for signature in commit.co_authors)
        return [self._people[key] for key in keys if key != author]

    def _missing(self, commits: Iterable[HistoryCommit]) -> dict[str, Identity]:
        """In the order of the history: the name that came first is the person's."""
        missing: dict[str, Identity] = {}
        for commit in commits:
            for signature in commit.signatures():
                who = self._identity(signature)
                if who.key not in self._people:
                    missing.setdefault(who.key, who)
        return missing

    def _identity(self, signature: Signature) -> Identity:
        if signature not in self._identities:
            self._identities[signature] = identity_of(signature)
        return self._identities[signature]

    def _load(self) -> None:
        for login in Login.objects.filter(host=self._host).select_related("person"):
            self._people[identity_of(Signature(login.name)).key] = login.person

    def _create(self, identities: list[Identity]) -> None:
        people = [Person(name=who.name, email=who.email, kind=who.kind) for who in identities]
        for person in people:
            person.set_unusable_password()
        Person.objects.bulk_create(people)
        Login.objects.bulk_create(
            Login(person=person, host=self._host, name=who.login)
            for person, who in zip(people, identities, strict=True)
        )
        self._people |= {who.key: person for person, who in zip(people, identities, strict=True)}
