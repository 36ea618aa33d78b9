"""An answer says what it rests on, in every format: law that is unconfirmed, conflicts, assumptions, unread rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import fastexcel
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from licet.api import load
from licet.cli.main import main

LAW = """
module port "Port" jurisdiction X
authority PA "Port Act"
entity Firm "firm"
  seat : country "seat"
  owner : Firm "owner"
  listed : boolean "listed"
  bound : boolean derived "bound"
  rating : one of low, high derived "rating"
entity Shipment "shipment"
  date : date "date"
  by : Firm "sent by"
  urgent : boolean "urgent"
decision permit of s: Shipment "permit"
  outcomes free < needed < forbidden
  otherwise free
list allies of country from "allies.yaml" "the allies"
rule owner_listed "Bound by its owner"
  for f: Firm
  cites PA "7(2)"
  in force from 2020-01-01 until 2026-03-01
  unconfirmed from 2026-03-01 "the act lapsed; no notice was read"
  when f.owner is listed
  then f is bound
rule permit_bound "A bound firm needs a permit"
  for s: Shipment
  cites PA "9"
  when s.by is bound
  then permit of s is needed because "it is sent by a bound firm"
rule far "Not to an ally"
  for s: Shipment
  cites PA "11"
  when s.by.seat is not in allies
  then permit of s is needed because "it goes elsewhere"
exception waived "Urgent"
  to far
  for s: Shipment
  cites PA "12"
  unconfirmed until 2021-01-01 "nobody has read the gazette of that year"
  when s.urgent
"""
ALLIES = "title: Allies\nsource: PA Annex\ncovers: {from: 2020-01-01, until: 2027-01-01}\nmembers: [{code: CH}]\n"
FACTS = """
Firm:
  - {id: parent, seat: CH, owner: not applicable, listed: yes}
  - {id: child, seat: CH, owner: parent, listed: no}
  - {id: abroad, seat: JP, owner: not applicable, listed: no}
Shipment:
  - {id: before, date: 2025-05-05, by: child, urgent: no}
  - {id: lapsed, date: 2026-05-05, by: child, urgent: no}
  - {id: waived, date: 2020-05-05, by: abroad, urgent: yes}
  - {id: late, date: 2028-05-05, by: abroad, urgent: no}
  - {id: free, date: 2026-05-05, by: parent, urgent: no}
