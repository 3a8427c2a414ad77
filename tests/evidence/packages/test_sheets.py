"""Real PDFs: whole, tagged, the same bytes again, and nothing of a text gets out of it."""

import json
import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from changes.models import Organisation
from evidence.ledger.checkpoints import checkpoint_now
from evidence.ledger.keys import vkeys
from evidence.ledger.merkle import leaf_hash, verify_inclusion
from evidence.ledger.notes import opened_note, parse_head, parse_proof
from evidence.packages.collect import frozen_changes
from evidence.packages.dossiers import dossier
from evidence.packages.enclosed import proof_within
from evidence.packages.freeze import setting_of
from evidence.packages.renderer import NothingIsFetched, Refuse, pdf_of
from evidence.packages.sheets import edition
from tests.evidence.packages.compiling import quarter
from tests.factories.source import CommitFactory
from tests.factories.stories import Story, make_story
from tests.factories.times import NOW

pytestmark = pytest.mark.django_db
RIGHT_EDGE = 734  # of the text on an A4 page, in CSS pixels


def dossiers() -> Iterator[bytes]:
    for change in frozen_changes(setting_of(quarter())):
        yield dossier(change.facts, change.sha256)


def reader(data: bytes) -> PdfReader:
    return PdfReader(BytesIO(data))


def text_of(data: bytes) -> str:
    return "\n".join(page.extract_text() for page in reader(data).pages)


def squeezed(text: str) -> str:
    return "".join(text.split())


def whole_story() -> Story:
    return make_story().pass_gates().approve().deploy().verify().close()


def test_dossier_tells_the_whole_story() -> None:
    story = whole_story()

    text = " ".join(text_of(next(dossiers())).split())

    for words in (
        story.change.key,
        "Sort the pages",
        "People asked for it.",
        "Approved as tech lead",
        "Stage canary started",
        "Tested on the deployed revision",
        "pytest",
        "Events on record",
        "INTERIM - the quarter is open",
    ):
        assert words in text


def test_same_record_gives_the_same_bytes() -> None:
    whole_story()

    assert list(dossiers()) == list(dossiers())


def test_pdf_is_tagged_and_names_itself() -> None:
    story = make_story()
    pdf = reader(next(dossiers()))

    assert pdf.metadata is not None
    assert pdf.metadata.title == f"{story.change.key} Sort the pages"
    root: Any = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert b"pdfaid" in root["/Metadata"].get_data()


def test_dossier_encloses_the_proof_of_its_last_event() -> None:
    """Under the first checkpoint that covers it: the same bytes however far the log has grown."""
    story = whole_story()
    checkpoint_now(NOW)
    (change,) = frozen_changes(setting_of(quarter()))
    first = dossier(change.facts, change.sha256, proof_within(change.facts))
    make_story()
    checkpoint_now(NOW)
    later = dossier(change.facts, change.sha256, proof_within(change.facts))
    pdf, key = reader(first), story.change.key
    (proof,), (event,) = pdf.attachments[f"{key}.tlog-proof"], pdf.attachments[f"{key}.event.json"]
    index, path, note = parse_proof(proof.decode())
    head = parse_head(opened_note(note, vkeys())[0])

    assert first == later
    assert verify_inclusion(leaf_hash(event), index, head.size, path, head.root)
    assert json.loads(event)["change"] == key
    assert f"entry {index} of the log" in " ".join(text_of(first).split())
    root: Any = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert re.search(rb"pdfaid:part\W+3\b", root["/Metadata"].get_data())
    associated = {(f.get_object()["/UF"], f.get_object()["/AFRelationship"]) for f in root["/AF"]}
    assert associated == {(f"{key}.tlog-proof", "/Data"), (f"{key}.event.json", "/Data")}


def test_dossier_without_a_checkpoint_encloses_nothing() -> None:
    whole_story()
    (change,) = frozen_changes(setting_of(quarter()))

    assert proof_within(change.facts) is None
    assert not reader(dossier(change.facts, change.sha256)).attachments


def test_sample_is_marked_on_every_page() -> None:
    Organisation.objects.update(is_sample=True)
    whole_story()

    pages = reader(next(dossiers())).pages

    assert len(pages) > 1
    assert all("SAMPLE - made-up data" in page.extract_text() for page in pages)


def test_html_in_a_text_is_text() -> None:
    make_story(title="<b>bold</b> <script>alert(1)</script>", description="<img src=x> &amp;")

    text = squeezed(text_of(next(dossiers())))

    assert "<b>bold</b><script>alert(1)</script>" in text
    assert "<imgsrc=x>&amp;" in text


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("w" * 4_000, id="one word of 4,000 letters"),
        pytest.param("0123456789abcdef" * 250, id="a hash without an end"),
        pytest.param("many words " * 900, id="many words"),
    ],
)
def test_long_text_is_neither_cut_off_nor_beyond_the_edge(words: str) -> None:
    story = make_story(description=words)
    CommitFactory.create(
        pull_request=story.pull, repository=story.repository, sha="c" * 40, subject=words
    )

    data = next(dossiers())

    assert text_of(data).count(words[0]) >= 2 * words.count(words[0])
    assert rightmost(data) < RIGHT_EDGE


@pytest.mark.parametrize(
    "words", ["渡辺健二", "Оңтүстік", "Nguyễn Thị Lan", "\u202egnp.exe", "\x07\x1b[31m"]
)
def test_any_script_is_set(words: str) -> None:
    make_story(title=f"Title {words}")

    assert "Title" in text_of(next(dossiers()))


def test_nothing_is_fetched() -> None:
    with pytest.raises(NothingIsFetched):
        Refuse().fetch("file:///etc/hostname")

    html = '<html lang="en"><title>t</title><img src="file:///etc/hostname" alt="x"><p>done</p>'
    assert "done" in text_of(pdf_of(html, "0" * 32))


def test_edition_is_a_digest() -> None:
    assert len(edition()) == 64


def rightmost(data: bytes) -> float:
    """The furthest that any piece of text begins."""
    found = [0.0]

    def visit(text: str, _cm: Any, tm: Any, *_: Any) -> None:
        if text.strip():
            found.append(float(tm[4]))

    for page in reader(data).pages:
        page.extract_text(visitor_text=visit)
    return max(found)
