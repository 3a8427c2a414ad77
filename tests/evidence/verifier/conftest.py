"""Two packages of one log, the second a later revision of the quarter; made once for the folder."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.db import transaction
from pytest_django import DjangoDbBlocker

from changes import clock
from evidence.ledger.keys import rotate_key
from evidence.models import LogKey
from evidence.packages import document, dossiers
from tests.evidence.packages.compiling import compiled, path_of
from tests.factories.stories import make_story
from tests.factories.times import NOW


@dataclass(frozen=True)
class Packages:
    """`newer` covers what `older` covers, and more; `rotated` is signed by a second key.

    `hostile` is of a log under the same name that somebody wrote anew, with a key of their own.
    """

    older: Path
    newer: Path
    rotated: Path
    hostile: Path
    key: Path
    new_key: Path

    def private(self) -> Ed25519PrivateKey:
        """Of the key that signed `older` and `newer`: what only the portal has."""
        key_id = self.key.read_text().split("+")[1]
        pem = (self.key.parent / "LOG_KEYS_DIR" / f"log-{key_id}.pem").read_bytes()
        private = load_pem_private_key(pem, None)
        assert isinstance(private, Ed25519PrivateKey)
        return private


def quick(template: str, context: dict[str, object], _: object = ()) -> bytes:
    return f"%PDF {template} {context['title']} {context.get('sha256')} %%EOF".encode()


@pytest.fixture(scope="package")
def packages(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Packages:
    from django.conf import settings

    folder = tmp_path_factory.mktemp("packages")
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        for module in (document, dossiers):
            patch.setattr(module, "render_sheet", quick)
        for name in ("PACKAGES_DIR", "DOSSIERS_DIR", "CHECKPOINTS_DIR", "LOG_KEYS_DIR"):
            patch.setattr(settings, name, folder / name)
        patch.setattr(settings, "SIMULATED_CLOCK_ALLOWED", True)
        with clock.simulated(NOW):
            made = honest(folder)
            patch.setattr(settings, "LOG_KEYS_DIR", folder / "hostile")
            patch.setattr(settings, "PACKAGES_DIR", folder / "hostile")
            hostile = rewritten()
    return Packages(hostile=hostile, **made)


def honest(folder: Path) -> dict[str, Path]:
    key, new_key = folder / "orca.key", folder / "orca-new.key"
    with transaction.atomic():
        first, second = make_story(), make_story().pass_gates()
        older = path_of(compiled())
        key.write_text(f"{LogKey.objects.get().vkey}\n")
        with clock.simulated(NOW + timedelta(hours=1)):
            first.pass_gates()
            second.approve()
            newer = path_of(compiled())
        with clock.simulated(NOW + timedelta(hours=2)):
            rotate_key(actor=None, at=clock.now())
            first.approve()
            rotated = path_of(compiled())
        new_key.write_text(f"{LogKey.objects.order_by('pk').last().vkey}\n")  # type: ignore[union-attr]
        transaction.set_rollback(True)
    return {"older": older, "newer": newer, "rotated": rotated, "key": key, "new_key": new_key}


def rewritten() -> Path:
    with transaction.atomic():
        make_story().pass_gates()
        made = path_of(compiled())
        transaction.set_rollback(True)
    return made
