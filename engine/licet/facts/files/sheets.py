"""Table files as they stand: batches of cells in columns, before anything is read into them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from licet.diagnostics import Diagnostic, Source, Span
from licet.values import parse_date, parse_number

_SHOWN = 60  # characters of a cell in a message


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that could not be cut into the header's cells, or has a cell twice."""

    number: int
    text: str
    message: str
    help: str = ""
    code: str = "F014"


@dataclass(frozen=True, slots=True, eq=False)
class Untold:
    """Cells of a column, which a map should translate and does not: each row's place in `texts`, or -1."""

    column: int
    places: NDArray[np.int64]
    texts: Sequence[str]
    form: str = ""  # what they should have been

    @property
    def rows(self) -> NDArray[np.int64]:
        return np.flatnonzero(self.places >= 0)

    def said(self, row: int, names: Sequence[str]) -> tuple[str, str, str]:
        """The cell's text, what is wrong with it, and what to do."""
        text = self.texts[self.places[row]]
        if self.form:
            return text, f"{named(text)} is not {self.form}", "mend it, or say in the map's `values` what it means"
        words = f"the map does not say what {named(text)} is as `{names[self.column]}`"
        return text, words, "add it there, or keep such words with `otherwise: keep`"


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Some rows of a table: `columns[j][i]` is the cell below `names[j]` in the row with the number `numbers[i]`."""

    names: tuple[str, ...]
    numbers: NDArray[np.int64]
    columns: Sequence[pa.Array]
    broken: tuple[BrokenRow, ...] = ()
    untold: tuple[Untold, ...] = ()
    before: int = 0  # what was added to the numbers of a file's rows, where several files are one table

    def kept(self, rows: NDArray[np.bool_]) -> Cells:
        """Some of the rows."""
        mask = pa.array(rows)
        return Cells(
            self.names,
            self.numbers[rows],
            [column.filter(mask) for column in self.columns],
            self.broken,
            tuple(replace(untold, places=untold.places[rows]) for untold in self.untold),
            self.before,
        )

    @property
    def none(self) -> Cells:
        """None of the rows: the header."""
        return Cells(self.names, self.numbers[:0], [column[:0] for column in self.columns], before=self.before)


Stretch = Callable[[str | None], Iterator[Cells]]
Rows = Callable[[int, str | None], Iterator[Cells]]


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """One table of a file, unread.

    Rows are numbered as a spreadsheet shows them: the header of a CSV or XLSX file is row 1, a record of a Parquet or
    Arrow file counts from 1, and a JSONL file's rows are its lines. `typed` says that cells have types of their own,
    where a bare number in a column of shares stands between 0 and 1. `stretches(n)` are the rows in batches of about n,
    cut where one may begin to read without what stands before. A stretch may be read again unless `once`, with the
    column `only` alone where the format allows it; it raises `SheetError` where the file cannot be read on.
    """

    file: str
    titles: tuple[str, ...]  # of the file or sheet, the most telling first
    stretches: Callable[[int], Sequence[Stretch]]
    typed: bool = False
    once: bool = False
    header: int = 0  # number of the row with the names; 0 where there is none
    origins: Mapping[str, tuple[int, str]] = field(default_factory=dict)  # place and name of a mapped column's own
    corner: tuple[str, int] | None = None  # of a workbook: the sheet's name and the number of its first column
    folder: str = ""  # what it stands in, which names it where nothing else does
    keys: frozenset[str] = frozenset()  # columns that the names of folders make, such as `year=2026`
    laid: Callable[[int, bool], Sheet] | None = None  # with so many rows above the names, or above rows without names
    by_semicolons: bool = False  # cells are parted as where a comma begins decimals and a point groups thousands
    parts: tuple[tuple[int, Sheet], ...] = ()  # several files: the number before the first row of each, rising

    def rows(self, wished: int, only: str | None = None) -> Iterator[Cells]:
        """All stretches, one after the other."""
        for stretch in self.stretches(wished):
            yield from stretch(only)

    def part_of(self, number: int) -> tuple[Sheet, int]:
        """The file that a row stands in, and its number there."""
        if not self.parts:
            return self, number
        before, part = self.parts[bisect_right(self.parts, number, key=lambda part: part[0]) - 1]
        return part, number - before

    def place(self, number: int, column: int | None, names: Sequence[str]) -> str:
        """Where a cell, or a whole row, stands within the file."""
        if self.parts:
            part, number = self.part_of(number)
            return part.place(number, column, names)
        name = "" if column is None else names[column]
        if column is not None:
            column, name = self.origins.get(name, (column, name))
        if self.corner is None:
            return ":".join(str(part) for part in (number, column is not None and (name or column + 1)) if part)
        sheet, first = self.corner
        return f"{sheet}!{number}" if column is None else f"{sheet}!{_letters(first + column)}{number}"

    @property
    def called(self) -> str:
        """How a message names it."""
        return f"`{self.file}`" if self.corner is None else f"the sheet `{self.corner[0]}` of `{self.file}`"

    def span(self, number: int, column: int | None, names: Sequence[str], before: str, value: str) -> Span:
        """A cell with the words that stand before it in the excerpt; `value` is what is underlined."""
        if self.parts:
            part, number = self.part_of(number)
            return part.span(number, column, names, before, value)
        source = Source(self.file, before + value, max(number, 1), ((0, self.place(number, column, names)),))
        return Span(source, len(before), len(before) + len(value))


NO_HEADER = "its first row seems to be a record: write a row with the names of the columns above it"


_TITLE = "its first row seems to be a title: delete it, or say `skip: 1` in a map (`--map`) for a row above the names"


def is_no_header(names: Sequence[str]) -> bool:
    """Whether what should be the names of columns looks like the cells of a record."""
    return any(parse_number(name) is not None or parse_date(name) is not None or name == "-0-" for name in names)


def heads_help(names: Sequence[str], otherwise: str) -> str:
    """What to do where the first row names no columns, but is a record or a title; else what is said otherwise."""
    filled = [name for name in names if name]
    if is_no_header(names):
        return NO_HEADER
    return _TITLE if len(filled) == 1 and (len(names) > 1 or " " in filled[0]) else otherwise


def in_one(rows: Rows) -> Callable[[int], Sequence[Stretch]]:
    """The stretches of a sheet that can only be read from its start."""
    return lambda wished: [lambda only: rows(wished, only)]


class SheetError(Exception):
    """A file that cannot be read, or not further; carries the findings."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        self.diagnostics = diagnostics
        super().__init__(diagnostics[0].message)

    def about(self, copy: str, original: str) -> SheetError:
        """The same of the file that was read through a copy."""
        return SheetError(*(replace(d, message=d.message.replace(copy, original)) for d in self.diagnostics))


def unreadable(file: str, problem: str, help_: str) -> SheetError:
    """That a file as a whole cannot be read."""
    return SheetError(Diagnostic("F001", f"`{file}` cannot be read: {problem}", help=help_))


def shortened(text: str) -> str:
    """A cell as a message shows it: on one line, and with its length where it is long."""
    flat = text.replace("\r", "").replace("\n", "⏎").replace("\t", " ")
    return flat if len(flat) <= _SHOWN else f"{flat[:_SHOWN]}…"


def named(text: str) -> str:
    """A cell in backticks, with its length where it was cut."""
    shown = shortened(text)
    return f"`{shown}`" + (f" ({len(text):,} characters)" if shown.endswith("…") and len(text) > _SHOWN else "")


def _letters(number: int) -> str:
    out = ""
    while number:
        number, rest = divmod(number - 1, 26)
        out = chr(65 + rest) + out
    return out
