"""JSONL files: one record in each line; numbers keep their digits."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from licet.facts.cells.texts import BOUNDS
from licet.facts.files.line_ranges import LineRange, line_ranges
from licet.facts.files.sheets import BrokenRow, Cells, Sheet, Stretch, unreadable
from licet.kernel.records import MARK, records_of

_BYTES = 1 << 23  # of a stretch
_HELP = "write one record in braces in each line"


def jsonl_sheet(path: Path) -> Sheet:
    """Cells are texts; a list or a mapping becomes its JSON, `true` is `true`. Errors: `SheetError`."""
    with path.open("rb") as file:
        if not file.read(1 << 16).strip(b"\xef\xbb\xbf \r\n\t"):
            raise unreadable(str(path), "it is empty", "write one record in each line")
    return Sheet(str(path), (path.stem,), lambda wished: _stretches(path, wished), typed=True)


def _stretches(path: Path, wished: int) -> Sequence[Stretch]:
    def stretch(range_: LineRange) -> Stretch:
        return lambda _: _rows_within(range_, wished)

    ranges = line_ranges(path, _BYTES, _of_lines)
    return [stretch(range_) for range_ in ranges] or [lambda _: _rows(path.open("rb"), 1, wished)]


def _rows_within(range_: LineRange, wished: int) -> Iterator[Cells]:
    """In columns where all lines are written plainly, else record by record: the cells are the same."""
    content = range_.read()
    found = _in_columns(content.removeprefix(b"\xef\xbb\xbf") if range_.first == 1 else content)
    if found is None:
        yield from _rows(io.BytesIO(content), range_.first, wished)
        return
    names, lines, columns = found
    numbers = lines + range_.first
    for start in range(0, max(len(numbers), 1), wished):
        batch = slice(start, start + wished)
        yield Cells(names, numbers[batch], [column[batch] for column in columns])


def _in_columns(content: bytes) -> tuple[tuple[str, ...], NDArray[np.int64], Sequence[pa.Array]] | None:
    """Names, lines and cells, dictionary-encoded but for the column `id`; None where a line has to be looked at."""
    found = records_of(content)
    if found is None:
        return None
    columns = []
    for name, column, is_marked in zip(found.names, found.columns, found.marked, strict=True):
        cells = column if name == "id" and not is_marked else column.dictionary_encode()
        if is_marked:
            texts = [_unmarked(text) for text in cells.dictionary.to_pylist()]
            if None in texts:
                return None
            cells = pa.DictionaryArray.from_arrays(cells.indices, pa.array(texts, pa.string())).cast(pa.string())
            cells = cells if name == "id" else cells.dictionary_encode()  # two spellings may be one text
        columns.append(cells)
    return found.names, found.lines, columns


def _unmarked(text: str) -> str | None:
    """The text of a cell that was left as JSON; None where whoever reads the whole line has to say what is wrong."""
    if not text.startswith(MARK):
        return text
    try:
        record = _record(b'{"":%s}' % text.removeprefix(MARK).encode())
    except _TwiceError:
        return None
    return None if isinstance(record, str) else _text(record[""])


def _of_lines(_: bytes) -> bool:
    return True


def _rows(file: BinaryIO, first: int, wished: int) -> Iterator[Cells]:
    with file:
        number = first
        while lines := list(islice(file, wished)):
            yield _cells(lines, number)
            number += len(lines)


def _cells(lines: list[bytes], start: int) -> Cells:
    records: list[dict[str, Any]] = []
    numbers: list[int] = []
    broken: list[BrokenRow] = []
    for number, line in enumerate(lines, start=start):
        text = line.lstrip(b"\xef\xbb\xbf").strip() if number == 1 else line.strip()
        if not text:
            continue
        try:
            record = _record(text)
        except _TwiceError as twice:
            record = f"the key `{twice}` stands twice"
            code, help_ = "F003", "keep one of them"
        else:
            code, help_ = "F014", _HELP
        if isinstance(record, str):
            broken.append(BrokenRow(number, text[:1000].decode("utf-8", errors="replace"), record, help_, code))
        else:
            records.append(record)
            numbers.append(number)
    names = tuple(dict.fromkeys(name for record in records for name in record))
    columns = [pa.array([_text(record.get(name)) for record in records], pa.string()) for name in names]
    return Cells(names, np.array(numbers, np.int64), columns, tuple(broken))


def _record(line: bytes) -> dict[str, Any] | str:
    """The record in a line, or what is wrong with it. Errors: `_TwiceError`."""
    try:
        text = line.decode("utf-8")
        found = json.loads(text, parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_unlike)
    except UnicodeDecodeError:
        return "this line is not UTF-8 text"
    except RecursionError:
        return "this line is nested too deeply: a fact is a value or a list of values"
    except ValueError as error:
        return f"this line is not JSON: {str(error).split(':')[0].lower()}"
    if "\\ud" in text.lower() and any("\ud800" <= c <= "\udfff" for c in json.dumps(found, ensure_ascii=False)):
        return "half of a character stands alone in this line"
    return found if isinstance(found, dict) else "this line is not a record: it does not begin with `{`"


class _TwiceError(Exception):
    """A key that stands twice: either of its values may be meant."""


def _unlike(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) < len(pairs):
        raise _TwiceError(next(key for i, (key, _) in enumerate(pairs) if key in [k for k, _ in pairs[:i]]))
    return record


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        text = value
    elif isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, dict) and value and value.keys() <= BOUNDS and not any(value.values()):
        text = ""
    elif isinstance(value, dict) and "value" in value:
        text = _text(value["value"])
    else:
        text = json.dumps(value, ensure_ascii=False)
    return text if text is None else text.encode("utf-8", errors="replace").decode()
