"""Files that are no text, made from the text that a page shows of them."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet
import xlsxwriter

_TYPES = {
    "int": pa.int64(),
    "float": pa.float64(),
    "decimal": pa.decimal128(38, 2),
    "date": pa.date32(),
    "time": pa.timestamp("us"),
    "bool": pa.bool_(),
    "text": pa.string(),
    "codes": pa.dictionary(pa.int32(), pa.string()),
    "list": pa.list_(pa.string()),
    "bytes": pa.binary(),
}


def made(kind: str, body: str) -> bytes:
    """The bytes of a file: text, or `latin1`, `bytes` with escapes, `xlsx` and `parquet` from lines of cells."""
    if kind == "bytes":  # `\xff`; `<a*1000>` is so many letters
        long = re.sub(r"<(.)\*(\d+)>", lambda m: m[1] * int(m[2]), body)
        return re.sub(rb"\\x([0-9a-f]{2})", lambda m: bytes.fromhex(m[1].decode()), long.encode())
    if kind == "latin1":
        return body.encode("latin-1")
    if kind == "xlsx":
        return _workbook(body)
    return _parquet(body) if kind == "parquet" else body.encode()


def _workbook(body: str) -> bytes:
    """Sheets begin with `[Name]`; a cell is a date, a share such as `40%n`, a formula, a number, or text after `'`.

    A text that ends with `↓` is merged with the cell below it, one with `→` with the cell beside it.
    """
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        day, share = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "0%"})
        for name, text in re.findall(r"^\[(.+)\]\n((?:(?!\[).*\n)*)", body, re.MULTILINE):
            sheet = book.add_worksheet(name)
            for row, cells in enumerate(csv.reader(io.StringIO(text))):
                for column, cell in enumerate(cells):
                    if re.fullmatch(r"\d{4}-\d\d-\d\d( \d\d:\d\d)?", cell):
                        sheet.write_datetime(row, column, datetime.fromisoformat(cell), day)
                    elif cell.endswith("%n"):
                        sheet.write_number(row, column, float(cell[:-2]) / 100, share)
                    elif cell.startswith("="):
                        sheet.write_formula(row, column, cell, None, "#DIV/0!")
                    elif cell in ("TRUE", "FALSE"):
                        sheet.write_boolean(row, column, cell == "TRUE")
                    elif cell.startswith("'"):
                        sheet.write_string(row, column, cell[1:])
                    elif cell.endswith(("↓", "→")):
                        below = cell.endswith("↓")
                        sheet.merge_range(row, column, row + below, column + (not below), cell[:-1])
                    elif cell:
                        sheet.write(row, column, float(cell) if re.fullmatch(r"-?[\d.]+(e\d+)?", cell) else cell)
    return out.getvalue()


def _parquet(body: str) -> bytes:
    """The header gives each column's type: `value:float`; an empty cell is null."""
    head, *rows = csv.reader(io.StringIO(body))
    columns = {}
    for i, (name, type_) in enumerate(cell.rsplit(":", 1) for cell in head):
        columns[name] = pa.array([_typed(row[i], type_) for row in rows], _TYPES[type_])
    out = io.BytesIO()
    parquet.write_table(pa.table(columns), out)
    return out.getvalue()


def _typed(cell: str, type_: str) -> Any:
    if not cell:
        return None
    match type_:
        case "int":
            return int(cell)
        case "float":
            return float(cell)
        case "decimal":
            return Decimal(cell)
        case "date":
            return date.fromisoformat(cell)
        case "time":
            return datetime.fromisoformat(cell)
        case "bool":
            return cell == "true"
        case "list":
            return [] if cell == "[]" else cell.split("|")
        case "bytes":
            return made("bytes", cell)
        case _:
            return cell
