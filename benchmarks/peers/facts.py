"""Generated facts: transfers as columns in Parquet, seeded, with a share of the cells missing.

Categories are dictionary-encoded text, numbers int64, the share decimal128(5, 4), days date32.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from benchmarks.peers.policy import Column, Policy

CHUNK = 1_000_000  # rows generated at a time, and the size of a row group at most


def schema(policy: Policy) -> pa.Schema:
    return pa.schema([pa.field("id", pa.string()), *(pa.field(c.name, _type(c)) for c in policy.columns)])


def _type(column: Column) -> pa.DataType:
    if column.is_category:
        return pa.dictionary(pa.int32(), pa.string())
    if column.kind == "boolean":
        return pa.bool_()
    if column.kind == "percent":
        return pa.decimal128(5, 4)
    return pa.date32() if column.kind == "date" else pa.int64()


def write(policy: Policy, path: Path, rows: int, *, missing: float = 0.1, seed: int = 1) -> Path:
    """A Parquet file with so many rows; the first rows are the same whatever their number."""
    with pq.ParquetWriter(path, schema(policy), compression="zstd") as writer:
        for start in range(0, rows, CHUNK):
            random = np.random.default_rng([seed, start])
            table = batch(policy, random, CHUNK, missing, start)
            writer.write_table(table.slice(0, min(CHUNK, rows - start)), row_group_size=CHUNK // 8)
    return path


def batch(policy: Policy, random: np.random.Generator, rows: int, missing: float, start: int = 0) -> pa.Table:
    ids = pa.array(np.char.add("t", np.arange(start, start + rows).astype(str)))
    arrays = [_array(column, random, rows, missing) for column in policy.columns]
    return pa.Table.from_arrays([ids, *arrays], schema=schema(policy))


def _array(column: Column, random: np.random.Generator, rows: int, missing: float) -> pa.Array:
    gone = random.random(rows) < missing
    if column.is_category:
        codes = random.integers(0, len(column.values), rows).astype(np.int32)
        return pa.DictionaryArray.from_arrays(pa.array(codes, mask=gone), pa.array(column.values))
    if column.kind == "boolean":
        return pa.array(random.random(rows) < 0.5, mask=gone)
    if column.kind in ("percent", "date"):
        numbers = random.integers(column.low, column.high + 1, rows)
    else:
        numbers = np.exp(random.uniform(np.log(column.low), np.log(column.high), rows)).astype(np.int64)
    if column.kind == "percent":
        return _shares(numbers, gone)
    if column.kind == "date":
        return pa.array(numbers.astype(np.int32), pa.date32(), mask=gone)
    return pa.array(numbers, mask=gone)


def _shares(numbers: np.ndarray, gone: np.ndarray) -> pa.Array:
    """Ten-thousandths as decimal128(5, 4), without going through Python objects."""
    words = np.zeros((len(numbers), 2), np.int64)
    words[:, 0] = numbers
    valid = pa.py_buffer(np.packbits(~gone, bitorder="little").tobytes())
    return pa.Array.from_buffers(
        pa.decimal128(5, 4), len(numbers), [valid, pa.py_buffer(words.tobytes())], int(gone.sum())
    )


def records(path: Path, rows: int | None = None) -> list[dict[str, Any]]:
    """The first rows as Python dictionaries: the share in ten-thousandths, days since 1970, missing cells None."""
    table = next(pq.ParquetFile(path).iter_batches(rows)) if rows else pq.read_table(path)
    return plain(pa.Table.from_batches([table]) if isinstance(table, pa.RecordBatch) else table).to_pylist()


def plain(table: pa.Table) -> pa.Table:
    """For engines without decimals and dates: both as int64."""
    for i, field in enumerate(table.schema):
        if pa.types.is_decimal(field.type):
            whole = pa.compute.multiply(table[i], pa.scalar(10_000, pa.int64()))
            table = table.set_column(i, field.name, whole.cast(pa.int64()))
        elif pa.types.is_date32(field.type):
            table = table.set_column(i, field.name, table[i].cast(pa.int32()).cast(pa.int64()))
        elif pa.types.is_dictionary(field.type):
            table = table.set_column(i, field.name, table[i].cast(pa.string()))
    return table


def used(policy: Policy) -> list[str]:
    """The columns that some rule reads."""
    read: Mapping[str, None] = dict.fromkeys(atom.column.name for atom in policy.atoms)
    return [column.name for column in policy.columns if column.name in read]
