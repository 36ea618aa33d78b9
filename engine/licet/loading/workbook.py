"""A sheet of an Excel workbook as text, cell by cell, exactly as it stands there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from licet.facts.files.workbook_extent import extent_problem

SUFFIXES = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_MIDNIGHT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}) 00:00:00")
_SHOWN_DECIMALS = 9  # the reader cuts a number cell's text there


class WorkbookError(Exception):
    """A workbook that cannot be read, in a user's words."""


@dataclass(frozen=True, slots=True)
class SheetCells:
    """The cells of one sheet from its first row on; `first_column` counts from 0. A CSV file has no `name`."""

    name: str
    rows: tuple[tuple[str, ...], ...]
    first_column: int

    def cell(self, row: int, column: int) -> str:
        """How Excel calls a cell of `rows`: `Rules!B3`; `B3` where the sheet has no name."""
        letters = ""
        left = column + self.first_column + 1
        while left:
            left, letter = divmod(left - 1, 26)
            letters = chr(ord("A") + letter) + letters
        return f"{self.name}!{letters}{row + 1}".lstrip("!")


def read_sheet(path: Path, wanted: str) -> SheetCells:
    """The sheet called `wanted`, or the only one. Errors: `WorkbookError`."""
    import fastexcel  # an extension module that most runs do not need

    if problem := extent_problem(path):
        raise WorkbookError(f"`{path.name}` is not read: {problem}")
    try:
        book = fastexcel.read_excel(path)
        name = _choose(book.sheet_names, wanted)
        texts = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
        batch, errors = texts.to_arrow_with_errors()
        numbers = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="float").to_arrow()
    except fastexcel.FastExcelError as error:
        raise WorkbookError(f"`{path.name}` cannot be read as a workbook") from error
    columns = texts.selected_columns
    first = columns[0].absolute_index if columns else 0
    rows = zip(*(column.to_pylist() for column in batch.columns), strict=True)
    values = zip(*(column.to_pylist() for column in numbers.columns), strict=True)
    exact = tuple(tuple(map(_exact, row, known)) for row, known in zip(rows, values, strict=True))
    sheet = SheetCells(name, exact, first)
    if errors is not None:
        row, column = errors.errors[0].offset_position
        raise WorkbookError(f"the cell {sheet.cell(row, column)} of `{path.name}` holds an error of the workbook")
    return sheet


def _choose(names: Sequence[str], wanted: str) -> str:
    if wanted in names:
        return wanted
    if len(names) == 1:
        return names[0]
    listed = ", ".join(f"`{name}`" for name in names)
    raise WorkbookError(f"the workbook has the sheets {listed}, and none is called `{wanted}`")


def _exact(text: str | None, number: float | None) -> str:
    """A day without its midnight; a number in its shortest decimals, which are those that somebody typed."""
    if text is None:
        return ""
    text = text.strip()
    if midnight := _MIDNIGHT.fullmatch(text):
        return midnight[1]
    if number is None or not _NUMBER.fullmatch(text):
        return text
    too_long = len(text.partition(".")[2]) > _SHOWN_DECIMALS
    if too_long or abs(Fraction(text) - Fraction(number)) > Fraction(1, 2 * 10**_SHOWN_DECIMALS):
        return text  # digits that no number cell shows: the cell is text
    return repr(number).removesuffix(".0")
