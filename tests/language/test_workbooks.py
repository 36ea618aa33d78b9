"""What stands in a workbook comes through exactly, or is said not to."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.loading.policy_files import check_files
from licet.loading.workbook import WorkbookError, read_sheet
from licet.values import parse_number
from tests.examples import examples
from tests.language.workbooks import write_workbook

NUMBERS = st.one_of(
    st.integers(-(10**15), 10**15).map(str),
    st.decimals(-(10**5), 10**5, places=10).map(lambda d: f"{d:f}"),
    st.integers(15, 30).map(lambda n: f"1e+{n}"),
)
DAYS = st.dates(min_value=date(1950, 1, 1)).map(str)
TEXTS = st.sampled_from(
    ["CH", "10^26 operations", "50%", "1_000", "supplement_5a", "2025.5.1", "12345678901234567891x"]
)


@settings(max_examples=examples(40))
@given(st.lists(st.tuples(NUMBERS, DAYS, TEXTS), min_size=1, max_size=12))
def test_cells_come_through_exactly(rows: list[tuple[str, str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        write_workbook(path, {"S": [list(row) for row in rows]})
        found = read_sheet(path, "any").rows

    assert [(parse_number(n), day, text) for n, day, text in found] == [
        (parse_number(n), day, text) for n, day, text in rows
    ]


def test_a_whole_number_has_no_decimals(tmp_path: Path) -> None:
    write_workbook(tmp_path / "a.xlsx", {"S": [["1", "26900000", "0.50"]]})

    assert read_sheet(tmp_path / "a.xlsx", "S").rows == (("1", "26900000", "0.5"),)


def test_places_count_empty_rows_and_columns(tmp_path: Path) -> None:
    write_workbook(tmp_path / "a.xlsx", {"S": [[], ["", "x"]]})
    sheet = read_sheet(tmp_path / "a.xlsx", "S")

    assert sheet.rows[1] == ("x",)
    assert sheet.cell(1, 0) == "S!B2"
    assert sheet.cell(0, 26) == "S!AB1"


def test_an_error_of_the_workbook_is_not_an_empty_cell(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "b.xlsx") as book:
        sheet = book.add_worksheet("S")
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write_formula(1, 1, "=1/0", value="#DIV/0!")

    with pytest.raises(WorkbookError, match=r"the cell S!B2 of `b.xlsx` holds an error"):
        read_sheet(tmp_path / "b.xlsx", "S")


def test_a_sheet_that_is_not_utf8_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "k.csv").write_bytes("t.kind,licensing\nexport,é\n".encode("latin-1"))
    policy = tmp_path / "a.licet"
    policy.write_text(
        'module a "A"\nuse core.decisions\ntable k for t: Transfer decides licensing of t hit any from "k.csv"'
    )
    found = check_files([policy]).diagnostics

    assert [d.message for d in found if d.code == "E064"] == ["`k.csv` is not UTF-8 text"]
