"""Excel workbooks written by hand: the few parts that a reader needs."""

from __future__ import annotations

import csv
import re
import zipfile
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def sheets_of(text: str) -> dict[str, list[list[str]]]:
    """Sheets written as `[name]` and comma-separated rows; an empty line is an empty row."""
    sheets: dict[str, list[list[str]]] = {}
    for line in text.splitlines():
        if named := re.fullmatch(r"\[(.+)\]", line):
            sheets[named[1]] = []
        else:
            sheets[list(sheets)[-1]] += csv.reader([line]) if line else [[]]
    return sheets


def write_workbook(path: Path, sheets: dict[str, list[list[str]]]) -> None:
    """A workbook of sheets. Numbers, shares and days become cells of those kinds, as Excel stores them."""
    names = list(sheets)
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="{_TYPES}.worksheet+xml"/>'
        for i in range(1, len(names) + 1)
    )
    listed = "".join(f'<sheet name="{escape(name)}" sheetId="{i}" r:id="rId{i}"/>' for i, name in enumerate(names, 1))
    related = "".join(
        f'<Relationship Id="rId{i}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(names) + 1)
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/>{overrides}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{related}'
        f'<Relationship Id="rId0" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        # style 0 is plain, 1 a date (number format 14), 2 a share (number format 10)
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
        '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3">'
        '<xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/><xf numFmtId="10" applyNumberFormat="1"/>'
        "</cellXfs></styleSheet>",
    }
    for i, rows in enumerate(sheets.values(), 1):
        parts[f"xl/worksheets/sheet{i}.xml"] = _sheet(rows)
    with zipfile.ZipFile(path, "w") as book:
        for name, text in parts.items():
            book.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), f'<?xml version="1.0"?>{text}')


def _sheet(rows: list[list[str]]) -> str:
    body = "".join(
        f'<row r="{r}">' + "".join(_cell(f"{chr(64 + c)}{r}", text) for c, text in enumerate(row, 1)) + "</row>"
        for r, row in enumerate(rows, 1)
    )
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData></worksheet>'


def _cell(place: str, text: str) -> str:
    if not text:
        return ""
    if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?([eE]\+?[0-9]+)?", text):
        return f'<c r="{place}"><v>{text}</v></c>'
    if text in ("true", "false"):
        return f'<c r="{place}" t="b"><v>{int(text == "true")}</v></c>'
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        days = (date.fromisoformat(text) - date(1899, 12, 30)).days
        return f'<c r="{place}" s="1"><v>{days}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
