"""Parquet and Arrow files, and whatever speaks the Arrow C stream interface: cells with types of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc as arrow_ipc
import pyarrow.parquet as parquet

from licet.facts.files.sheets import Cells, Sheet, Stretch, in_one, unreadable

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
    with _opened(path) as file:
        metadata = file.metadata
        texts = [
            column.path
            for column in map(file.schema.column, range(len(file.schema)))
            if column.physical_type == "BYTE_ARRAY" and column.path == column.name != "id"
        ]

    def header(only: str | None) -> Iterator[Cells]:
        if only is None:
            with _opened(path, read_dictionary=texts, metadata=metadata) as reading:
                yield from _numbered([_empty(reading.schema_arrow)])

    def stretch(groups: Sequence[int], first: int, wished: int) -> Stretch:
        def rows(only: str | None) -> Iterator[Cells]:
            with _opened(path, read_dictionary=texts, metadata=metadata) as reading:
                try:
                    batches = reading.iter_batches(wished, row_groups=groups, columns=[only] if only else None)
                    yield from _numbered(map(_pointing_somewhere, batches), first)
                except _DAMAGE as error:
                    raise unreadable(str(path), "its pages are damaged", "write the file again") from error

        return rows

    def stretches(wished: int) -> Sequence[Stretch]:
        return [header, *(stretch(groups, first, wished) for groups, first in _groups(metadata, wished))]

    return Sheet(str(path), (path.stem,), stretches, typed=True)


def _pointing_somewhere(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The same; damaged pages give codes that no text has. Errors: `ArrowInvalid`."""
    for column in batch.columns:
        if pa.types.is_dictionary(column.type):
            if _within(column):
                column.dictionary.validate(full=True)
            else:
                column.validate(full=True)
    return batch


def _within(column: pa.DictionaryArray) -> bool:
    """Whether every code is that of a text, even in empty cells: then nothing else needs be looked at."""
    indices, size = column.indices, len(column.dictionary)
    if indices.type != pa.int32() or not len(column):
        return False
    codes = np.frombuffer(indices.buffers()[1], np.uint32, len(indices), 4 * indices.offset)
    return int(codes.max()) < size


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
    plain = pa.schema([field.with_type(_plain(field.type)) for field in schema])
    return pa.RecordBatch.from_arrays([pa.array([], field.type) for field in plain], schema=plain)


def _plain(type_: pa.DataType) -> pa.DataType:
    """The type that cells are read as where Arrow computes little with their own: of views, runs, lists of a size."""
    if isinstance(type_, pa.BaseExtensionType):
        return pa.bool_() if isinstance(type_, pa.Bool8Type) else type_
    if pa.types.is_run_end_encoded(type_):
        return _plain(type_.value_type)
    if pa.types.is_string_view(type_):
        return pa.large_string()
    if pa.types.is_binary_view(type_):
        return pa.large_binary()
    if pa.types.is_dictionary(type_):
        return pa.dictionary(type_.index_type, _plain(type_.value_type), type_.ordered)
    if any(is_list(type_) for is_list in _LISTS):
        value = _plain(type_.value_type)
        return pa.large_list(value.value_type if pa.types.is_dictionary(value) else value)
    return type_


_LISTS = (
    pa.types.is_list,
    pa.types.is_large_list,
    pa.types.is_fixed_size_list,
    pa.types.is_list_view,
    pa.types.is_large_list_view,
)


def _readable(column: pa.Array) -> pa.Array:
    plain = _plain(column.type)
    if plain == column.type:
        return column
    if pa.types.is_run_end_encoded(column.type):
        return _readable(pc.run_end_decode(column))
    if pa.types.is_dictionary(plain):
        return pa.DictionaryArray.from_arrays(column.indices, column.dictionary.cast(plain.value_type))
    if isinstance(column.type, pa.BaseExtensionType):
        return column.storage.cast(plain)
    if not pa.types.is_large_list(plain):
        return column.cast(plain)
    lengths = pc.fill_null(pc.list_value_length(column), 0).to_numpy()
    ends = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int64())
    values = _readable(column.flatten())
    values = values.dictionary_decode() if pa.types.is_dictionary(values.type) else values
    return pa.LargeListArray.from_arrays(ends, values, mask=column.is_null())


def stream_sheet(data: Any, title: str) -> Sheet:
    """An object with `__arrow_c_stream__`: a table or frame of any library, or a reader, which can be read once."""

    def rows(wished: int, _: str | None = None) -> Iterator[Cells]:
        try:
            reader = pa.RecordBatchReader.from_stream(data)
            yield from _numbered(_small(chain([_empty(reader.schema)], reader), wished))
        except _DAMAGE as error:
            said = " ".join(str(part) for part in error.args)
            problem = f"the library that it is of cannot give it as an Arrow table: {said}"
            raise unreadable(title or "table", problem, "give each column one name and one type") from error

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
