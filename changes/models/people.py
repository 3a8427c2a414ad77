from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import UniqueConstraint
from django.db.models.functions import Lower

from changes.models.constraints import not_blank, one_of
from changes.vocabulary import PersonKind, Role, choices


class PersonManager(BaseUserManager["Person"]):
    use_in_migrations = True

    def create_user(self, username: str, password: str | None = None, **fields: object) -> "Person":
        """A person who may sign in; without a password, one who may not yet."""
        fields.setdefault("name", username)
        person = self.model(username=self.model.normalize_username(username), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(
        self, username: str, password: str | None = None, **fields: object
    ) -> "Person":
        return self.create_user(
            username, password, **{**fields, "is_staff": True, "is_superuser": True}
        )


class Person(AbstractBaseUser, PermissionsMixin):
    """Somebody, or a machine, who did something; with a username also a user of the portal.

    Rules compare persons, never logins: one person may have several logins.
    """

    username = models.CharField(max_length=150, unique=True, null=True, blank=True)
    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    kind = models.CharField(
        max_length=10, choices=choices(PersonKind), default=PersonKind.HUMAN.value
    )
    time_zone = models.CharField(max_length=50, default="UTC")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField("may open the admin site", default=False)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name_plural = "people"
        ordering = ["name", "pk"]
        constraints = [
            one_of("kind", PersonKind, model="person"),
            not_blank("name", model="person"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def roles(self) -> frozenset[Role]:
        """The roles held now; read once for each request, so a page asks only once."""
        if not hasattr(self, "_roles"):
            names = self.groups.values_list("name", flat=True) if self.pk else ()
            known = {role.value for role in Role}
            self._roles = frozenset(Role(name) for name in names if name in known)
        return self._roles


class Login(models.Model):
    """A name by which a host (git host, import, pipeline) knows a person."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="logins")
    host = models.CharField(max_length=100)
    name = models.CharField(max_length=254)

    class Meta:
        ordering = ["host", "name"]
        constraints = [
            UniqueConstraint("host", Lower("name"), name="login_names_one_person"),
            not_blank("name", model="login"),
        ]

    def __str__(self) -> str:
        return f"{self.name} at {self.host}"
