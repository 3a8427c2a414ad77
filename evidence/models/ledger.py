import uuid

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from changes.models.constraints import not_blank


class Event(models.Model):
    """One announcement, stored in the transaction that changed the record; never edited.

    `canonical` is the event as RFC 8785 JSON, the bytes that the log seals; the columns repeat
    what is searched for. `record` is `model:pk`; `occurred_at` is what is said, `received_at`
    when the portal heard it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    type = models.CharField(max_length=60, db_index=True)
    change_number = models.PositiveIntegerField(null=True, db_index=True)
    record = models.CharField(max_length=80, db_index=True)
    record_sha256 = models.CharField(max_length=64)
    actor = models.CharField(max_length=40, blank=True)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField(db_index=True)
    is_late = models.BooleanField(default=False)
    canonical = models.BinaryField()

    class Meta:
        ordering = ["received_at", "id"]
        indexes = [models.Index(fields=["change_number", "received_at"])]

    def __str__(self) -> str:
        return f"{self.type} of {self.record}"


class Disclosure(models.Model):
    """The free text and personal data that an event commits to: {field: [salt, value]}.

    The one part of an event that may go away: whoever erases a field here leaves the event, its
    leaf and every proof as they were.
    """

    event = models.OneToOneField(
        Event, on_delete=models.PROTECT, primary_key=True, related_name="disclosure"
    )
    values = models.JSONField()

    def __str__(self) -> str:
        return f"Disclosure of {self.event_id}"


class Leaf(models.Model):
    """An event's place in the Merkle tree, given once by the sequencer.

    `subtrees` holds the roots of the complete subtrees that end with this leaf, the smallest
    first, so that a proof reads a few rows and never all of them.
    """

    index = models.PositiveBigIntegerField(primary_key=True)
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="leaf")
    leaf_hash = models.BinaryField()
    subtrees = models.BinaryField()
    sealed_at = models.DateTimeField()

    class Meta:
        ordering = ["index"]
        verbose_name_plural = "leaves"

    def __str__(self) -> str:
        return f"Leaf {self.index}"


class WaitingEvent(models.Model):
    """The note that an event waits for its leaf, made by a trigger (`evidence.ledger.guards`) and
    taken away by the sequencer. No evidence: without it the nightly check finds the event.
    """

    event = models.OneToOneField(
        Event,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="waiting",
        db_constraint=False,  # the event's own transaction writes it
    )
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["received_at", "event_id"]
        indexes = [models.Index(fields=["received_at", "event"])]

    def __str__(self) -> str:
        return f"{self.event_id} waits"


class LogKey(models.Model):
    """A public key of the log. The newest one signs; what others signed stays good, also when
    they are retired.

    `introduction` is the note by which the key before it hands over; the first has none.
    The private key is a file, never a row.
    """

    vkey = models.CharField(max_length=300, unique=True)
    introduction = models.TextField(blank=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.vkey


class KeyRetirement(models.Model):
    """A key that signs no more, since when and why; what it signed before stays good."""

    key = models.OneToOneField(LogKey, on_delete=models.PROTECT, related_name="retirement")
    reason = models.TextField()
    retired_at = models.DateTimeField()
    by = models.ForeignKey(
        "changes.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )  # none: on the machine itself

    class Meta:
        ordering = ["pk"]
        constraints = [
            not_blank("reason", model="key_retirement"),
        ]

    def __str__(self) -> str:
        return f"Retirement of {self.key}"


class Checkpoint(models.Model):
    """A signed note on the tree of `size` leaves (C2SP tlog-checkpoint)."""

    size = models.PositiveBigIntegerField()
    root = models.BinaryField()
    note = models.TextField()
    key = models.ForeignKey(LogKey, on_delete=models.PROTECT, related_name="checkpoints")
    issued_at = models.DateTimeField()

    class Meta:
        ordering = ["size", "pk"]
        constraints = [
            UniqueConstraint(fields=["size", "key"], name="checkpoint_once_for_a_size_and_key"),
            CheckConstraint(name="checkpoint_covers_something", condition=Q(size__gte=1)),
        ]

    def __str__(self) -> str:
        return f"Checkpoint at {self.size}"


class TimeStamp(models.Model):
    """An authority's word (RFC 3161) that a checkpoint existed at `stamped_at`."""

    checkpoint = models.OneToOneField(
        Checkpoint, on_delete=models.PROTECT, related_name="time_stamp"
    )
    token = models.BinaryField()
    authority = models.CharField(max_length=300)
    stamped_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Time-stamp of {self.checkpoint}"


class LedgerCheck(models.Model):
    """One run of `verify_ledger`: how much was read, and every difference in a sentence."""

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    entries = models.PositiveBigIntegerField()
    records = models.PositiveBigIntegerField()
    found = models.PositiveIntegerField(help_text="How many differences there are.")
    differences = models.JSONField(default=list, help_text="The first of them, in sentences.")

    class Meta:
        ordering = ["finished_at", "pk"]

    def __str__(self) -> str:
        return f"Check of {self.entries} entries: {self.found} differences"


class Erasure(models.Model):
    """A request to erase one field of a record, asked for by one person and done by another."""

    record = models.CharField(max_length=80)
    field = models.CharField(max_length=60)
    legal_basis = models.CharField(max_length=30)
    asked_by = models.ForeignKey("changes.Person", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    done_by = models.ForeignKey(
        "changes.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            CheckConstraint(
                name="erasure_by_two_persons",
                condition=Q(done_by__isnull=True) | ~Q(done_by=models.F("asked_by")),
            ),
            UniqueConstraint(
                fields=["record", "field"],
                condition=Q(done_at__isnull=True),
                name="erasure_asked_once",
            ),
        ]

    def __str__(self) -> str:
        return f"Erasure of {self.field} of {self.record}"
