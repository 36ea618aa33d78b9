"""CSV files: comma, semicolon, tab or bar, with or without a byte order mark, quoted or not."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from licet.facts.files.csv_bytes import Repaired, Survey, is_text, marked, survey
from licet.facts.files.line_ranges import LineRange, line_ranges
from licet.facts.files.sheets import BrokenRow, Cells, Sheet, Stretch, unreadable
from licet.values import counted

_DELIMITERS = ",;\t"
_SAID = re.compile(r'\s*"?sep=(\S|\t)"?[ \t]*\r?\n', re.IGNORECASE)
_BYTES_PER_ROW = 256  # a guess that turns a wish for rows into a size of blocks
_LEAST, _MOST = 1 << 20, 1 << 24  # bytes of a block
_START = 1 << 18  # bytes that tell the separator
_QUOTE = "put a cell that holds the separator in quotation marks"
_KEY = pa.binary()
_TEXT = pa.dictionary(pa.int32(), pa.binary())


def csv_sheet(path: Path, skip: int = 0, header: bool = True) -> Sheet:
    """Cells are texts, dictionary-encoded but for the column `id`. Errors: `SheetError` when it cannot be read.

    `skip` rows that are not empty stand above the names, or without a `header` above the first record: columns are then
    called by their numbers.
    """
    head = _head(path, skip, named=header)

    def stretch(range_: LineRange, size: int) -> Stretch:
        return lambda only: _rows_within(range_, size, only, head)

    def stretches(wished: int) -> Sequence[Stretch]:
        size = min(max(wished * _BYTES_PER_ROW, _LEAST), _MOST)
        ranges = line_ranges(path, size, _of_lines, head.text) if head.is_of_lines else []
        return [stretch(range_, size) for range_ in ranges] or [lambda only: _rows(path, size, only, head)]

    laid = partial(csv_sheet, path)
    return Sheet(str(path), (path.stem,), stretches, header=head.row, laid=laid, by_semicolons=head.delimiter == ";")


def layout(path: Path) -> tuple[str, int]:
    """What stands between the cells of a file, and the number of the row with the names. Errors: `SheetError`."""
    head = _head(path, 0, named=True)
    return head.delimiter, head.row


@dataclass(frozen=True, slots=True)
class _Head:
    """The names of a file's columns, what stands between cells, and the number of the row with the names."""

    path: Path
    names: tuple[str, ...]
    delimiter: str
    row: int
    text: bytes  # up to the end of that row

    @property
    def is_of_lines(self) -> bool:
        """Whether each of its rows is a line; quotation marks may hold lines together."""
        return self.text.count(b'"') % 2 == 0 and b"\r" not in self.text.replace(b"\r\n", b"").removesuffix(b"\r")


def _of_lines(below: bytes) -> bool:
    """The same of rows below the header, where any quotation mark may do so."""
    return b'"' not in below and below.count(b"\r") == below.count(b"\r\n") + below.endswith(b"\r")


def _head(path: Path, skip: int, *, named: bool) -> _Head:
    with path.open("rb") as file:
        start = file.read(_START)
    if not start.strip(b"\xef\xbb\xbf \r\n\t"):
        raise unreadable(str(path), "it is empty", "write the names of the columns into its first row")
    text = start.decode("utf-8-sig", errors="replace")
    said = _SAID.match(text)  # a line for a spreadsheet program, above the header
    delimiter = said[1] if said else _delimiter(text, skip)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    rows = [(number, row) for number, row in _read_rows(reader) if any(cell.strip() for cell in row)]
    above, rows = rows[: bool(said) + skip], rows[bool(said) + skip :]
    if not rows:
        raise unreadable(str(path), "it is empty", "write the names of the columns into its first row")
    if not named:
        widest = max(len(row) for _, row in rows)
        number = above[-1][0] if above else rows[0][0] - 1
        text_above = b"\n".join(start.split(b"\n")[:number]) if number else b""
        return _Head(path, tuple(str(place) for place in range(1, widest + 1)), delimiter, number, text_above)
    (number, names), *others = rows[:-1] if len(start) == _START and len(rows) > 1 else rows
    more = min((len(row) for _, row in others), default=0) - len(names)  # separators that every row ends with
    return _Head(
        path,
        (*(name.strip() for name in names), *[""] * more),
        delimiter,
        number,
        b"\n".join(start.split(b"\n")[:number]),
    )


