"""`licet coverage`: each status, what shows it and what is lacking; a text that fits, and data that fit a schema."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from jsonschema.validators import validator_for

from licet.cli.main import main
from licet.facts.inventory.from_tables import read_sources
from licet.facts.inventory.load import load_facts
from licet.facts.store import Facts
from licet.ir.policy import Policy
from licet.release.framework_coverage import FrameworkCoverage, covered, framework_file
from licet.release.framework_text import render
from licet.resources import policies_folder, schema_file
from tests.conftest import ROOT

FRONTIER = ROOT / "fixtures" / "frontier"
DAY = date(2026, 11, 20)
SHIPPED = sorted((policies_folder() / "frameworks").glob("*.yaml"))
SIZES = {
    "nist-ai-rmf": 72,
    "nist-ai-600-1": 52,
    "iso-42001": 38 + 27,
    "bis-export-compliance": 8,
    "eu-ai-act-gpai": 17,
    "eu-gpai-code": 19,
    "us-frontier-states": 17,
}
# What is on record there is invented so that each status occurs; of every other item nothing is recorded.
STATUSES = {
    "GOVERN 1.1": "covered",
    "GOVERN 1.2": "out_of_date",
    "GOVERN 1.3": "partly",
    "GOVERN 1.4": "partly",
    "GOVERN 1.6": "undetermined",  # its evidence has no day of review
    "GOVERN 1.7": "undetermined",  # its plan is a draft, and there may be another
    "GOVERN 2.1": "covered",
    "GOVERN 2.2": "out_of_date",
    "GOVERN 3.1": "missing",  # minutes are said to be here, all of them
    "GOVERN 4.1": "out_of_date",
    "GOVERN 6.2": "partly",  # rows of `relies_on` show one of the two kinds
    "MAP 1.2": "missing",
    "MEASURE 1.3": "covered",
    "MEASURE 2.2": "not_applicable",
    "MEASURE 2.6": "covered",
    "MEASURE 2.7": "out_of_date",
    "MANAGE 1.1": "missing",
    "MANAGE 1.3": "undetermined",
    "MANAGE 2.1": "partly",
    "MANAGE 2.4": "partly",
}


def licet(*words: str) -> Result:
    return CliRunner().invoke(main, ["coverage", *words], catch_exceptions=False)


def with_framework(library: Policy, *facts: Path, name: str = "nist-ai-rmf") -> Facts:
    return read_sources([(path, None) for path in (*facts, framework_file(name))], library).facts


@pytest.fixture(scope="module")
def found(library: Policy) -> FrameworkCoverage:
    return covered(library, with_framework(library, FRONTIER), DAY)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    done = licet("nist-ai-rmf", str(FRONTIER), "--format", "json")
    assert done.exit_code == 0
    read: dict[str, Any] = json.loads(done.stdout)
    return read


# Of the other frameworks, what is not undetermined there; minutes are the one kind besides contracts that is complete.
OTHERS = {
    "nist-ai-600-1": {"covered": {"MP-2.3-005"}, "partly": {"GV-1.2-002"}, "out_of_date": {"MS-2.7-001"}},
    "iso-42001": {
        "covered": {"4.4", "7.2"},
        "out_of_date": {"9.2"},
        "missing": {"9.3", "A.10.2", "A.10.4"},
    },
    "bis-export-compliance": {"covered": {"ECP-5", "ECP-8"}, "partly": {"ECP-4"}, "out_of_date": {"ECP-6"}},
    "eu-ai-act-gpai": {"covered": {"55(1)(d)"}, "partly": {"55(1)(a)"}},
    "eu-gpai-code": {"covered": {"C6", "4.2(1)", "4.3(1)"}, "partly": {"C3"}},
    "us-frontier-states": {"partly": {"22757.13(c)(1)"}},
}


def item(document: dict[str, Any], number: str) -> dict[str, Any]:
    return next(one for one in document["items"] if one["number"] == f"NIST {number}")


def test_each_status_occurs_where_it_is_expected(document: dict[str, Any]) -> None:
    came = {one["number"].removeprefix("NIST "): one["status"] for one in document["items"]}

    assert set(STATUSES.values()) == set(document["counts"])
    assert came == {number: STATUSES.get(number, "undetermined") for number in came}
    assert document["counts"] == {status: list(came.values()).count(status) for status in document["counts"]}


@pytest.mark.parametrize("name", OTHERS)
def test_the_other_frameworks_too(library: Policy, name: str) -> None:
    made = covered(library, with_framework(library, FRONTIER, name=name), DAY)
    came: dict[str, set[str]] = {}
    for one in made.items:
        came.setdefault(one.status, set()).add(one.text("number").split(" ")[-1])

    assert {status: numbers for status, numbers in came.items() if status != "undetermined"} == OTHERS[name]
    assert made.strays == ()


def test_the_document_fits_the_schema(document: dict[str, Any]) -> None:
    schema = json.loads(schema_file("coverage-1.json").read_text(encoding="utf-8"))
    kind = validator_for(schema)
    kind.check_schema(schema)
    kind(schema).validate(document)
    wrong = {**item(document, "GOVERN 3.1"), "status": "covered"}

    assert not kind(schema).is_valid({**document, "items": [wrong]})


def test_what_shows_an_item_and_what_it_lacks(document: dict[str, Any]) -> None:
    (stale,) = item(document, "GOVERN 1.2")["evidence"]
    open_ = item(document, "GOVERN 1.6")
    (draft,) = item(document, "GOVERN 1.7")["evidence"]

    assert stale["records"] == [{"type": "Document", "id": "risk-policy-2025", "kind": "policy"}]
    assert stale["passed"] == [{"field": "review_due", "day": "2026-03-31"}]
    assert item(document, "GOVERN 1.2")["lacking"] == [{"kind": "policy", "why": "out_of_date"}]
    assert item(document, "GOVERN 1.3")["lacking"] == [{"kind": "procedure", "why": "in_part"}]
    assert item(document, "GOVERN 2.3")["lacking"] == [
        {"kind": "assignment", "why": "not_recorded_here"},
        {"kind": "minutes", "why": "no_record"},
    ]
    assert (open_["must"], open_["may"], open_["lacking"]) == (
        "covered",
        "missing",
        [{"kind": "inventory", "why": "not_known"}],
    )
    assert [(one["fact"], one["of"]["id"]) for one in open_["missing"]] == [("reviewed_on", "evidence-12")]
    assert (draft["state"], draft["because"]) == (
        "does_not_count",
        ["its record is of a later day, a draft, or was never completed or filed"],
    )
    assert item(document, "MEASURE 2.2")["evidence"][0]["review"]["reason"] == "no tests with people are made"


def test_what_nobody_says_is_complete_is_never_missing(
    library: Policy, found: FrameworkCoverage, tmp_path: Path
) -> None:
    text = (FRONTIER / "governance.yaml").read_text(encoding="utf-8").partition("recorded_completely:")[0]
    for file in FRONTIER.glob("*.yaml"):
        (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "governance.yaml").write_text(text, encoding="utf-8")
    less = covered(library, with_framework(library, tmp_path), DAY)

    assert less.counts["missing"] == 0
    assert less.counts["undetermined"] == found.counts["undetermined"] + found.counts["missing"]
    assert {one.why for each in less.items for one in each.lacking} == {
        *("not_recorded_here", "out_of_date", "in_part", "not_known"),
    }


@pytest.mark.parametrize("width", [60, 80, 140])
def test_the_text_fits(found: FrameworkCoverage, width: int) -> None:
    lines = render(found, width).splitlines()

    assert max(map(len, lines)) <= width
    assert lines[-1] == "not legal advice"


def test_the_text_claims_nothing_of_law() -> None:
    done = licet("nist-ai-rmf", str(FRONTIER))
    said = " ".join(done.stdout.split()).lower()

    assert "72 items: 4 covered, 5 partly, 4 out of date, 3 missing, 55 undetermined, 1 not applicable" in said
    assert "it is no legal conclusion, and no rule of law reads it" in said
    assert "voluntary" in said
    assert "(review due 2026-03-31)" in said
    assert "lacking: assignment (not recorded here); minutes (no record)" in said
    assert "the make-up of a team is never inferred from citizenship or nationality" in said
    assert "no words for: the log of an evaluation" in said
    assert "compliant" not in said
    assert "cleared" not in said


def test_a_file_gets_what_the_screen_gets(tmp_path: Path) -> None:
    out = tmp_path / "out.json"

    assert licet("nist-ai-rmf", str(FRONTIER), "-o", str(out)).exit_code == 0
    assert out.read_text(encoding="utf-8") == licet("nist-ai-rmf", str(FRONTIER), "--format", "json").stdout


def test_a_framework_of_ones_own_and_a_number_that_is_none_of_its_items(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        "Framework:\n  - {id: own, title: House rules, edition: '1', standing: ours}\n"
        "Requirement:\n  - {id: a, framework: own, number: House 1, subject: one, asks: [policy]}\n"
        "  - {id: b, framework: own, number: House 2, subject: two, asks: [plan]}\n",
        encoding="utf-8",
    )
    (tmp_path / "facts.yaml").write_text(
        "as_of: 2026-11-20\nDocument:\n  - {id: d, kind: policy, approved_on: 2026-01-01}\n"
        "Evidence:\n  - {id: e, supports: [House 1, House 3, NIST GOVERN 9.9], document: d, verdict: sufficient, "
        "reviewer: R, reviewed_on: 2026-02-01}\n",
        encoding="utf-8",
    )
    done = licet(str(tmp_path / "own.yaml"), str(tmp_path / "facts.yaml"))

    assert done.exit_code == 0
    assert done.stderr == "`e` names `House 3`, which is no item of this framework; did you mean `House 1`?\n"
    assert "House 1: covered" in done.stdout
    assert "read in sources that nobody named only" in done.stdout


def test_it_is_of_one_framework_at_a_time(tmp_path: Path) -> None:
    (tmp_path / "facts.yaml").write_text("Framework:\n  - {id: own, title: House rules}\n", encoding="utf-8")
    done = licet("nist-ai-rmf", str(tmp_path / "facts.yaml"))

    assert done.exit_code == 2
    assert "records of 2 Framework are here: coverage is of one at a time" in done.stderr


def test_fail_on_passes_what_is_all_shown(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        "Framework:\n  - {id: own, title: House rules, edition: '1', standing: ours}\n"
        "Requirement:\n  - {id: a, framework: own, number: House 1, subject: one, asks: [document]}\n",
        encoding="utf-8",
    )
    (tmp_path / "facts.yaml").write_text(
        "as_of: 2026-11-20\nDocument:\n  - {id: d, kind: policy, approved_on: 2026-01-01}\nEvidence:\n"
        "  - {id: e, supports: [House 1], document: d, verdict: sufficient, reviewer: R, reviewed_on: 2026-02-01}\n",
        encoding="utf-8",
    )
    words = (str(tmp_path / "own.yaml"), str(tmp_path / "facts.yaml"), "--fail-on", "partly")

    assert licet(*words).exit_code == 0
    assert licet(*words, "--as-of", "2025-12-31").exit_code == 1  # not approved then, and there may be another


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("nist-ai-rfm", str(FRONTIER)), "did you mean `nist-ai-rmf`?"),
        (("nothing", str(FRONTIER)), "there is no framework `nothing`, nor a file"),
        ((str(FRONTIER / "parties.yaml"), str(FRONTIER / "models.yaml")), "no Requirement is recorded"),
        (("nist-ai-rmf", str(FRONTIER), "--fail-on", "compliant"), "coverage is never `compliant`"),
        (("nist-ai-rmf", str(framework_file("nist-ai-rmf"))), "`nist-ai-rmf` stands twice among Framework"),
    ],
)
def test_mistakes_exit_with_two(words: tuple[str, ...], says: str) -> None:
    done = licet(*words)

    assert done.exit_code == 2
    assert says in done.stderr
    assert "Traceback" not in done.output


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_a_shipped_framework_is_whole(library: Policy, file: Path) -> None:
    facts = load_facts(file, library)
    items = facts.entities["Requirement"]
    numbers = [record.get("number") for record in items.values()]

    assert set(facts.entities) == {"Framework", "Requirement"}
    assert list(facts.entities["Framework"]) == [file.stem]
    assert len(items) == SIZES[file.stem] == len(set(numbers))
    for id_, record in items.items():
        assert record.get("framework") == file.stem, id_
        assert record.get("asks"), id_
        for name in ("number", "part", "subject", "mark", "bears_on"):
            assert name in record.facts, (id_, name)


def test_a_workbook_is_nothing_for_a_screen() -> None:
    done = licet("nist-ai-rmf", str(FRONTIER), "--format", "xlsx")

    assert done.exit_code == 2
    assert "name a file with -o" in done.stderr
