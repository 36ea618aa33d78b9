"""Parquet and Arrow files, and whatever speaks the Arrow C stream interface: cells with types of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.ipc as arrow_ipc
import pyarrow.parquet as parquet

from licet.facts.sheets import Cells, Sheet, unreadable

_DAMAGE = (pa.ArrowException, OSError, ValueError, KeyError)  # whatever the library makes of damaged bytes


def parquet_sheet(path: Path) -> Sheet:
    """Texts come dictionary-encoded, but for the column `id`. Errors: `SheetError` when it is not Parquet."""
    file = _opened(path)
    texts = [
        column.path
        for column in map(file.schema.column, range(len(file.schema)))
        if column.physical_type == "BYTE_ARRAY" and column.path == column.name != "id"
    ]

    def rows(wished: int, only: str | None = None) -> Iterator[Cells]:
        reading = _opened(path, read_dictionary=texts)
        batches = _batches(reading, wished, [only] if only else None)
        try:
            yield from _numbered(chain([] if only else [_empty(reading.schema_arrow)], batches))
        except _DAMAGE as error:
            raise unreadable(str(path), "its pages are damaged", "write the file again") from error

    return Sheet(str(path), (path.stem,), rows, typed=True)


def _batches(file: Any, wished: int, columns: list[str] | None) -> Iterator[pa.RecordBatch]:
    """Row groups one after the other, small ones together: the reader keeps what it read of all groups of a call."""
    groups: list[int] = []
    rows = 0
    for group in range(file.num_row_groups):
        groups.append(group)
        rows += file.metadata.row_group(group).num_rows
        if rows >= wished or group == file.num_row_groups - 1:
            yield from file.iter_batches(wished, row_groups=groups, columns=columns)
            groups, rows = [], 0


def _opened(path: Path, **options: Any) -> Any:
    try:
        return parquet.ParquetFile(path, **options)
    except _DAMAGE as error:
        problem = "it is empty" if path.stat().st_size == 0 else "it is not a whole Parquet file"
        raise unreadable(str(path), problem, "write the file again") from error


def arrow_sheet(path: Path) -> Sheet:
    """An Arrow IPC file or stream. Errors: `SheetError` when it is neither."""

    def rows(wished: int, _: str | None = None) -> Iterator[Cells]:
        try:
            yield from _numbered(_small(_ipc_batches(path), wished))
        except _DAMAGE as error:
            problem = "it is empty" if path.stat().st_size == 0 else "it is not a whole Arrow file"
            raise unreadable(str(path), problem, "write it as an Arrow IPC file or stream") from error

    return Sheet(str(path), (path.stem,), rows, typed=True)


def _ipc_batches(path: Path) -> Iterator[pa.RecordBatch]:
    with pa.memory_map(str(path)) as file:
        if file.read(6) == b"ARROW1":
            reader = arrow_ipc.open_file(file)
            batches = (reader.get_batch(i) for i in range(reader.num_record_batches))
        else:
            file.seek(0)
            reader = arrow_ipc.open_stream(file)
            batches = iter(reader)
        yield _empty(reader.schema)
        for batch in batches:
            batch.validate(full=True)  # offsets that point nowhere would be followed
            yield batch


def _empty(schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array([], field.type) for field in schema], schema=schema)


def stream_sheet(data: Any, title: str) -> Sheet:
    """An object with `__arrow_c_stream__`: a table or frame of any library, or a reader, which can be read once."""

    def rows(wished: int, _: str | None = None) -> Iterator[Cells]:
        reader = pa.RecordBatchReader.from_stream(data)
        yield from _numbered(_small(chain([_empty(reader.schema)], reader), wished))

    return Sheet(title or "table", (title,), rows, typed=True, once=not isinstance(data, pa.Table))


def _small(batches: Iterable[pa.RecordBatch], wished: int) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for start in range(0, max(len(batch), 1), wished):
            yield batch.slice(start, wished)


def _numbered(batches: Iterable[pa.RecordBatch]) -> Iterator[Cells]:
    number = 1
    for batch in batches:
        numbers = np.arange(number, number + len(batch), dtype=np.int64)
        number += len(batch)
        yield Cells(tuple(batch.schema.names), numbers, batch.columns)
