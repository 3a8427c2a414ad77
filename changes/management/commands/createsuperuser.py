"""Django's own command, and the event of the person whom it makes."""

from typing import Any

from django.contrib.auth.management.commands import createsuperuser
from django.db import transaction

from changes.models import Person
from changes.workflow.people import announce_person


class Command(createsuperuser.Command):
    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        before = set(Person.objects.values_list("pk", flat=True))
        super().handle(*args, **options)
        for person in Person.objects.exclude(pk__in=before):
            announce_person(person)