"""


def licet(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)


@pytest.fixture
def law(tmp_path: Path) -> list[Path | str]:
    """The inventory, and the policy that decides it."""
    folder = tmp_path / "law"
    folder.mkdir()
    (folder / "port.licet").write_text(LAW, encoding="utf-8")
    (folder / "allies.yaml").write_text(ALLIES, encoding="utf-8")
    (tmp_path / "facts.yaml").write_text(FACTS, encoding="utf-8")
    return [tmp_path / "facts.yaml", "--policy", folder]


OF_LAW = {
    "lapsed": ("port.owner_listed", "unconfirmed since 2026-03-01", "PA 7(2): the act lapsed; no notice was read"),
    "waived": ("port.waived", "unconfirmed", "PA 12: nobody has read the gazette of that year"),
    "late": ("allies", "not covered since 2027-01-01", "PA Annex: Allies"),
}


@pytest.mark.parametrize("engine", ["reference", "columnar", "auto"])
def test_open_law_is_missing_with_what_is_known_of_it(law: list[Path | str], engine: str) -> None:
    documents = json.loads(licet("decide", *law, "--format", "json", "--engine", engine).stdout)
    found = {d["subject"]["id"]: [m for m in d["missing"] if m["kind"] == "law"] for d in documents}

    assert [id_ for id_, laws in found.items() if laws] == ["lapsed", "waived", "late"]
    assert found["lapsed"] == [
        {
            "kind": "law",
            "fact": "status",
            "of": {"type": "rule", "id": "port.owner_listed"},
            "decides": ["permit"],
            "answers": [{"decision": "permit", "jurisdiction": "X"}],
            "state": "unconfirmed since 2026-03-01",
            "cites": ["PA 7(2)"],
            "note": "the act lapsed; no notice was read",
            "since": "2026-03-01",
        }
    ]
    assert (found["waived"][0]["of"]["id"], found["waived"][0]["since"]) == ("port.waived", None)
    assert found["late"][0] == {
        "kind": "law",
        "fact": "members",
        "of": {"type": "list", "id": "allies"},
        "decides": ["permit"],
        "answers": [{"decision": "permit", "jurisdiction": "X"}],
        "state": "not covered since 2027-01-01",
        "cites": ["PA Annex"],
        "note": "Allies",
        "since": "2027-01-01",
    }


def written(law: list[Path | str], out: Path) -> Path:
    done = licet("batch", *law, "-o", out, "--quiet")
    assert done.exit_code == 0, done.output
    return out


def test_open_law_stands_in_every_table(law: list[Path | str], tmp_path: Path) -> None:
    table = pq.read_table(written(law, tmp_path / "out.parquet"))
    lines = written(law, tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    csv = written(law, tmp_path / "out.csv").read_text(encoding="utf-8")
    sheet = fastexcel.read_excel(written(law, tmp_path / "out.xlsx")).load_sheet("Missing facts").to_arrow()

    for rows in (table.to_pylist(), [json.loads(line) for line in lines]):
        found: dict[str, Any] = {
            row["id"]: (m["id"], m["state"], m["note"]) for row in rows for m in row["missing"] if m["kind"] == "law"
        }
        assert found == OF_LAW
    assert {r["Subject"]: (r["Id"], r["Recorded"]) for r in sheet.to_pylist()} == {
        id_: (name, state) for id_, (name, state, _) in OF_LAW.items()
    }
    assert all(f"({state}: {note})" in csv for _, state, note in OF_LAW.values())


def test_open_law_is_explained(law: list[Path | str]) -> None:
    said = " ".join(licet("explain", law[0], "lapsed", *law[1:]).stdout.split())

    assert "status of the rule `port.owner_listed`: unconfirmed since 2026-03-01; PA 7(2): the act lapsed" in said


# ---- nothing to check, to decide or to fail on

NO_RULES = LAW[: LAW.index("rule owner_listed")]


def test_checking_files_without_a_rule_is_an_error(law: list[Path | str], tmp_path: Path) -> None:
    (tmp_path / "moved.licet").write_text("# the rules were moved elsewhere\n", encoding="utf-8")
    (law[2] / "port.licet").write_text(NO_RULES, encoding="utf-8")  # type: ignore[operator]

    for path in (tmp_path / "moved.licet", law[2]):
        done = licet("check", path)
        assert done.exit_code == 2
        assert "nothing was checked: there is no rule in" in done.stderr


def test_a_policy_without_rules_decides_nothing_and_says_so(law: list[Path | str], tmp_path: Path) -> None:
    (law[2] / "port.licet").write_text(NO_RULES, encoding="utf-8")  # type: ignore[operator]
    asked: list[tuple[Path | str, ...]] = [("decide", *law), ("batch", *law, "-o", tmp_path / "out.csv")]

    for words in asked:
        done = licet(*words)
        assert done.exit_code == 2
        assert "no rule concludes any decision about Shipment" in done.stderr
        done = licet(*words, "--fail-on", "forbidden")
        assert done.exit_code == 2
    assert not (tmp_path / "out.csv").exists()


def test_an_outcome_that_nothing_reaches_is_refused(law: list[Path | str], tmp_path: Path) -> None:
    for words in (("decide", *law), ("batch", *law, "-o", tmp_path / "out.csv")):
        done = licet(*words, "--fail-on", "forbidden")
        assert done.exit_code == 2
        assert "no rule concludes `forbidden` or anything graver" in done.stderr
        assert licet(*words, "--fail-on", "needed").exit_code == 1
        assert licet(*words, "--fail-on", "needles").exit_code == 2


@pytest.mark.parametrize("given", ["Shipment:\n", "Shipment.csv"])
def test_an_empty_inventory_is_told_alike(law: list[Path | str], tmp_path: Path, given: str) -> None:
    facts = tmp_path / "empty"
    facts.mkdir()
    (facts / ("Shipment.csv" if given.endswith(".csv") else "facts.yaml")).write_text(
        "id,date\n" if given.endswith(".csv") else "Firm:\n  - {id: alone}\n", encoding="utf-8"
    )
    said = {
        (done.exit_code, done.stderr.splitlines()[-1])
        for done in (
            licet("decide", facts, *law[1:]),
            licet("batch", facts, *law[1:], "-o", tmp_path / "out.parquet"),
            licet("batch", facts, *law[1:], "-o", tmp_path / "out.csv", "--keep-going"),
        )
    }

    assert said == {(2, "error: nothing to decide: the inventory has no subject that a decision is about")}
    assert not (tmp_path / "out.csv").exists()


# ---- conflicts

CONTRADICTING = """
rule rated_low "Allies are rated low"
  for f: Firm
  cites PA "20"
  when f.seat is CH
  then f.rating is low
