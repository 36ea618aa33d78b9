"""Damaged inventories are told, never a stack trace, whatever the damage is; days without a year 1 to 9999 too."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
import xlsxwriter
from click.testing import CliRunner

from licet.cli.main import main
from licet.facts.cells.values_from_text import value_from_text
from licet.facts.inventory.from_tables import read_tables
from licet.ir.types import DATE
from licet.values import Duration, parse_date
from tests.facts.damage import FORMATS, VOCABULARY, damages, look_at
from tests.run.worlds import accepted, compiled

POLICY = compiled(VOCABULARY)


@pytest.mark.parametrize("format_", FORMATS)
def test_damage(tmp_path: Path, format_: str) -> None:
    assert POLICY is not None
    draw = random.Random(f"damage {format_}")
    counts: Counter[str] = Counter()
    files = damages(POLICY, tmp_path, format_, draw)
    for _ in range(100):
        counts += look_at(next(files), POLICY, draw)

    assert counts["told"] > 30


def test_brackets_that_go_deeper_than_json_are_read_are_a_text() -> None:
    assert POLICY is not None
    deep = "[" * 5_000
    reading = read_tables(pa.table({"id": [deep], "label": [deep]}), POLICY, table="Thing")
    assert [d.code for d in reading.diagnostics] == []
    assert reading.tables.entities["Thing"].id_list == [deep]


@pytest.mark.parametrize("line", ['{"id": "a"', '{"id": "a", "id": "b"}', "[1, 2]", "\udcff"])
@pytest.mark.parametrize("good", [0, 1, 3])
def test_a_line_that_is_broken_is_one_error(tmp_path: Path, line: str, good: int) -> None:
    """Also where no other line says which columns there are."""
    assert POLICY is not None
    (entity, *_) = POLICY.entities
    lines = [line, *(f'{{"id": "good-{n}"}}' for n in range(good))]
    (tmp_path / f"{entity}.jsonl").write_bytes("\n".join(lines).encode("utf-8", errors="surrogateescape"))
    told = read_tables(tmp_path / f"{entity}.jsonl", POLICY).diagnostics

    assert [(one.severity, one.span.line) for one in told] == [("error", 1)]


SPOILT = {
    "a misspelt type": ("firms.yaml", "Frim:\n  - {id: acme, seat: CH}\n"),
    "no id": ("firms.yaml", "Firm:\n  - {seat: CH}\n"),
    "no list": ("firms.yaml", "Firm: acme\n"),
    "no record": ("firms.yaml", "Firm:\n  - acme\n"),
    "an id that stands twice": ("firms.yaml", "Firm:\n  - {id: acme, id: acme}\n"),
    "no YAML": ("firms.yaml", "Firm: [\n"),
    "no JSON": ("Firm.json", '[{"id": "acme"}'),
    "a broken line": ("Firm.jsonl", '{"id": "acme"\n{"id": "other"}\n'),
    "a broken line alone": ("Firm.jsonl", '{"id": "acme"\n'),
    "a row too long": ("Firm.csv", "id,seat\nacme,CH,CH\nother,CH\n"),
    "another column for ids": ("Firm.csv", "ID,seat\nacme,CH\n"),
    "a blank id": ("Firm.csv", "id,seat\n,CH\n"),
    "an open quotation": ("Firm.csv", 'id,seat\n"acme,CH\n'),
    "a misspelt file": ("Firms_.csv", "name,place\nacme,CH\n"),
    "a kind that is not read": ("Firm.xls", "acme"),
    "an empty file": ("Firm.csv", ""),
    "no workbook": ("Firm.xlsx", "acme"),
}
FIRMS = """module a "A"
entity Firm "firm"
  seat : country "seat"
entity Deal "deal"
  firm : Firm "firm"
relation owns(owner: Firm, owned: Firm) "owners"
decision permit of d: Deal "permit"
  outcomes free < needed
  otherwise free
rule abroad "Abroad"
  for d: Deal
  when d.firm.seat is not CH
  then permit of d is needed
