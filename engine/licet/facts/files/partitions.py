"""Tables in several files: folders that say what all of their rows have in common, and parts read as one table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet

from licet.errors import UsageError
from licet.facts.files.opened import opened
from licet.facts.files.sheets import Cells, Sheet, Stretch

_KEY = re.compile(r"([A-Za-z_][\w.-]*)=(.*)", re.DOTALL)
_NOTHING = "__HIVE_DEFAULT_PARTITION__"
_TEXT = pa.dictionary(pa.int32(), pa.string())
_LOGS = {"_delta_log": "a Delta table", "_hudi": "a Hudi table", ".hoodie": "a Hudi table"}


def refuse_table_formats(folder: Path, names: Sequence[str]) -> None:
    """Errors: `UsageError` for a folder that a log beside its files belongs to: they may hold what was deleted."""
    for name in names:
        if name in _LOGS:
            words = f"`{folder}` is {_LOGS[name]}, whose files may hold rows that were deleted"
            raise UsageError(f"{words}; save it as Parquet, or give the frame of a library that reads it")


def keyed(file: Path, sheet: Sheet) -> Sheet:
    """The sheet of a file with a column for each `key=value` among its folders, but for those that it has itself."""
    found = dict(_keys(file))
    folder = next((name for name in reversed(file.parts[:-1]) if not _KEY.fullmatch(name)), "")
    sheet = replace(sheet, folder=Path(folder).stem)
    if not found:
        return sheet

    def with_keys(stretch: Stretch) -> Stretch:
        def rows(only: str | None) -> Iterator[Cells]:
            for cells in stretch(only):
                yield _with_columns(cells, {key: text for key, text in found.items() if only in (None, key)})

        return rows

    def stretches(wished: int) -> Sequence[Stretch]:
        return [with_keys(stretch) for stretch in sheet.stretches(wished)]

    return replace(sheet, stretches=stretches, keys=frozenset(found))


def _keys(file: Path) -> Iterator[tuple[str, str | None]]:
    for name in file.parts[:-1]:
        if match := _KEY.fullmatch(name):
            yield match[1], None if match[2] == _NOTHING else unquote(match[2])


def _with_columns(cells: Cells, found: Mapping[str, str | None]) -> Cells:
    new = {key: text for key, text in found.items() if key not in cells.names}
    rows = len(cells.numbers)
    columns = [
        pa.nulls(rows, _TEXT)
        if text is None
        else pa.DictionaryArray.from_arrays(np.zeros(rows, np.int32), pa.array([text]))
        for text in new.values()
    ]
    return replace(cells, names=(*cells.names, *new), columns=[*cells.columns, *columns])


def together(sheets: Sequence[tuple[Path, Sheet]]) -> Sheet:
    """Sheets of several files as one, in their order. Their rows are numbered one after the other, with gaps."""
    if len(sheets) == 1:
        return sheets[0][1]
    parts: list[tuple[int, Sheet]] = []
    before = 0
    for file, sheet in sheets:
        parts.append((before, sheet))
        before += _most_rows(file) + 1
    first = sheets[0][1]

    def stretches(wished: int) -> Sequence[Stretch]:
        return [_moved(stretch, before) for before, part in parts for stretch in part.stretches(wished)]

    return replace(
        first,
        file=f"{first.file} and {len(sheets) - 1} more",
        stretches=stretches,
        parts=tuple(parts),
        keys=frozenset().union(*(sheet.keys for _, sheet in sheets)),
    )


def _moved(stretch: Stretch, before: int) -> Stretch:
    def rows(only: str | None) -> Iterator[Cells]:
        for cells in stretch(only):
            broken = tuple(replace(row, number=row.number + before) for row in cells.broken)
            yield replace(cells, numbers=cells.numbers + before, broken=broken, before=before)

    return rows


def _most_rows(file: Path) -> int:
    """So many that a file has no more: a row of text is a byte at least."""
    ready = opened(file)
    if ready.suffix.lower() == ".parquet":
        rows: int = parquet.read_metadata(ready).num_rows
        return rows
    if ready.suffix.lower() not in (".arrow", ".arrows", ".ipc", ".feather"):
        return ready.stat().st_size + 1
    with pa.memory_map(str(ready)) as content:
        reader = pa.ipc.open_file(content) if content.read(6) == b"ARROW1" else None
        if reader is None:
            content.seek(0)
            return sum(len(batch) for batch in pa.ipc.open_stream(content))
        return sum(reader.get_batch(i).num_rows for i in range(reader.num_record_batches))