rule rated_high "Listed firms are rated high"
  for f: Firm
  cites PA "21"
  when f is listed
  then f.rating is high
rule by_rating "Rated high"
  for s: Shipment
  cites PA "22"
  when s.by.rating is high
  then permit of s is needed
table passes "What passes"
  for s: Shipment
  cites PA "23"
  decides permit of s hit unique
  | s.urgent => permit |
  | yes      => free   |
  | no       => needed |
"""


@pytest.fixture
def contradicted(law: list[Path | str]) -> list[Path | str]:
    """The firm called parent is rated low and high."""
    (law[2] / "port.licet").write_text(LAW + CONTRADICTING, encoding="utf-8")  # type: ignore[operator]
    return law


def test_rows_are_called_by_their_table(contradicted: list[Path | str]) -> None:
    facts, *policy = contradicted

    assert "passes row 2" in licet("decide", *contradicted).stdout
    assert "`passes row 2` holds for free" in licet("explain", facts, "free", *policy).stdout
    assert licet("rule", "passes", *policy).stdout.startswith("Passes row 1: What passes")


COUNTRIES = "AR BR CL CO EG GH ID KE MX PE PH TH"
MANY = """
table tariff "What goes where"
  for s: Shipment
  cites PA "24"
  decides permit of s hit first
  | s.by.seat => permit |
{}
"""


def test_many_rows_of_one_table_are_counted(law: list[Path | str]) -> None:
    facts, *policy = law
    Path(facts).write_text("Firm:\n  - {id: unseated}\nShipment:\n  - {id: one, date: 2026-05-05, by: unseated}\n")
    rows = "\n".join(f"  | {country} => needed |" for country in COUNTRIES.split())
    (policy[1] / "port.licet").write_text(LAW + MANY.format(rows), encoding="utf-8")  # type: ignore[operator]

    said = " ".join(licet("decide", *law).stdout.split())
    assert "not read in the legal text: far, owner_listed, permit_bound, tariff (12 rules), waived law" in said
    told = json.loads(licet("decide", *law, "--format", "json").stdout)
    assert sum(".tariff.row_" in rule for rule in told[0]["unverified"]) == 12


CONFLICT = {
    "type": "Firm",
    "id": "parent",
    "term": "rating",
    "values": ["high", "low"],
    "rules": ["port.rated_high", "port.rated_low"],
}
UNREAD = ["port.by_rating", "port.passes.row_2", "port.rated_high", "port.rated_low"]


def test_a_contradiction_about_what_a_subject_refers_to_is_told_in_every_table(
    contradicted: list[Path | str], tmp_path: Path
) -> None:
    parquet = pq.read_table(written(contradicted, tmp_path / "out.parquet")).to_pylist()
    jsonl = written(contradicted, tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    csv = written(contradicted, tmp_path / "out.csv").read_text(encoding="utf-8")
    book = fastexcel.read_excel(written(contradicted, tmp_path / "out.xlsx"))
    sheet = book.load_sheet("Decisions", dtypes="string").to_arrow().to_pylist()

    for rows in (parquet, [json.loads(line) for line in jsonl]):
        assert {row["id"]: row["conflicts"] for row in rows if row["conflicts"]} == {"free": [CONFLICT]}
        assert {row["id"]: row["unverified"] for row in rows}["free"] == UNREAD
    said = "Firm parent: rating is high and low, by port.rated_high and port.rated_low"
    assert csv.count(said) == 1
    assert {row["Subject"]: row["Conflicts"] for row in sheet if row["Conflicts"]} == {"free": said}


def test_a_contradiction_is_told_in_text_documents_and_the_summary(
    contradicted: list[Path | str], tmp_path: Path
) -> None:
    facts, *policy = contradicted
    text = licet("decide", *contradicted).stdout
    summary = licet("batch", *contradicted, "-o", tmp_path / "out.csv").stderr
    documents = json.loads(licet("decide", *contradicted, "--format", "json").stdout)
    found = {d["subject"]["id"]: d for d in documents}

    assert text.splitlines()[2] == "conflicts: in 1 of 5, marked !, see below"
    assert "! Firm parent: rating is both high and low, by rated_high and rated_low" in text
    assert "permit of 5 Shipment, 1 not determined" in summary
    assert "rules contradict each other for 1 of 5 Shipment" in summary
    assert "rating of Firm: high and low, by port.rated_high" in summary
    assert found["free"]["conflicts"][0]["of"] == {"type": "Firm", "id": "parent"}
    assert found["free"]["unverified"] == UNREAD
    assert "rating is both high and low" in licet("explain", facts, "free", *policy).stdout


def test_the_gate_says_what_its_answer_rests_on(contradicted: list[Path | str]) -> None:
    policy = load(contradicted[2])
    gate = policy.gate("Shipment", policy.facts(contradicted[0]))
    answer = gate({"date": "2026-05-05", "by": "parent", "urgent": "no"})
    other = gate({"date": "2026-05-05", "by": "child", "urgent": "no"})

    assert [(c.of.id, c.term, c.values) for c in answer.conflicts] == [("parent", "rating", ("high", "low"))]
    assert repr(answer) == "<GateAnswer permit needed, with conflicts>"
    assert (list(answer.unverified), other.conflicts) == (UNREAD, ())
    assert gate.decision({"date": "2026-05-05", "by": "parent", "urgent": "no"}).conflicts == answer.conflicts


def test_the_workbook_says_why_of_every_row(law: list[Path | str], tmp_path: Path) -> None:
    sheet = fastexcel.read_excel(written(law, tmp_path / "out.xlsx")).load_sheet("Decisions").to_arrow().to_pylist()
    because = {row["Subject"]: row["Permit: because"] for row in sheet}

    assert because["before"] == "it is sent by a bound firm (PA 9)"
    assert because["free"] == "none of 2 rules that ask for more applies: far (PA 11), permit bound (PA 9)"
    assert because["lapsed"] == (
        "at least free: no rule surely asks for more; "
        "at most needed, if it applies: it is sent by a bound firm (PA 9); "
        "to settle it: status of the rule port.owner_listed (unconfirmed since 2026-03-01): "
        "PA 7(2): the act lapsed; no notice was read"
    )
    assert all(because.values())


def test_the_workbook_names_the_exception_that_frees(law: list[Path | str], tmp_path: Path) -> None:
    text = LAW.replace("  unconfirmed until 2021-01-01", "  # ")
    (law[2] / "port.licet").write_text(text, encoding="utf-8")  # type: ignore[operator]
    sheet = fastexcel.read_excel(written(law, tmp_path / "out.xlsx")).load_sheet("Decisions").to_arrow().to_pylist()

    assert {row["Subject"]: row["Permit: because"] for row in sheet}["waived"].startswith(
        "far (PA 11) asks for needed, but is excepted by waived (PA 12)"
    )


def test_the_workbook_keeps_to_the_jurisdictions_that_are_asked(law: list[Path | str], tmp_path: Path) -> None:
    beside = """
