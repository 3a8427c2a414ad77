import json
from typing import Any

import pytest

from changes.intake.evidence import Unreadable
from changes.vocabulary import Verdict
from tests.changes.intake.evidence.reading import judged, read

BOM = {
    "bomFormat": "CycloneDX",
    "metadata": {"component": {"name": "app", "components": [{"name": "part"}]}},
    "components": [{"name": "a", "components": [{"name": "b", "components": [{"name": "c"}]}]}],
    "vulnerabilities": [
        {"ratings": [{"severity": "low"}, {"severity": "critical"}]},
        {"ratings": [{"score": 7.5}]},
        {"ratings": []},
    ],
}


def test_cyclonedx_counts_components_at_any_depth_and_the_highest_rating() -> None:
    numbers = read("cyclonedx", json.dumps(BOM))

    assert numbers["components"] == 3
    assert numbers["by_severity"] == {
        "critical": 1, "high": 1, "medium": 0, "low": 0, "info": 0, "none": 0, "unknown": 1,
    }  # fmt: skip


def test_cyclonedx_in_xml_says_the_same() -> None:
    document = """<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.5">
      <metadata><component><components><component/></components></component></metadata>
      <components><component><components><component/></components></component></components>
      <vulnerabilities><vulnerability><ratings><rating><severity>low</severity></rating>
        <rating><score>9.1</score></rating></ratings></vulnerability></vulnerabilities></bom>"""

    numbers = read("cyclonedx", document)

    assert (numbers["components"], numbers["by_severity"]["critical"]) == (2, 1)


def test_bill_of_materials_without_a_word_of_vulnerabilities_was_no_scan() -> None:
    assert judged("cyclonedx", '{"bomFormat":"CycloneDX","components":[{}]}') is Verdict.UNKNOWN
    assert judged("cyclonedx", '{"bomFormat":"CycloneDX","vulnerabilities":[]}') is Verdict.PASSED


RATINGS: dict[str, tuple[list[dict[str, Any]], str]] = {
    "the highest of several methods": (
        [
            {"method": "CVSSv2", "score": 6.8, "severity": "medium"},
            {"method": "CVSSv31", "score": 9.8, "severity": "critical"},
            {"method": "OWASP", "severity": "low"},
        ],
        "critical",
    ),
    "the word stands before the score": ([{"score": 9.8, "severity": "high"}], "high"),
    "a score alone": ([{"method": "CVSSv4", "score": 9.0}], "critical"),
    "a word that says nothing": ([{"score": 7.1, "severity": "unknown"}], "high"),
    "a vector alone": ([{"method": "CVSSv31", "vector": "AV:N/AC:L"}], "unknown"),
    "information": ([{"severity": "info"}], "info"),
    "none": ([{"severity": "none"}], "none"),
    "nothing": ([], "unknown"),
}
VERSIONS = ["1.2", "1.3", "1.4", "1.5", "1.6"]


def vulnerability(ratings: list[dict[str, Any]]) -> str:
    elements = "".join(
        "<rating>"
        + "".join(f"<{name}>{value}</{name}>" for name, value in rating.items())
        + "</rating>"
        for rating in ratings
    )
    return f"<vulnerability ref='a'><ratings>{elements}</ratings></vulnerability>"


@pytest.mark.parametrize("is_xml", [False, True], ids=["JSON", "XML"])
@pytest.mark.parametrize(("ratings", "severity"), RATINGS.values(), ids=RATINGS)
def test_vulnerability_has_its_highest_rating(
    ratings: list[dict[str, Any]], severity: str, is_xml: bool
) -> None:
    bill = json.dumps({"bomFormat": "CycloneDX", "vulnerabilities": [{"ratings": ratings}]})
    if is_xml:
        bill = f"<bom><vulnerabilities>{vulnerability(ratings)}</vulnerabilities></bom>"

    numbers = read("cyclonedx", bill)

    assert {name for name, count in numbers["by_severity"].items() if count} == {severity}


@pytest.mark.parametrize("state", ["not_affected", "false_positive", "resolved", "in_triage"])
def test_what_the_bill_says_of_a_critical_finding_accepts_nothing(state: str) -> None:
    """A statement in the file is nobody's acceptance."""
    found = {"ratings": [{"severity": "critical"}], "analysis": {"state": state}}
    bill = json.dumps({"bomFormat": "CycloneDX", "vulnerabilities": [found]})

    assert judged("cyclonedx", bill) is Verdict.FAILED


PART = '{"type":"library","name":"a","licenses":[{"license":{"id":"MIT"}}]}'
PARTS = f'{{"name":"b","pedigree":{{"ancestors":[{PART}]}},"components":[{PART},{PART}]}}'
PART_IN_XML = "<component type='library'><name>a</name><licenses><license/></licenses></component>"
PARTS_IN_XML = (
    f"<component><pedigree><ancestors>{PART_IN_XML}</ancestors></pedigree>"
    f"<components>{PART_IN_XML * 2}</components></component>"
)


@pytest.mark.parametrize("version", VERSIONS)
def test_components_of_every_version(version: str) -> None:
    tools = f'{{"component":{PART},"tools":{{"components":[{PART}]}}}}'
    bill = (
        f'{{"bomFormat":"CycloneDX","specVersion":"{version}","metadata":{tools},'
        f'"components":[{PART},{PARTS},{PART}],"services":[{{"name":"s"}}]}}'
    )
    in_xml = (
        f'<bom xmlns="http://cyclonedx.org/schema/bom/{version}"><metadata>'
        f"<tools><components>{PART_IN_XML}</components></tools>{PART_IN_XML}</metadata>"
        f"<components>{PART_IN_XML}{PARTS_IN_XML}{PART_IN_XML}</components></bom>"
    )

    assert read("cyclonedx", bill)["components"] == read("cyclonedx", in_xml)["components"] == 5


def test_older_extension_puts_vulnerabilities_into_their_components() -> None:
    bill = """<bom xmlns="http://cyclonedx.org/schema/bom/1.2"
        xmlns:v="http://cyclonedx.org/schema/ext/vulnerability/1.0"><components><component>
        <name>a</name><v:vulnerabilities><v:vulnerability ref="a"><v:id>CVE-2020-1</v:id><v:ratings>
        <v:rating><v:score><v:base>9.8</v:base><v:impact>5.9</v:impact></v:score>
        <v:method>CVSSv3</v:method></v:rating></v:ratings></v:vulnerability></v:vulnerabilities>
        </component></components></bom>"""

    numbers = read("cyclonedx", bill)

    assert (numbers["components"], numbers["by_severity"]["critical"]) == (1, 1)


@pytest.mark.parametrize("number", [1, 2, 300])
def test_many_components_are_counted_as_a_few(number: int) -> None:
    components = ",".join([PART, PARTS] * number)

    bill = f'{{"bomFormat":"CycloneDX","components":[{components}]}}'
    assert read("cyclonedx", bill)["components"] == 4 * number


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_xml_with_a_mark_is_read(encoding: str) -> None:
    bill = "<bom><components><component/></components></bom>"

    assert read("cyclonedx", bill.encode(encoding))["components"] == 1


def test_json_in_utf_16_is_refused() -> None:
    with pytest.raises(Unreadable, match="UTF-16"):
        read("cyclonedx", '{"bomFormat":"CycloneDX"}'.encode("utf-16"))
