"""Merged cells of a workbook: only the first has a value in the file, and the others would be read as empty."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from licet.facts.files.formulas import sheets_of_book
from licet.facts.files.sheets import unreadable
from licet.facts.files.workbook_extent import column_number

_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref\s*=\s*[\"']([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)[\"']")
_BLOCK, _OVERLAP = 1 << 20, 200


@dataclass(frozen=True, slots=True)
class Merged:
    """An area of one cell: its first and last row and column, counted from 1, and how the workbook calls it."""

    top: int
    left: int
    bottom: int
    right: int
    called: str


def merged_cells(path: Path) -> dict[str, list[Merged]]:
    """The areas of each sheet that has some. Errors: `SheetError`."""
    try:
        with zipfile.ZipFile(path) as book:
            return {sheet: found for sheet, file in sheets_of_book(book) if (found := list(_in_sheet(book, file)))}
    except (zipfile.BadZipFile, zlib.error, KeyError, OSError, EOFError, ValueError, RuntimeError) as error:
        raise unreadable(str(path), "it is damaged", "save the workbook again") from error


def _in_sheet(book: zipfile.ZipFile, file: str) -> Iterator[Merged]:
    before, seen = b"", set()
    with book.open(file) as content:
        while block := content.read(_BLOCK):
            for match in _MERGED.finditer(before + block):
                left, top, right, bottom = match.groups()
                called = (left + top + b":" + right + bottom).decode()
                if called not in seen:
                    seen.add(called)
                    yield Merged(int(top), column_number(left), int(bottom), column_number(right), called)
            before = block[-_OVERLAP:]
