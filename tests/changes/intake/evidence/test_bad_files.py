"""Files that are broken or mean harm: a sentence, and never another exception."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changes.intake.evidence import KINDS, Unreadable
from tests.changes.intake.evidence.reading import read

ROOTS = {"junit": "testsuite", "cobertura": "coverage", "jacoco": "report"}
JSON_KINDS = ("istanbul", "sarif", "npm-audit", "snyk", "cyclonedx")
BILLION = '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><ROOT name="&b;"/>'
EXTERNAL = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><ROOT>&x;</ROOT>'
BAD_XML = {
    "truncated": ("<ROOT><a>", "not XML"),
    "no XML at all": ("tests: 5", "not XML"),
    "JSON": ("{}", "not XML"),
    "HTML": ("<html><body/></html>", "expected"),
    "an entity that multiplies": (BILLION, "entities"),
    "an entity from outside": (EXTERNAL, "entities"),
    "a parameter entity": ('<!DOCTYPE r [<!ENTITY % p "x">]><ROOT/>', "entities"),
    "an entity that nobody declared": ("<ROOT>&nobody;</ROOT>", "not XML"),
    "nested too deeply": ("<ROOT>" * 2000, "too deeply"),
    "an unknown encoding": ('<?xml version="1.0" encoding="klingon"?><ROOT/>', "not XML|encoding"),
    "an encoding of several bytes": (
        '<?xml version="1.0" encoding="Shift_JIS"?><ROOT/>',
        "encoding that cannot be read",
    ),
    "attributes that every element would have": (
        '<!DOCTYPE r [<!ATTLIST a b CDATA "much">]><ROOT><a/></ROOT>',
        "declares attributes",
    ),
    "bytes that are not of its encoding": ("<ROOT name='\udcff\udcfe'/>", "not XML"),
}
BAD_JSON = {
    "truncated": ('{"total": ', "not JSON"),
    "no JSON at all": ("<html/>", "not JSON"),
    "a repeated key": ('{"total": {}, "total": {}}', "twice"),
    "not a number": ('{"total": NaN}', "not JSON"),
    "nested too deeply": ("[" * 100_000, "too deeply|not an object"),
    "UTF-16": ('{"total": {}}'.encode("utf-16"), "UTF-16"),
    "bytes that are not UTF-8": (b'{"total": "\xff"}', "not JSON"),
    "two documents": ('{"a": 1}{"b": 2}', "."),
    "a bare number": ("5", "."),
}
BAD = {
    "empty": (b"", "empty"),
    "a zip": (b"PK\x03\x04rest", "zip archive"),
    "a gzip": (b"\x1f\x8b\x08rest", "gzip archive"),
    "an xz": (b"\xfd7zXZ\x00rest", "xz archive"),
    "a zstd": (b"\x28\xb5\x2f\xfdrest", "zstd archive"),
    "a 7z": (b"7z\xbc\xaf\x27\x1crest", "7z archive"),
}


@pytest.mark.parametrize("kind", ROOTS)
@pytest.mark.parametrize(("content", "words"), BAD_XML.values(), ids=BAD_XML)
def test_bad_xml_is_refused_with_a_sentence(kind: str, content: str, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        read(kind, content.replace("ROOT", ROOTS[kind]).encode(errors="surrogateescape"))


@pytest.mark.parametrize("kind", JSON_KINDS)
@pytest.mark.parametrize(("content", "words"), BAD_JSON.values(), ids=BAD_JSON)
def test_bad_json_is_refused_with_a_sentence(kind: str, content: str | bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words if kind != "cyclonedx" else "."):
        read(kind, content)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("content", "words"), BAD.values(), ids=BAD)
def test_what_is_no_report_is_refused(kind: str, content: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        read(kind, content)


@pytest.mark.parametrize("kind", KINDS)
@given(content=st.binary(min_size=1, max_size=200))
def test_no_bytes_raise_anything_else(kind: str, content: bytes) -> None:
    with contextlib.suppress(Unreadable):
        json.dumps(read(kind, content), allow_nan=False)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("kind", ["lcov", *JSON_KINDS])
def test_text_in_another_encoding_is_refused(kind: str, encoding: str) -> None:
    with pytest.raises(Unreadable, match=r"UTF|JSON|NUL|XML"):
        read(kind, 'SF:a\n{"total": 1}\n'.encode(encoding))


KEYS = ["runs", "results", "tool", "driver", "rules", "rule", "total", "lines", "via", "error"]
KEYS += ["vulnerabilities", "advisories", "components", "bomFormat", "ratings", "suppressions"]
JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@pytest.mark.parametrize("kind", JSON_KINDS)
@given(content=JSONISH)
def test_any_json_reads_or_is_refused(kind: str, content: object) -> None:
    try:
        numbers = read(kind, json.dumps(content))
    except Unreadable:
        return
    json.dumps(numbers, allow_nan=False)


@pytest.mark.parametrize(
    ("report", "words"),
    [
        pytest.param('{"error": {"code": "ENOLOCK", "summary": "no lock"}}', "no lock", id="npm"),
        pytest.param('{"message": "request failed", "error": {}}', "request failed", id="npm 10"),
    ],
)
def test_npm_that_reports_an_error_made_no_audit(report: str, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        read("npm-audit", report)


def test_snyk_that_reports_an_error_made_no_test() -> None:
    with pytest.raises(Unreadable, match="no lock file"):
        read("snyk", '{"ok": false, "error": "no lock file", "path": "/"}')


def test_mark_of_utf_8_is_no_part_of_the_document() -> None:
    assert read("npm-audit", b'\xef\xbb\xbf{"vulnerabilities": {}}')["packages"] == 0
