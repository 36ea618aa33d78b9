"""How far a workbook reaches, found before it is read: its reader makes room for all cells up to the last one."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

MOST_CELLS = 100_000_000  # of a sheet, up to the last row and the last column
_MOST_BYTES = 8 << 30  # that are unpacked
_BLOCK, _OVERLAP = 1 << 22, 64
_COUNT = re.compile(rb'[cC]ount="([0-9]{5,})"')
_PLACE = re.compile(rb'(?:r="|ref="[^"]*:)([A-Z]{2,}|[A-Z]?(?=[0-9]{6}))([0-9]+)"')


def extent_problem(path: Path) -> str:
    """Why a workbook is not read, in a user's words; nothing where it may be, or is no archive."""
    try:
        with zipfile.ZipFile(path) as book:
            if sum(info.file_size for info in book.infolist()) > _MOST_BYTES:
                return f"it unpacks to more than {_MOST_BYTES >> 30} GB"
            for info in book.infolist():
                if re.search(r"sharedStrings|styles", info.filename) and _most(book, info) > info.file_size:
                    return f"`{info.filename}` in it says that it holds more than it does"
                if "worksheets/" in info.filename:
                    with book.open(info) as sheet:
                        rows, columns, last = _reach(sheet)
                    if rows * columns > MOST_CELLS:
                        return f"a cell of it stands at {last}, far from the others"
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError, zlib.error):
        return ""  # the reader itself will say so
    return ""


def _most(book: zipfile.ZipFile, info: zipfile.ZipInfo) -> int:
    """The greatest number of things that a file says it holds."""
    with book.open(info) as content:
        return max((int(count[:18]) for count in _COUNT.findall(content.read(_BLOCK))), default=0)


def _reach(sheet: IO[bytes]) -> tuple[int, int, str]:
    """The last row and column, and a cell that is in one of them; small sheets need not be told exactly."""
    rows, columns, last = 100_000, 26, ""
    for text in _blocks(sheet):
        for match in _PLACE.finditer(text):
            row, column = int(match[2][:12]), column_number(match[1][:5])
            if row > rows or column > columns:
                rows, columns, last = max(rows, row), max(columns, column), (match[1] + match[2][:12]).decode()
    return rows, columns, last


def _blocks(sheet: IO[bytes]) -> Iterator[bytes]:
    before = b""
    while block := sheet.read(_BLOCK):
        yield before + block
        before = block[-_OVERLAP:]


def column_number(letters: bytes) -> int:
    """The number, from 1, of a column that a workbook calls by letters."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