"""


@pytest.mark.parametrize("deals", ["Deal.yaml", "Deal.csv"])
@pytest.mark.parametrize("spoilt", SPOILT)
def test_what_could_not_be_read_is_missed_by_nobody(tmp_path: Path, spoilt: str, deals: str) -> None:
    """One cause is one error: who refers to what stands there is not told that it is not there."""
    policy = accepted(FIRMS)
    name, text = SPOILT[spoilt]
    (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / deals).write_text("- {id: d, firm: acme}\n" if deals == "Deal.yaml" else "id,firm\nd,acme\n")
    (tmp_path / "owns.csv").write_text("owner,owned\nacme,acme\n")

    told = [one for one in read_tables(tmp_path, policy).diagnostics if one.severity == "error"]
    assert len(told) == 1, told
    assert told[0].code != "F009"


def test_what_could_be_read_is_missed(tmp_path: Path) -> None:
    """A broken line of one table says nothing of what another refers to."""
    policy = accepted(FIRMS)
    (tmp_path / "Firm.csv").write_text("id,seat\nother,CH\n")
    (tmp_path / "Deal.jsonl").write_text('{"id": "d", "firm": "acme"}\n{"id"\n')

    assert {one.code for one in read_tables(tmp_path, policy).diagnostics} == {"F009", "F014"}


DAYS = {
    "date32": (pa.array([20000, 3_000_000, 20001], pa.date32()), "`10183-09-21`", "a day of the years 1 to 9999"),
    "before": (pa.array([20000, -800_000, 20001], pa.date32()), "`-221-09-04`", "a day of the years 1 to 9999"),
    "date64": (pa.array([0, 10**15, 0], pa.date64()), "`33658-09-27", "a day of the years 1 to 9999"),
    "seconds": (pa.array([0, 10**14, 0], pa.timestamp("s")), "`3170843-11-07", "a day of the years 1 to 9999"),
    "nanoseconds": (
        pa.array([1756684800000000000, 1756684800000000001, 1756684800000000000], pa.timestamp("ns")),
        "`2025-09-01 00:00:00.000000001`",
        "a day without a time of day",
    ),
}


@pytest.mark.parametrize("name", DAYS)
def test_a_day_that_is_none_is_told_and_the_others_are_decided(tmp_path: Path, name: str) -> None:
    """Of a file and in memory, batch by batch, with its row and column."""
    column, shown, expected = DAYS[name]
    file = tmp_path / "Transfer.parquet"
    parquet.write_table(pa.table({"id": ["a", "b", "c"], "date": column, "value": [5, 5, 5]}), file)
    (tmp_path / "policy.licet").write_text(
        'module demo "Demo"\n  jurisdiction US\n  authority EAR "15 CFR"\nuse core.decisions\n'
        'rule a "v"\n  for t: Transfer\n  cites EAR "2"\n  when t.value is at least 5 USD\n'
        "  then licensing of t is licensed\n"
        'obligation keep "keep"\n  for t: Transfer\n  cites EAR "2"\n  then t.exporter must "keep"'
        " until t.date + 5 years\n",
        encoding="utf-8",
    )

    checked = invoke("check", tmp_path / "policy.licet", "--facts", file)
    out = tmp_path / "out.csv"
    batch = invoke("batch", file, "--policy", tmp_path / "policy.licet", "-o", out, "--keep-going")

    assert checked.exit_code == 1
    assert f"{file}:2:date" in checked.output
    assert shown in checked.output
    assert expected in checked.output
    assert batch.exit_code == 1
    assert len(out.read_text(encoding="utf-8").splitlines()) == 3
    assert shown in (tmp_path / "out.rejects.csv").read_text(encoding="utf-8")


def invoke(*words: Any) -> Any:
    return CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)


@pytest.mark.parametrize("text", ["10000-01-01", "0000-12-31", "2026-02-30", "99999-01-01", "-001-01-01"])
def test_texts_that_are_no_days(tmp_path: Path, text: str) -> None:
    assert POLICY is not None
    assert not isinstance(value_from_text(text, DATE, {}), type(parse_date("2026-01-01")))
    rows = "".join(f"i{n},{text if n == 4999 else '2026-01-01'},{n}\n" for n in range(5000))
    (tmp_path / "Thing.csv").write_text("id,d,n\n" + rows, encoding="utf-8")

    reading = read_tables(tmp_path, POLICY)

    assert [d.code for d in reading.diagnostics] == ["F005"]


def test_time_ends_where_the_calendar_ends() -> None:
    last, first = parse_date("9999-12-31"), parse_date("0001-01-01")
    assert last is not None
    assert first is not None
    for much in (Duration(months=1), Duration(days=1), Duration(12 * 10**6, 10**9)):
        assert much.after(last) == last
        assert much.negated().after(first) == first
        assert much.after(first) >= first


def test_a_cell_far_from_the_others(tmp_path: Path) -> None:
    """A workbook's reader makes room for all cells up to the last one."""
    assert POLICY is not None
    with xlsxwriter.Workbook(tmp_path / "facts.xlsx") as book:
        sheet = book.add_worksheet("Thing")
        sheet.write_row(0, 0, ["id", "n"])
        sheet.write_row(1, 0, ["a", "1"])
        sheet.write_string(1_048_575, 16_383, "stray")

    reading = read_tables(tmp_path, POLICY)

    assert [d.code for d in reading.diagnostics] == ["F001"]
    assert "a cell of it stands at XFD1048576" in reading.diagnostics[0].message
