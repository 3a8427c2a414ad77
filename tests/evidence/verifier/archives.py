"""Packages that somebody has altered: their members read, changed and packed again."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.ledger.notes import sign_note
from evidence.verifier.verify import main

Members = dict[str, bytes]


def members_of(path: Path) -> Members:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(path: Path, members: Members) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return path


def listed_anew(members: Members) -> Members:
    """With a manifest that fits the altered files; nobody but the log's key can sign it."""
    manifest = json.loads(members["manifest.json"])
    manifest["files"] = [
        {"path": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in sorted(members.items())
        if name not in ("manifest.json", "manifest.sig")
    ]
    return {**members, "manifest.json": json.dumps(manifest).encode()}


def signed_anew(members: Members, private: Ed25519PrivateKey) -> Members:
    """By whoever has the log's own key: the manifest fits the altered files and is signed."""
    listed = listed_anew(members)
    digest = hashlib.sha256(listed["manifest.json"]).hexdigest()
    origin = members["ledger/checkpoint.note"].decode().split("\n")[0]
    note = sign_note(f"{origin}\nmanifest.json\n{digest}\n", origin, private)
    return {**listed, "manifest.sig": note.encode()}


class Checker:
    """Runs the verifier; `said` is what it printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str], folder: Path) -> None:
        self._capsys = capsys
        self._folder = folder
        self._number = 0
        self.said = ""

    def check(self, package: Path, *arguments: object) -> int:
        self._capsys.readouterr()
        status = main([str(package), *map(str, arguments)])
        self.said = self._capsys.readouterr().out
        return status

    def check_altered(
        self, package: Path, alter: Callable[[Members], Members], *arguments: object
    ) -> int:
        self._number += 1
        altered = alter(members_of(package))
        return self.check(packed(self._folder / f"{self._number}.zip", altered), *arguments)
