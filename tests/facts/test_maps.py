"""Maps that fit foreign files: where names stand, what is nothing, days and numbers as others write them, lists."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import licet
from licet.cli.main import main
from licet.facts.inventory.from_tables import Reading, read_tables
from licet.facts.mapping.forms import in_form
from licet.values import Range, State

POLICY = """module m "M"
  authority L "Law"
entity Deal "deal"
  kind : one of [sale, loan] "kind"
  weight : number "weight"
  signed : date "signed"
  place : country "place"
  urgent : boolean "urgent"
  tags : set of text "tags"
relation follows(deal: Deal, earlier: Deal) "follows" key deal, earlier
decision verdict of d: Deal "verdict" outcomes no < yes otherwise no
rule r for d: Deal cites L "1" when d.weight is at least 2 then verdict of d is yes
"""


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> licet.Policy:
    file = tmp_path_factory.mktemp("policy") / "p.licet"
    file.write_text(POLICY, encoding="utf-8")
    return licet.load(file)


@pytest.fixture
def read(policy: licet.Policy, tmp_path: Path) -> Any:
    def reading(map_: str, rows: str) -> Reading:
        (tmp_path / "map.yaml").write_text(map_, encoding="utf-8")
        (tmp_path / "deals.csv").write_text(rows, encoding="utf-8")
        return read_tables(tmp_path / "deals.csv", policy.checked, mapping=tmp_path / "map.yaml")

    return reading


def told(reading: Reading) -> list[str]:
    return [d.message for d in reading.diagnostics if d.severity == "error"]


def deals(reading: Reading, field: str) -> list[Any]:
    assert told(reading) == []
    return [deal.get(field) for deal in reading.facts.entities["Deal"].values()]


def of(field: str) -> str:
    return f"Deal:\n  id: Nr\n  fields:\n    {field}\n  ignore: rest\n"


def test_without_a_header(read: Any) -> None:
    reading = read('Deal:\n  header: no\n  id: "2"\n  fields: {weight: "1"}\n  ignore: rest\n', "7;a;x\n8,5;b\n")
    assert told(reading) == ["this row has 2 cells, the header has 3"]
    reading = read('Deal:\n  header: no\n  id: "2"\n  fields: {weight: "1"}\n  ignore: rest\n', "7,a\n8,b\n")
    assert deals(reading, "weight") == [7, 8]


def test_rows_above_the_names(read: Any) -> None:
    for above in ("Report of 2026\n\nby nobody\n", "a,b,c,d\n1,2,3,4\n"):
        assert deals(read("Deal:\n  skip: 2\n" + of("weight: kg")[6:], above + "Nr;kg\na;7\n"), "weight") == [7]
    wrong = read("Deal:\n  skip: 2\n" + of("weight: kg")[6:], "Report\nof 2026\nNr;kg\na;heavy\n")
    assert wrong.diagnostics[0].span is not None
    assert wrong.diagnostics[0].span.address.endswith("deals.csv:4:kg")


def test_a_workbook_without_a_header(policy: licet.Policy, tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "deals.xlsx") as book:
        sheet = book.add_worksheet("x")
        for row, cells in enumerate((["Report"], ["a", 7], ["b", "heavy"])):
            sheet.write_row(row, 0, cells)
    (tmp_path / "map.yaml").write_text(
        'Deal:\n  header: no\n  skip: 1\n  id: "1"\n  fields: {weight: "2"}\n', encoding="utf-8"
    )
    (finding,) = read_tables(tmp_path / "deals.xlsx", policy.checked, mapping=tmp_path / "map.yaml").diagnostics
    assert finding.span is not None
    assert finding.span.address.endswith("x!B3")


def test_a_kind_of_file_with_names_of_its_own(policy: licet.Policy, tmp_path: Path) -> None:
    (tmp_path / "deals.jsonl").write_text('{"Nr": "a"}\n', encoding="utf-8")
    (tmp_path / "map.yaml").write_text("Deal:\n  skip: 2\n" + of("weight: kg")[6:], encoding="utf-8")
    reading = read_tables(tmp_path / "deals.jsonl", policy.checked, mapping=tmp_path / "map.yaml")
    assert "is of a kind that has names of columns, and no rows above them" in told(reading)[0]


def test_the_first_of_several_columns(read: Any) -> None:
    map_ = of("weight: {column: [net, gross, older name]}")
    assert deals(read(map_, "Nr,net,gross\na,1,2\nb, ,2\nc,,\n"), "weight") == [1, 2, State.ABSENT]
    assert told(read(map_, "Nr,other\na,1\n")) == [
        f"the table has no column `{n}`" for n in ("net", "gross", "older name")
    ]


def test_the_ends_of_a_range(read: Any) -> None:
    rows = "Nr,low,high,best\na,1,2,1.5\nb,1,,3\nc,,2,3\nd,,,3\ne,,,\n"
    found = deals(read(of("weight: {at_least: low, at_most: high, column: best}"), rows), "weight")
    assert found == [Range(1, 2), Range(1, None), Range(None, 2), 3, State.ABSENT]
    rows = "Nr;low;high\na;1.000,5;2.000\nb;;0,5\nc;3.5;\n"
    map_ = of('weight: {at_least: low, at_most: high, decimal: ","}')
    assert told(read(map_, rows)) == ["`>= 3.5` is not a number with `,` before its decimals"]
    found = deals(
        read(of('weight: {at_least: low, at_most: high, decimal: ","}'), rows.replace("3.5", "3,5")), "weight"
    )
    assert found == [Range(Fraction(2001, 2), 2000), Range(None, Fraction(1, 2)), Range(Fraction(7, 2), None)]


def test_days_and_numbers_as_others_write_them(read: Any) -> None:
    rows = "Nr;on;kg\na;15.06.2026;1.234.567,25\nb;2026-06-16;12\nc;;\nd;unknown;unknown\n"
    assert deals(read(of('signed: {column: on, date: "%d.%m.%Y"}'), rows), "signed")[:3] == [
        date(2026, 6, 15),
        date(2026, 6, 16),
        State.ABSENT,
    ]
    assert deals(read(of('weight: {column: kg, decimal: ","}'), rows), "weight")[:2] == [Fraction(123456725, 100), 12]
    wrong = read(of('signed: {column: on, date: "%d.%m.%Y"}'), "Nr;on\na;31.02.2026\nb;06/15/2026\nc;31.02.2026\n")
    assert told(wrong) == [
        "`31.02.2026` is not a day written as `%d.%m.%Y`, in 2 rows",
        "`06/15/2026` is not a day written as `%d.%m.%Y`",
    ]


@given(st.decimals(-(10**15), 10**15, places=3), st.sampled_from([".", " ", "'", "\u202f"]))
def test_numbers_come_back_from_every_grouping(number: Any, group: str) -> None:
    written = f"{number:,.3f}".replace(".", "!").replace(",", group).replace("!", ",")
    back = in_form(written, "", ",")
    assert back is not None
    assert Fraction(back) == Fraction(str(number))


@given(st.dates(date(1000, 1, 1)), st.sampled_from(["%d.%m.%Y", "%m/%d/%Y", "%Y%m%d", "%d %B %Y", "%Y-%m-%dT%H:%M:%S"]))
def test_days_come_back_from_every_form(day: date, form: str) -> None:
    assert in_form(day.strftime(form), form, "") == day.isoformat()


def test_empty_means_something(read: Any) -> None:
    map_ = of("signed: {column: on, empty: not applicable}")
    assert deals(read(map_, "Nr,on\na,\nb,2026-01-01\n"), "signed") == [State.NOT_APPLICABLE, date(2026, 1, 1)]
    map_ = of("kind: {column: k, values: {S: sale, L: loan}, empty: undetermined}")
    assert told(read(map_, "Nr,k\na,X\nb,\n")) == ["the map does not say what `X` is as `kind`"]


def test_each_piece_of_a_cell_is_a_row(policy: licet.Policy, tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(
        of("weight: kg") + "follows:\n  each: {column: Before, split: ','}\n"
        "  fields: {deal: Nr, earlier: Before}\n  ignore: rest\n",
        encoding="utf-8",
    )
    (tmp_path / "deals.csv").write_text('Nr,kg,Before\na,1,\nb,1,a\nc,1,"a, b,"\nd,1,x\n', encoding="utf-8")
    reading = read_tables(tmp_path / "deals.csv", policy.checked, mapping=tmp_path / "map.yaml")
    (finding,) = reading.diagnostics
    assert finding.span is not None
    assert finding.span.address.endswith("deals.csv:5:Before")
    pairs = [(row.get("deal"), row.get("earlier")) for row in reading.facts.relations["follows"]]
    assert pairs == [("b", "a"), ("c", "a"), ("c", "b"), ("d", "x")]


LATER = """Deal:
  - id: Nr
    fields: {open: {column: After, otherwise: follows}, source: {constant: Table 4}}
    ignore: rest
  - each: {column: After, split: "+", but: Nr}
    id: After
    once: yes
    fields: {}
    ignore: rest
