import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.ledger.canonical import canonical
from evidence.ledger.commitments import SALT_BYTES, commit, commitment

SALT = bytes(range(32))


@given(st.text())
def test_text_is_committed_to_as_canonical_json(text: str) -> None:
    expected = hashlib.sha256(SALT + canonical(["id", "title", text])).hexdigest()

    assert commitment(SALT, "id", "title", text) == expected


@pytest.mark.parametrize("value", [{"a": [1, "x"]}, ["x"], 7])
def test_other_values_are_committed_to_as_canonical_json(value: Any) -> None:
    expected = hashlib.sha256(SALT + canonical(["id", "f", value])).hexdigest()

    assert commitment(SALT, "id", "f", value) == expected


def test_each_field_has_a_salt_of_its_own() -> None:
    held, opened = commit("id", {"a": "same", "b": "same"})

    salts = {salt for salt, _ in opened.values()}
    assert len(salts) == 2
    assert all(len(bytes.fromhex(salt)) == SALT_BYTES for salt in salts)
    assert held["a"] == commitment(bytes.fromhex(opened["a"][0]), "id", "a", "same")
