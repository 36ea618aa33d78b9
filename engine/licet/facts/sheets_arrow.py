"""Parquet and Arrow files, and whatever speaks the Arrow C stream interface: cells with types of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.ipc as arrow_ipc
import pyarrow.parquet as parquet

from licet.facts.sheets import Cells, Sheet, Stretch, in_one, unreadable

_DAMAGE = (
    pa.ArrowException,
    OSError,
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    OverflowError,
    MemoryError,
)  # whatever the library makes of damaged bytes


def parquet_sheet(path: Path) -> Sheet:
    """Texts come dictionary-encoded, but for the column `id`. Errors: `SheetError` when it is not Parquet."""
    file = _opened(path)
    texts = [
        column.path
        for column in map(file.schema.column, range(len(file.schema)))
        if column.physical_type == "BYTE_ARRAY" and column.path == column.name != "id"
    ]

    def header(only: str | None) -> Iterator[Cells]:
        if only is None:
            yield from _numbered([_empty(_opened(path, read_dictionary=texts, metadata=file.metadata).schema_arrow)])

    def stretch(groups: Sequence[int], first: int, wished: int) -> Stretch:
        def rows(only: str | None) -> Iterator[Cells]:
            reading = _opened(path, read_dictionary=texts, metadata=file.metadata)
            try:
                batches = reading.iter_batches(wished, row_groups=groups, columns=[only] if only else None)
                yield from _numbered(batches, first)
            except _DAMAGE as error:
                raise unreadable(str(path), "its pages are damaged", "write the file again") from error

        return rows

    def stretches(wished: int) -> Sequence[Stretch]:
        return [header, *(stretch(groups, first, wished) for groups, first in _groups(file.metadata, wished))]

    return Sheet(str(path), (path.stem,), stretches, typed=True)


def _groups(metadata: Any, wished: int) -> Iterator[tuple[list[int], int]]:
    """Row groups, small ones together up to so many rows, with the number of their first row."""
    groups: list[int] = []
    rows, first = 0, 1
    for group in range(metadata.num_row_groups):
        length = metadata.row_group(group).num_rows
        if groups and rows + length > wished:
            yield groups, first
            groups, rows, first = [], 0, first + rows
        groups.append(group)
        rows += length
    if groups:
        yield groups, first


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

    return Sheet(str(path), (path.stem,), in_one(rows), typed=True)


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
    plain = pa.schema([field.with_type(_without_views(field.type)) for field in schema])
    return pa.RecordBatch.from_arrays([pa.array([], field.type) for field in plain], schema=plain)


def _without_views(type_: pa.DataType) -> pa.DataType:
    """Dictionaries of plain texts for those of views into texts, which Arrow does not read: Polars has such columns."""
    if not pa.types.is_dictionary(type_) or not pa.types.is_string_view(type_.value_type):
        return type_
    return pa.dictionary(type_.index_type, pa.large_string(), type_.ordered)


def _readable(column: pa.Array) -> pa.Array:
    if _without_views(column.type) == column.type:
        return column
    return pa.DictionaryArray.from_arrays(column.indices, column.dictionary.cast(pa.large_string()))


def stream_sheet(data: Any, title: str) -> Sheet:
    """An object with `__arrow_c_stream__`: a table or frame of any library, or a reader, which can be read once."""

    def rows(wished: int, _: str | None = None) -> Iterator[Cells]:
        reader = pa.RecordBatchReader.from_stream(data)
        yield from _numbered(_small(chain([_empty(reader.schema)], reader), wished))

    return Sheet(title or "table", (title,), in_one(rows), typed=True, once=not isinstance(data, pa.Table))


def _small(batches: Iterable[pa.RecordBatch], wished: int) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for start in range(0, max(len(batch), 1), wished):
            yield batch.slice(start, wished)


def _numbered(batches: Iterable[pa.RecordBatch], first: int = 1) -> Iterator[Cells]:
    number = first
    for batch in batches:
        numbers = np.arange(number, number + len(batch), dtype=np.int64)
        number += len(batch)
        yield Cells(tuple(batch.schema.names), numbers, [_readable(column) for column in batch.columns])
