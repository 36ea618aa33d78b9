"""The result table on disk: every format says the same, and no file is half there."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from zipfile import ZipFile

import fastexcel
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from licet.cli.main import main
from licet.decide.decision import Decision
from licet.decide.table.result_table import OBLIGATIONS, result_schema, result_table
from licet.errors import UsageError
from licet.facts.store import Facts
from licet.ir.policy import Policy
from licet.report.decisions_xlsx import XlsxWriter
from licet.report.flat import flat_column
from licet.report.result_file import result_file
from licet.report.writer import ResultNotes
from tests.conftest import ROOT

pytestmark = pytest.mark.xdist_group("frontier")


@pytest.fixture(scope="module")
def table(library: Policy, frontier_decided: tuple[Decision, ...]) -> pa.RecordBatch:
    return result_table(library, frontier_decided)


@pytest.fixture(scope="module")
def about(library: Policy, frontier: Facts) -> ResultNotes:
    return ResultNotes(library, frontier.fingerprint, "reference", ("a note of ours",))


def written(path: Path, table: pa.RecordBatch, about: ResultNotes) -> Path:
    """Two batches, the second of another size."""
    with result_file(path, table.schema, about) as writer:
        writer.write(table.slice(0, 100))
        writer.write(table.slice(100))
    return path


def test_the_table_says_what_the_decisions_say(table: pa.RecordBatch, frontier_decided: tuple[Decision, ...]) -> None:
    for row, decision in zip(table.to_pylist(), frontier_decided, strict=True):
        assert (row["type"], row["id"], row["as_of"]) == (decision.subject.type, decision.subject.id, decision.as_of)
        for overall in decision.overall:
            assert row[f"{overall.decision}.must"] == overall.must
            assert row[f"{overall.decision}.may"] == overall.may
            assert row[f"{overall.decision}.determined"] is (overall.must == overall.may)
            assert row[f"{overall.decision}.from"] == list(overall.source)
        for answer in decision.answers:
            prefix = f"{answer.decision}.{answer.jurisdiction}"
            assert row[f"{prefix}.details"] == list(answer.details)
            assert row[f"{prefix}.enforced"] is answer.enforced
            for status in ("holds", "unknown", "defeated"):
                lines = {line.id for line in answer.rules if line.status == status}
                about_subject = {r for r in lines if decision.settled.policy.rules[r].entity == decision.subject.type}
                assert about_subject <= set(row[f"rules.{status}"])
        assert {(m["type"], m["id"], m["fact"]) for m in row["missing"]} == {(*m.of, m.fact) for m in decision.missing}
        other = {d.name for d in decision.settled.policy.decisions.values() if d.entity != decision.subject.type}
        assert all(row.get(f"{name}.must") is None for name in other)  # of what has no records there is no column


def test_jurisdictions_can_be_left_out(library: Policy) -> None:
    names = result_schema(library, ["Model"], ["US"]).names

    assert "systemic_risk.must" in names
    assert "systemic_risk.EU.must" not in names
    assert "audit_status.common.must" in names


def test_parquet_is_the_table(tmp_path: Path, table: pa.RecordBatch, about: ResultNotes) -> None:
    found = pq.read_table(written(tmp_path / "out.parquet", table, about))

    assert found.to_pylist() == table.to_pylist()
    assert found.schema.metadata[b"licet.notice"] == b"not legal advice"


def test_jsonl_is_the_table_without_nulls(tmp_path: Path, table: pa.RecordBatch, about: ResultNotes) -> None:
    lines = written(tmp_path / "out.jsonl", table, about).read_text(encoding="utf-8").splitlines()

    assert len(lines) == table.num_rows
    for line, row in zip(lines, table.to_pylist(), strict=True):
        said = json.loads(line)
        assert said["as_of"] == (row["as_of"].isoformat() if row["as_of"] else None)
        assert set(said) == {name for name, value in row.items() if value is not None} | {"as_of"}
        assert said["missing"] == row["missing"]
        assert said["rules.holds"] == row["rules.holds"]


def test_csv_joins_lists(tmp_path: Path, table: pa.RecordBatch, about: ResultNotes) -> None:
    path = written(tmp_path / "out.csv", table, about)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    assert len(rows) == table.num_rows
    for said, row in zip(rows, table.to_pylist(), strict=True):
        assert said["id"] == row["id"]
        assert said["rules.unknown"] == "; ".join(row["rules.unknown"])
        assert said["licensing.US.details"] == "; ".join(row["licensing.US.details"] or [])
        assert all(f"{m['fact']} of {m['type']} {m['id']}" in said["missing"] for m in row["missing"])
        assert all(m["note"] in said["missing"] for m in row["missing"] if m["kind"] == "law")
        assert "E" not in said["diversion_risk.low"]


def test_obligations_in_words() -> None:
    due = {"rule": "a.b", "status": "due", "bearer": "demo-lab", "modal": "must", "act": "report"}
    rows = [
        [due | {"deadline_kind": "by", "deadline": "2026-07-01"}, due | {"status": "may be due", "modal": "may"}],
        [],
        None,
    ]

    assert flat_column(pa.array(rows, OBLIGATIONS)).to_pylist() == [
        "demo-lab must report by 2026-07-01 [a.b]; may be due: demo-lab may report [a.b]",
        "",
        None,
    ]


def test_the_workbook_has_its_sheets(tmp_path: Path, table: pa.RecordBatch, about: ResultNotes) -> None:
    book = fastexcel.read_excel(written(tmp_path / "out.xlsx", table, about))

    assert book.sheet_names == ["Decisions", "Missing facts", "Rules", "About"]
    decisions = book.load_sheet("Decisions").to_arrow()
    rows = table.to_pylist()
    assert decisions.num_rows == table.num_rows
    assert decisions["Subject"].to_pylist() == table["id"].to_pylist()
    assert [d.date() if d else None for d in decisions["As of"].to_pylist()] == table["as_of"].to_pylist()
    assert pa.types.is_temporal(decisions["As of"].type)
    assert pa.types.is_floating(decisions["Risk of diversion: lowest"].type)
    opus = decisions["Licence duty"].to_pylist()[[r["id"] for r in rows].index("t-opus")]
    assert opus == "from no licence required to licence required"

    because = decisions["Licence duty: because"].to_pylist()[[r["id"] for r in rows].index("t-swiss")]
    assert "4E091 weights need a licence for every destination (EAR 742.6(a)(13))" in because

    missing = book.load_sheet("Missing facts").to_arrow().to_pylist()
    assert len(missing) == sum(len(row["missing"]) for row in rows)
    compute = next(m for m in missing if m["Subject"] == "t-opus" and m["Fact"] == "training_compute")
    assert compute["Id"] == "claude-opus-4-5"
    assert compute["In words"] == "training compute"
    assert compute["What to ask"].startswith("ask the developer")
    assert compute["Open decisions and scores of the subject"] == "licence duty, risk of diversion"
    owned = next(m for m in missing if m["Subject"] == "t-opaque-owners" and m["Fact"] == "owns")
    assert owned["In words"] == "ownership of this party, perhaps incomplete"

    rules = {r["Rule"]: r for r in book.load_sheet("Rules").to_arrow().to_pylist()}
    assert rules.keys() == about.policy.rules.keys()
    duty = rules["us.ear.model_weights.weights_licence"]
    assert duty["Citations"] == "EAR 742.6(a)(13)"
    assert duty["Address"].startswith("https://www.ecfr.gov/")
    assert duty["Subjects for which it holds"] == sum(
        "us.ear.model_weights.weights_licence" in row["rules.holds"] for row in rows
    )

    said = dict(
        book.load_sheet("About", header_row=None, dtypes="string").to_arrow().to_pylist()[i].values()
        for i in range(2, 8)
    )
    assert said["Notice"] == "This is not legal advice."
    assert said["Facts fingerprint"] == about.facts_fingerprint


@pytest.mark.parametrize("name", ["frontier", "ordinary"])
def test_every_answer_has_its_reason(tmp_path: Path, name: str) -> None:
    for suffix in ("csv", "xlsx"):
        words = ["batch", str(ROOT / "fixtures" / name), "--as-of", "2026-06-15", "-o", str(tmp_path / f"out.{suffix}")]
        assert CliRunner().invoke(main, words, catch_exceptions=False).exit_code == 0
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    sheet = fastexcel.read_excel(tmp_path / "out.xlsx").load_sheet("Decisions", dtypes="string").to_arrow().to_pylist()
    headings = {
        "licensing": "Licence duty",
        "audit_status": "Audit status",
        "release_readiness": "Release readiness",
        "systemic_risk": "Systemic-risk status",
    }
    counted = 0
    for row, cells in zip(rows, sheet, strict=True):
        for decision, heading in headings.items():
            answered = bool(row[f"{decision}.must"])
            counted += answered
            assert bool(row[f"{decision}.because"]) is answered, (row["id"], decision)
            assert row[f"{decision}.because"] == (cells[f"{heading}: because"] or ""), (row["id"], decision)
            if answered and row[f"{decision}.determined"] == "false":
                assert "at most " in row[f"{decision}.because"]
    assert counted == {"frontier": 131 + 3 * 69, "ordinary": 40 + 3 * 7}[name]


def test_rules_that_are_not_listed_give_no_reasons(tmp_path: Path) -> None:
    words = ["batch", str(ROOT / "fixtures" / "ordinary"), "--as-of", "2026-06-15", "--rules", "none"]
    done = CliRunner().invoke(main, [*words, "-o", str(tmp_path / "out.csv")], catch_exceptions=False)
    header = (tmp_path / "out.csv").read_text(encoding="utf-8").split("\n")[0]

    assert done.exit_code == 0
    assert "licensing.must" in header
    assert "because" not in header


def test_no_cell_is_a_formula(tmp_path: Path, library: Policy, table: pa.RecordBatch, about: ResultNotes) -> None:
    ids = ["=1+1", "+1", "-1", "@SUM(A1)", "http://example.org", "x" * 40_000, "\x07bell", "001"]
    rows = table.slice(0, len(ids))
    hostile = rows.set_column(1, "id", pa.array(ids))
    path = written(tmp_path / "out.xlsx", hostile, about)
    with ZipFile(path) as archive:
        sheets = [archive.read(n).decode() for n in archive.namelist() if n.startswith("xl/worksheets/sheet")]

    assert not any("<f>" in sheet for sheet in sheets)
    found = fastexcel.read_excel(path).load_sheet("Decisions", dtypes={"Subject": "string"}).to_arrow()["Subject"]
    assert found.to_pylist()[:5] == ids[:5]
    assert len(found[5].as_py()) <= 32_767
    assert found[7].as_py() == "001"


def test_a_full_sheet_goes_on_in_a_further_one(tmp_path: Path, table: pa.RecordBatch, about: ResultNotes) -> None:
    writer = XlsxWriter(tmp_path / "out.xlsx", table.schema, about, rows=table.num_rows // 2 + 2)
    writer.write(table)
    writer.close()
    book = fastexcel.read_excel(tmp_path / "out.xlsx")

    assert [n for n in book.sheet_names if n.startswith("Decisions")] == ["Decisions", "Decisions 2"]
    ids = [
        i
        for n in book.sheet_names[:]
        if n.startswith("Decisions")
        for i in book.load_sheet(n).to_arrow()["Subject"].to_pylist()
    ]
    assert ids == table["id"].to_pylist()


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet", "xlsx"])
def test_an_error_leaves_what_was_there(suffix: str, tmp_path: Path, table: pa.RecordBatch, about: ResultNotes) -> None:
    path = tmp_path / f"out.{suffix}"
    path.write_text("before", encoding="utf-8")
    with pytest.raises(KeyError), result_file(path, table.schema, about) as writer:
        writer.write({}["no such batch"])

    assert path.read_text(encoding="utf-8") == "before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet", "xlsx"])
def test_no_rows_are_a_file_too(suffix: str, tmp_path: Path, table: pa.RecordBatch, about: ResultNotes) -> None:
    path = tmp_path / f"out.{suffix}"
    with result_file(path, table.schema, about) as writer:
        writer.write(table.slice(0, 0))

    assert path.is_file()


def test_an_unknown_suffix_is_said(tmp_path: Path, table: pa.RecordBatch, about: ResultNotes) -> None:
    with pytest.raises(UsageError, match="no known format"), result_file(tmp_path / "out.doc", table.schema, about):
        pass


def test_a_workbook_prints_on_a4(tmp_path: Path, table: pa.RecordBatch, about: ResultNotes) -> None:
    """Landscape, as wide as can be read, headers and first columns again on every page, and the notice below."""
    with ZipFile(written(tmp_path / "out.xlsx", table, about)) as book:
        sheets = [book.read(f"xl/worksheets/sheet{number}.xml").decode() for number in (1, 2, 3, 4)]
        names = book.read("xl/workbook.xml").decode()

    for sheet in sheets:
        assert re.search(r'<pageSetup paperSize="9"[^>]* orientation="landscape"', sheet)
        assert 'fitToHeight="0"' in sheet
    for sheet in sheets[:3]:
        assert "not legal advice" in sheet
    across = re.search(r'fitToWidth="(\d+)"', sheets[0])
    assert across is None or 1 < int(across[1]) < 10
    for name in ("Decisions", "'Missing facts'", "Rules"):
        assert re.search(rf'name="_xlnm.Print_Area"[^>]*>{name}!\$A\$1:', names)
        assert re.search(rf'name="_xlnm.Print_Titles"[^>]*>(?:{name}!\$A:\$\w+,)?{name}!\$1:\$1<', names)
