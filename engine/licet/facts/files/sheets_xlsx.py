"""Excel workbooks: a sheet for each entity or relation; dates, numbers and truth values become plain texts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import fastexcel
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licet.facts.files.formulas import formulas_without_values
from licet.facts.files.merged_cells import Merged, merged_cells
from licet.facts.files.sheets import BrokenRow, Cells, Sheet, in_one, unreadable
from licet.facts.files.workbook_extent import extent_problem

_LONG = "^[0-9]{17,}$"


def xlsx_sheets(path: Path) -> Iterator[Sheet]:
    """The sheets that have any cells. Errors: `SheetError` when it is no workbook, or an empty one."""
    if path.stat().st_size == 0:
        raise unreadable(str(path), "it is empty", "save the workbook again")
    if problem := extent_problem(path):
        raise unreadable(str(path), problem, "delete what stands there, and save the workbook again")
    try:
        book = fastexcel.read_excel(path)
        sheets = [book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string") for name in book.sheet_names]
    except fastexcel.FastExcelError as error:
        raise unreadable(
            str(path), "it is not a workbook that opens", "save it as `.xlsx`, without a password"
        ) from error
    filled = [sheet for sheet in sheets if sheet.height and sheet.width]
    if not filled:
        raise unreadable(str(path), "its sheets are empty", "write the names of the columns into the first row")
    unsaid, merged = formulas_without_values(path), merged_cells(path)
    for sheet in filled:
        hidden = unsaid.get(sheet.name, ()), merged.get(sheet.name, ())
        yield _sheet(path, sheet, hidden, alone=len(filled) == 1)


_Hidden = tuple[Sequence[tuple[int, str]], Sequence[Merged]]  # formulas without values, and merged cells


def _sheet(path: Path, sheet: Any, hidden: _Hidden, *, alone: bool, skip: int = 0, named: bool = True) -> Sheet:
    batch, errors = sheet.to_arrow_with_errors()
    columns = [column.cast(pa.string()) for column in batch.columns]
    filled = (row for row in range(len(batch)) if any(column[row].is_valid for column in columns))
    header = next(islice(filled, skip, None), len(batch))
    names = tuple(str(column[header].as_py() or "").strip() if header < len(batch) else "" for column in columns)
    if not named:
        header -= 1
        names = tuple(str(place) for place in range(1, len(columns) + 1))
    failed = (
        *_failed(errors, names),
        *map(_not_calculated, hidden[0]),
        *_merged(hidden[1], names, columns, header + 1),
    )
    texts = [_plain(column[header + 1 :]) for column in columns]
    numbers = np.arange(header + 2, header + 2 + len(batch) - header - 1, dtype=np.int64)
    kept = ~np.isin(numbers, [row.number for row in failed])
    cells = Cells(names, numbers[kept], [column.filter(pa.array(kept)) for column in texts], failed)
    titles = (sheet.name, path.stem) if alone else (sheet.name,)
    return Sheet(
        str(path),
        titles,
        in_one(lambda *_: iter([cells])),
        typed=True,
        header=header + 1,
        corner=(sheet.name, 1),
        laid=lambda skip, named: _sheet(path, sheet, hidden, alone=alone, skip=skip, named=named),
    )


def _failed(errors: Any, names: tuple[str, ...]) -> tuple[BrokenRow, ...]:
    """Rows with a formula that failed: such a cell is not an empty one."""
    found: dict[int, BrokenRow] = {}
    for error in errors.errors if errors else ():
        row, column = error.position
        name = names[column] or str(column + 1)
        kind = re.search(r"Error\((\w+)\)", error.detail)
        what = f"#{kind[1]}" if kind else error.detail
        words = f"the formula in `{name}` of this row failed"
        found.setdefault(row + 1, BrokenRow(row + 1, f"{name}: {what}", words, "mend the formula, or empty the cell"))
    return tuple(found.values())


def _not_calculated(cell: tuple[int, str]) -> BrokenRow:
    row, name = cell
    words = "a formula of this row has no value in the file, and would be read as empty"
    return BrokenRow(row, name, words, "open the workbook in a spreadsheet program and save it: that calculates it")


def _merged(
    areas: Sequence[Merged], names: Sequence[str], columns: Sequence[pa.Array], header: int
) -> Iterator[BrokenRow]:
    """The rows below the names whose cells look filled in the program, and are empty in the file."""
    told: set[int] = set()
    for area in areas:
        first = columns[area.left - 1] if area.left <= len(columns) else pa.nulls(0)
        named = [name for name in names[area.left - 1 : area.right] if name]
        if not named or area.top > len(first) or not first[area.top - 1].is_valid or area.bottom <= header:
            continue
        start = area.top + 1 if area.left == area.right else area.top
        for row in range(max(start, header + 1), min(area.bottom, len(first)) + 1):
            if row not in told:
                told.add(row)
                words = f"the cells {area.called} are merged, and only the first of them has what stands there"
                yield BrokenRow(row, ", ".join(named), words, "unmerge them, and write into each row what holds for it")


def _plain(column: pa.Array) -> pa.Array:
    """Days without their midnight; long whole numbers as the shortest decimal that the workbook's number stands for."""
    texts = pc.replace_substring_regex(column, r"^([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]00:00:00(\.0+)?$", r"\1")
    long = pc.fill_null(pc.match_substring_regex(texts, _LONG), False)
    if not pc.any(long).as_py():
        return texts
    return pa.array(
        [
            _shortest(text) if is_long else text
            for text, is_long in zip(texts.to_pylist(), long.to_pylist(), strict=True)
        ],
        pa.string(),
    )


def _shortest(text: str) -> str:
    """A binary number written out in full, such as 1000000000000000013287555072, is 1e27; other digits stay."""
    number = float(text)
    return repr(number) if np.isfinite(number) and int(number) == int(text) else text