follows: {each: {column: After, split: "+"}, fields: {deal: Nr, earlier: After}, ignore: rest}
"""


def test_what_others_refer_to_and_has_no_row_is_a_record(read: Any) -> None:
    """And a record says itself of which relations rows may be missing."""
    reading = read(LATER, "Nr,After\nb,a + z\na,\nc, a+ b+y+z\nd,z\n")
    assert told(reading) == []
    assert list(reading.facts.entities["Deal"]) == ["b", "a", "c", "d", "z", "y"]
    assert len(reading.facts.relations["follows"]) == 7
    of = {opening.of.id for opening in reading.facts.opened["follows"] if opening.of}
    assert of == {"b", "c", "d"}
    assert told(read(LATER.replace("but: Nr", "but: No"), "Nr,After\na,b\n")) == ["the table has no column `No`"]
    assert "there is no field `open`" in told(read("follows: {fields: {deal: Nr, open: Nr}}\n", "Nr\na\n"))


def test_rows_that_are_left_out(read: Any) -> None:
    map_ = "Deal:\n  leave_out: {state: [draft, test]}\n" + of("weight: kg")[6:]
    assert deals(read(map_, "Nr,kg,state\na,1,ok\nb,2,draft\nc,3, test\nd,4,\n"), "weight") == [1, 4]
    assert told(read(map_, "Nr,kg\na,1\n")) == ["the table has no column `state`"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("weight: {column: kg, decimal: x}", "`decimal` is a comma or a point"),
        ("weight: {unit: kg}", "this field has neither `column` nor `constant`"),
        ("weight: {column: []}", "`column` is a name or a list of names"),
        ("weight: {column: kg, form: x}", "`a field's map` has no key `form`"),
    ],
)
def test_what_is_wrong_with_a_map_is_told(read: Any, line: str, says: str) -> None:
    assert says.split("`")[1] in str(told(read(of(line), "Nr,kg\na,1\n")))


# ---- guessed


def test_a_guess_is_a_map_that_reads(policy: licet.Policy, tmp_path: Path) -> None:
    (tmp_path / "p.licet").write_text(POLICY, encoding="utf-8")
    (tmp_path / "deals.csv").write_text(
        "Deal ID;Kind;Weight (kg);Signed on;Tags;Urgent?;Remarks\n"
        "d1;Sale;1.000,5;15.06.2026;a, b;ja;x\nd2;Loan;7;16.06.2026;;nein;\nd3;Sale;;;c;;\n",
        encoding="utf-8",
    )
    words = ["map", "--guess", str(tmp_path / "deals.csv"), "--policy", str(tmp_path / "p.licet")]
    done = CliRunner().invoke(main, [*words, "-o", str(tmp_path / "map.yaml")], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    text = (tmp_path / "map.yaml").read_text(encoding="utf-8")
    assert "# 3 rows, 7 columns" in text
    assert "Sale: sale # 2" in text
    assert 'date: "%d.%m.%Y"' in text
    assert 'decimal: ","' in text
    assert "# ja: # 1" in text
    assert "- Remarks # 1 different, 2 empty" in text
    reading = read_tables(tmp_path / "deals.csv", policy.checked, mapping=tmp_path / "map.yaml")
    assert all("`urgent`" in message for message in told(reading)), told(reading)
    assert deals_of(reading, "weight") == [Fraction(2001, 2), 7, State.ABSENT]
    assert deals_of(reading, "tags")[0] == frozenset({"a", "b"})


def deals_of(reading: Reading, field: str) -> list[Any]:
    return [deal.get(field) for deal in reading.facts.entities["Deal"].values()]


def test_what_cannot_be_guessed_is_said(tmp_path: Path) -> None:
    (tmp_path / "p.licet").write_text(POLICY, encoding="utf-8")
    (tmp_path / "x.csv").write_text("a,b\n1,1\n1,1\n", encoding="utf-8")
    words = ["map", "--guess", str(tmp_path / "x.csv"), "--policy", str(tmp_path / "p.licet"), "--table"]
    assert "id: ??? # no column has another value" in CliRunner().invoke(main, [*words, "Deal"]).stdout
    wrong = CliRunner().invoke(main, [*words, "Del"])
    assert wrong.exit_code == 2
    assert "there is no entity or relation `Del`" in wrong.stderr
