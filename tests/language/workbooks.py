"""Excel workbooks from text: numbers, truths and days become cells of those kinds, as Excel stores them."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path

import xlsxwriter


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
    with xlsxwriter.Workbook(path) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for r, row in enumerate(rows):
                for c, text in enumerate(row):
                    if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?([eE]\+?[0-9]+)?", text):
                        sheet.write_number(r, c, float(text))
                    elif text in ("true", "false"):
                        sheet.write_boolean(r, c, text == "true")
                    elif re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
                        sheet.write_datetime(r, c, date.fromisoformat(text), day)
                    elif text:
                        sheet.write_string(r, c, text)
