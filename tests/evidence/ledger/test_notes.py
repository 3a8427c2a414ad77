import json
from base64 import b64decode, b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.ledger.notes import (
    BadNote,
    Head,
    Vkey,
    opened_note,
    parse_head,
    parse_proof,
    parse_vkey,
    proof_text,
    sign_note,
    vkey_of,
)

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
NAME = "orca.example/log"
VKEY = vkey_of(NAME, PRIVATE)
HEAD = Head(NAME, 7, bytes(range(32)))
# The example that the specification of tlog-checkpoint prints, and its key.
PUBLISHED_KEY = "example.com/behind-the-sofa"
PUBLISHED = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurm"
    "RDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)


def test_published_checkpoint_is_read() -> None:
    text, _, _ = PUBLISHED.rpartition("\n\n")

    head = parse_head(text + "\n")

    assert (head.origin, head.size) == (PUBLISHED_KEY, 20852163)
    assert head.root == b64decode("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")


def test_key_line_goes_there_and_back() -> None:
    assert parse_vkey(f"{VKEY}\n") == VKEY
    assert str(VKEY).startswith(f"{NAME}+{VKEY.key_id.hex()}+")


@pytest.mark.parametrize(
    "line",
    [
        "",
        "no key",
        "a+b",
        f"{NAME}+00000000+{b64encode(b'x').decode()}",
        str(VKEY).replace(VKEY.key_id.hex(), "00000000"),
        str(VKEY)[:-4],
        f"{NAME}+{VKEY.key_id.hex()}+!!!",
    ],
)
def test_what_is_no_key_line_is_refused(line: str) -> None:
    with pytest.raises(BadNote, match="key line"):
        parse_vkey(line)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb"])
def test_name_that_would_break_the_line_is_refused(name: str) -> None:
    with pytest.raises(BadNote, match="cannot name a key"):
        vkey_of(name, PRIVATE)


def test_note_is_opened_by_the_key_that_signed_it() -> None:
    note = sign_note(HEAD.text(), NAME, PRIVATE)

    text, key = opened_note(note, [vkey_of(NAME, OTHER), VKEY])

    assert (parse_head(text), key) == (HEAD, VKEY)


def test_signatures_of_others_are_passed_over() -> None:
    note = sign_note(HEAD.text(), NAME, PRIVATE) + "— witness.example AAAA\n— odd\n"

    assert opened_note(note, [VKEY]) == (HEAD.text(), VKEY)


def altered_notes() -> list[str]:
    note = sign_note(HEAD.text(), NAME, PRIVATE)
    return [
        note.replace("\n7\n", "\n8\n"),
        note.replace("orca", "orcb"),
        note.replace("\n", "\r\n"),
        note.rpartition("\n\n")[0] + "\n",
        note[:-6] + "\n",
        note[:-1],
        note.replace("— ", "- "),
        "",
    ]


@pytest.mark.parametrize("note", altered_notes())
def test_altered_note_is_nobodys(note: str) -> None:
    with pytest.raises(BadNote, match="None of the known keys"):
        opened_note(note, [VKEY])


def test_key_of_the_same_name_is_another_key() -> None:
    with pytest.raises(BadNote):
        opened_note(sign_note(HEAD.text(), NAME, OTHER), [VKEY])
    with pytest.raises(BadNote):
        opened_note(sign_note(HEAD.text(), NAME, PRIVATE), [Vkey("another", VKEY.public)])


@pytest.mark.parametrize("text", ["no end", "a\n\nb\n"])
def test_text_that_could_be_read_in_two_ways_is_not_signed(text: str) -> None:
    with pytest.raises(BadNote, match="none of them empty"):
        sign_note(text, NAME, PRIVATE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n",
        "a\n1\n",
        f"a\n01\n{b64encode(bytes(32)).decode()}\n",
        f"a\n-1\n{b64encode(bytes(32)).decode()}\n",
        f"a\n1\n{b64encode(bytes(31)).decode()}\n",
        f"a\n1\n{b64encode(bytes(32)).decode()}",
        f"a\n1\n{b64encode(bytes(32)).decode()}\nmore\n",
        f"a\n1_0\n{b64encode(bytes(32)).decode()}\n",
        "a\n1\n!!\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(BadNote, match="three lines"):
        parse_head(text)


def test_proof_goes_there_and_back() -> None:
    note = sign_note(HEAD.text(), NAME, PRIVATE)

    text = proof_text(3, [bytes(32), bytes(range(32))], note)

    assert parse_proof(text) == (3, [bytes(32), bytes(range(32))], note)
    assert parse_proof(text.replace("\nindex", "\nextra AAAA\nindex"))[0] == 3


@pytest.mark.parametrize(
    "text",
    [
        "",
        "another@v1\nindex 1\n\nnote",
        "c2sp.org/tlog-proof@v1",
        "c2sp.org/tlog-proof@v1\nindex -1\n\nnote",
        "c2sp.org/tlog-proof@v1\nindex 01\n\nnote",
        "c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n",
        "c2sp.org/tlog-proof@v1\nindex 1\n!!!!\n\nnote",
        json.dumps({"index": 1}),
    ],
)
def test_what_is_no_proof_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        parse_proof(text)
