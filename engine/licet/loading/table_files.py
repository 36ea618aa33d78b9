"""Decision tables whose rows stand in a CSV file or an Excel workbook beside the policy."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

from licet.diagnostics import Findings, Source
from licet.loading.policy_folder import BESIDE, OutsideError, PolicyFolders
from licet.loading.workbook import SUFFIXES, SheetCells, WorkbookError, read_sheet
from licet.syntax import tree as t
from licet.syntax.format_expressions import written
from licet.syntax.from_text import Parsed, parse


def with_table_files(parsed: Parsed, folders: PolicyFolders, findings: Findings) -> Parsed:
    """The same items, with the rows of every `table ... from "file.csv"` or `"file.xlsx"` read."""
    if not any(isinstance(item, t.Table) and item.file for item in parsed.items):
        return parsed
    items = tuple(
        _filled(item, folders, findings) if isinstance(item, t.Table) and item.file else item for item in parsed.items
    )
    return replace(parsed, items=items)


def _filled(table: t.Table, folders: PolicyFolders, findings: Findings) -> t.Table:
    assert table.file is not None
    own = Path(table.span.source.name).parent
    try:
        path = folders.find(table.file.text, own)
    except OutsideError as error:
        findings.error("E064", str(error), table.file.span, help=BESIDE)
        return table
    if path is None:
        findings.error(
            "E064",
            f"there is no table file `{table.file.text}`",
            table.file.span,
            help="the path is relative to the policy",
        )
        return table
    source = _source(path, table, findings)
    if source is None:
        return table
    read = parse(source)
    for diagnostic in read.diagnostics:
        findings.add(diagnostic)
    found = next((item for item in read.items if isinstance(item, t.Table)), None)
    return replace(table, rows=found.rows) if found else table


def _source(path: Path, table: t.Table, findings: Findings) -> Source | None:
    """The rows as policy text; None, and an error, where the file cannot be read."""
    assert table.file is not None
    if path.suffix.lower() in SUFFIXES:
        try:
            sheet = read_sheet(path, table.name.text)
        except WorkbookError as error:
            help_ = f"name the sheet `{table.name.text}`, or save the table as CSV"
            findings.error("E064", str(error), table.file.span, help=help_)
            return None
        return _as_policy(str(path), sheet, table)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        findings.error("E064", f"`{path.name}` is not UTF-8 text", table.file.span, help="save the file as UTF-8")
        return None
    rows = csv.reader(io.StringIO(text), delimiter=";" if text.count(";") > text.count(",") else ",")
    try:
        return _as_policy(str(path), SheetCells("", tuple(map(tuple, rows)), 0), table)
    except csv.Error as error:
        findings.error("E064", f"`{path.name}` is not CSV: {error}", table.file.span, help="save the table again")
        return None


def _as_policy(name: str, sheet: SheetCells, table: t.Table) -> Source:
    """The sheet as rows of the language, one line each: the last column decides, a column `cites` cites, and a column
    `because` gives the reason.

    The line that opens the table shares the header's, so that line numbers are those of the file.
    """
    rows = sheet.rows
    head = next((i for i, row in enumerate(rows) if any(cell.strip() for cell in row)), 0)
    names = [cell.strip() for cell in rows[head]] if rows else []
    beside = {name: names.index(name) for name in ("because", "cites") if name in names}
    text = f"table {table.name.text} decides {table.decides.span.said} hit {table.hit} "
    cells: list[tuple[int, str]] = []
    for number, row in enumerate(rows):
        values = [(i, " ".join(cell.split())) for i, cell in enumerate(row) if i not in beside.values()]
        if len(values) > 1 and any(value for _, value in values):
            for i, value in values:
                text += "=> " if i == values[-1][0] else "| "
                cells.append((len(text), sheet.cell(number, i)))
                text += (value or "any") + " "
            text += "|"
            for name, place in beside.items():
                said = " ".join(row[place].split()) if place < len(row) and number != head else ""
                if said:
                    authority, _, section = said.partition(" ") if name == "cites" else ("", "", said)
                    cells.append((len(text), sheet.cell(number, place)))
                    text += f" {name} {authority} {written(section)}"
        text += "\n"
    return Source(name, text, cells=tuple(cells))