module isle "Isle" jurisdiction ISLE
use port
rule never "Nothing urgent leaves"
  for s: Shipment
  when s.urgent
  then permit of s is forbidden
"""
    (law[2] / "isle.licet").write_text(beside, encoding="utf-8")  # type: ignore[operator]
    place = LAW.split("jurisdiction ", 1)[1].split()[0]

    def because(*more: str) -> str:
        out = written([*law, *more], tmp_path / "out.xlsx")
        rows = fastexcel.read_excel(out).load_sheet("Decisions").to_arrow().to_pylist()
        return {str(row["Subject"]): str(row["Permit: because"]) for row in rows}["free"]

    assert "never" in because()
    assert "never" not in because("--jurisdiction", place)
    assert "permit bound (PA 9)" in because("--jurisdiction", place)


def test_what_only_a_suspended_rule_reads_contradicts_nothing(law: list[Path | str], tmp_path: Path) -> None:
    suspended = CONTRADICTING.replace('cites PA "22"', 'cites PA "22"\n  suspended until 2030-01-01')
    (law[2] / "port.licet").write_text(LAW + suspended, encoding="utf-8")  # type: ignore[operator]
    documents = json.loads(licet("decide", *law, "--format", "json").stdout)
    rows = pq.read_table(written(law, tmp_path / "out.parquet")).to_pylist()

    assert [d["conflicts"] for d in documents] == [[]] * 5
    assert [row["conflicts"] for row in rows if row["type"] == "Shipment"] == [[]] * 5