def _delimiter(text: str, skip: int) -> str:
    """What stands most often in the first line; a bar only where nothing else does, since it parts members of sets."""
    lines = [line for line in text.splitlines() if line.strip()]
    first = lines[min(skip, len(lines) - 1)]
    outside = first.split('"')[::2]  # pieces that no quotation marks enclose
    counts = {d: sum(piece.count(d) for piece in outside) for d in _DELIMITERS}
    return max(counts, key=lambda d: counts[d]) if any(counts.values()) or "|" not in first else "|"


def _read_rows(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Rows with their numbers, up to a cell so long that only the real parser reads it."""
    with suppress(csv.Error):
        yield from enumerate(reader, start=1)


def _rows(path: Path, size: int, only: str | None, head: _Head) -> Iterator[Cells]:
    """A file that is read from its start."""
    found = survey(path, head.delimiter)
    source = path if found.is_text else Repaired(path.open("rb"))
    return _parsed(source, size, only, head, 1, found)


def _rows_within(range_: LineRange, size: int, only: str | None, head: _Head) -> Iterator[Cells]:
    content = range_.read()
    found = Survey(has_quotes=False, is_text=is_text(content))
    source = pa.BufferReader(content) if found.is_text else Repaired(io.BytesIO(content))
    return _parsed(source, size, only, head, range_.first, found)


def _parsed(source: Any, size: int, only: str | None, head: _Head, first: int, found: Survey) -> Iterator[Cells]:
    """The rows of a file, or of a range of lines; `first` is the number of the first one."""
    broken: list[BrokenRow] = []

    def note(row: arrow_csv.InvalidRow) -> str:
        message = f"this row has {counted(row.actual_columns, 'cell')}, the header has {row.expected_columns}"
        broken.append(BrokenRow(row.number + first - 1, row.text, message, _QUOTE))
        return "skip"

    keys = [f"f{i}" for i in range(len(head.names))]
    wanted = [key for key, name in zip(keys, head.names, strict=True) if only in (None, name)]
    types = {key: _KEY if name == "id" else _TEXT for key, name in zip(keys, head.names, strict=True)}
    try:
        reader = arrow_csv.open_csv(
            source,
            # one thread: only then do broken rows come with their numbers; two are hardly faster
            arrow_csv.ReadOptions(use_threads=False, column_names=keys, block_size=size),
            arrow_csv.ParseOptions(
                delimiter=head.delimiter,
                newlines_in_values=found.has_quotes,
                ignore_empty_lines=False,
                invalid_row_handler=note,
            ),
            arrow_csv.ConvertOptions(
                column_types=types, null_values=[""], strings_can_be_null=True, include_columns=wanted
            ),
        )
        kept = tuple(name for name in head.names if only in (None, name))
        number = first  # of the next row
        for batch in reader:
            here = _among(broken, number, len(batch))
            numbers = np.arange(number, number + len(batch) + len(here), dtype=np.int64)
            numbers = numbers[~np.isin(numbers, [row.number for row in here])] if here else numbers
            number += len(batch) + len(here)
            skipped = int(np.searchsorted(numbers, head.row, side="right"))  # the header, and empty rows above it
            columns = [column[skipped:] if found.is_text else marked(column[skipped:]) for column in batch.columns]
            yield Cells(kept, numbers[skipped:], columns, tuple(row for row in here if row.number > head.row))
    except pa.ArrowInvalid as error:
        words = f"a row is longer than {_MOST >> 20} MB"
        raise unreadable(str(head.path), words, "look for a quotation mark that is not closed") from error


def _among(broken: list[BrokenRow], number: int, whole: int) -> tuple[BrokenRow, ...]:
    """The broken rows among `whole` others from a number on; the parser may be some rows ahead."""
    here: list[BrokenRow] = []
    while broken and broken[0].number <= number + whole + len(here):
        here.append(broken.pop(0))
    return tuple(here)
