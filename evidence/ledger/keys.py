"""The keys of the log: private ones in files that their owner alone reads, public ones as rows.

The newest signs. A key hands over to the next one by a note that it signs itself, so whoever
pinned the first key can follow; what an old key signed stays good for ever. A key that has been
replaced can be retired: then its private file is destroyed.
"""

import os
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import transaction

from changes import clock
from changes.announcements import Announcement, announce
from changes.models import Organisation, Person
from changes.workflow.refusals import Invalid, NotNow
from evidence.ledger.notes import Vkey, parse_vkey, sign_note, vkey_of
from evidence.models import KeyRetirement, LogKey
from evidence.vocabulary import KEY_RETIRED

HANDOVER = "hands over to"


@transaction.atomic
def current_key() -> LogKey:
    """The key that signs; the first one is made when it is first asked for."""
    organisation = Organisation.objects.select_for_update().get()
    newest = LogKey.objects.order_by("-pk").first()
    return newest or _keep(Ed25519PrivateKey.generate(), organisation.log_origin, None)


@transaction.atomic
def rotate_key(*, actor: Person | None, at: datetime) -> LogKey:
    """A new key, introduced on the log by the one before."""
    organisation = Organisation.objects.select_for_update().get()
    before = LogKey.objects.order_by("-pk").first()
    key = _keep(Ed25519PrivateKey.generate(), organisation.log_origin, before)
    announce(Announcement("ledger.key_rotated", key, at, actor))
    return key


@transaction.atomic
def retire_key(*, key: LogKey, reason: str, actor: Person | None, at: datetime) -> KeyRetirement:
    """It signs no more, and its private file is destroyed. Refused for the key that signs."""
    Organisation.objects.select_for_update().get()
    if not reason.strip():
        raise Invalid({"reason": "Say why the key is retired."})
    if key == LogKey.objects.order_by("-pk").first():
        raise NotNow(
            f"{key} is the key that signs, and it has no successor: make one first"
            " (rotate_log_key), then retire this one."
        )
    if KeyRetirement.objects.filter(key=key).exists():
        raise NotNow(f"{key} is retired already; no file of it is left here.")
    retirement = KeyRetirement.objects.create(key=key, reason=reason, retired_at=at, by=actor)
    announce(Announcement(KEY_RETIRED, retirement, at, actor, details={"key": key.vkey}))
    transaction.on_commit(destroy_retired)
    return retirement


def destroy_retired() -> None:
    """The private files of every retired key: nothing needs them, and notes verify without."""
    for vkey in KeyRetirement.objects.values_list("key__vkey", flat=True):
        path_of(parse_vkey(vkey)).unlink(missing_ok=True)


def vkeys() -> list[Vkey]:
    """Every key of the log, the oldest first."""
    return list(vkeys_by_row().values())


def vkeys_by_row() -> dict[int, Vkey]:
    return {key: parse_vkey(line) for key, line in LogKey.objects.values_list("pk", "vkey")}


def handover_text(name: str, new: Vkey) -> str:
    return f"{name}\n{HANDOVER}\n{new}\n"


def private_key(key: LogKey) -> Ed25519PrivateKey:
    """Raises NotNow where the key is retired, or its file is gone."""
    if KeyRetirement.objects.filter(key=key).exists():
        raise NotNow(f"The log's key {key} is retired: it signs nothing any more.")
    path = path_of(parse_vkey(key.vkey))
    try:
        loaded = serialization.load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError) as error:
        raise NotNow(
            f"The log's key {path.name} cannot be read in the folder of secrets, so nothing is"
            " signed: restore it from the copy that you keep apart from the database."
        ) from error
    if not isinstance(loaded, Ed25519PrivateKey):
        raise NotNow(f"{path.name} is not an Ed25519 key, so nothing is signed.")
    return loaded


def path_of(vkey: Vkey) -> Path:
    return Path(settings.LOG_KEYS_DIR) / f"log-{vkey.key_id.hex()}.pem"


def _keep(private: Ed25519PrivateKey, name: str, before: LogKey | None) -> LogKey:
    vkey = vkey_of(name, private)
    _write(path_of(vkey), private)
    introduction = ""
    if before:
        introduction = sign_note(handover_text(name, vkey), name, private_key(before))
    key = LogKey.objects.create(vkey=str(vkey), introduction=introduction, made_at=clock.now())
    if not before:
        announce(Announcement("ledger.key_made", key, key.made_at))
    return key


def _write(path: Path, private: Ed25519PrivateKey) -> None:
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
