"""A formula that nobody has calculated is no empty cell."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from licet.facts.files.formulas import formulas_without_values
from licet.facts.inventory.from_tables import read_tables
from licet.ir.policy import Policy


def workbook(path: Path, change: tuple[bytes, bytes] | None = None) -> Path:
    """A table of Party whose second cells are formulas; `change` is made in the sheet's XML, as others write it."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        for title in ("Party & co", "Party"):
            sheet = book.add_worksheet(title)
            for row, cells in enumerate((("id", "name"), ("p1", '="a"&"b"'), ("p2", '=""'), ("p3", "plain"))):
                sheet.write_string(row, 0, cells[0])
                if cells[1].startswith("="):
                    sheet.write_formula(row, 1, cells[1], None, "ab" if row == 1 else "")
                else:
                    sheet.write_string(row, 1, cells[1])
    with zipfile.ZipFile(out) as made, zipfile.ZipFile(path, "w") as book:
        for name in made.namelist():
            content = made.read(name).replace(b'<c r="B3"><f>', b'<c r="B3" t="str"><f>')  # as spreadsheets do
            book.writestr(name, content.replace(*change) if change and name.endswith("sheet2.xml") else content)
    return path


def test_what_is_calculated_is_read(library: Policy, tmp_path: Path) -> None:
    reading = read_tables(workbook(tmp_path / "Party.xlsx"), library)

    assert formulas_without_values(tmp_path / "Party.xlsx") == {}
    assert [d.message for d in reading.diagnostics if "formula" in d.message] == []


@pytest.mark.parametrize(
    "change",
    [
        (b' t="str"><f>"a"&amp;"b"</f><v>ab</v>', b'><f>"a"&amp;"b"</f><v></v>'),
        (b' t="str"><f>"a"&amp;"b"</f><v>ab</v>', b'><f>"a"&amp;"b"</f><v />'),
        (b' t="str"><f>"a"&amp;"b"</f><v>ab</v>', b'><f>"a"&amp;"b"</f>'),
        (b'<f>"a"&amp;"b"</f><v>ab</v>', b"<f t='shared' si='0'/>"),
    ],
)
def test_what_is_not_calculated_is_told(library: Policy, tmp_path: Path, change: tuple[bytes, bytes]) -> None:
    reading = read_tables(workbook(tmp_path / "Party.xlsx", change), library)
    told = [d for d in reading.diagnostics if "formula" in d.message]

    assert not reading.usable
    assert [(d.span.address.rpartition("/")[2], d.span.text) for d in told if d.span] == [("Party.xlsx:Party!2", "B2")]
    assert "would be read as empty" in told[0].message
