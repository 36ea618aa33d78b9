"""What every engine writes, in one form: the two bounds of the decision and each rule, three-valued, row by row.

A rule's column is a boolean whose null is *unknown*: the must bit is `true`, the may bit `not false`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.feather as feather
import pyarrow.parquet as pq
from benchmarks.peers.policy import OUTCOMES, Policy

NAMES = pa.array(OUTCOMES)


class DisagreementError(Exception):
    """Two engines answer differently, or not at all."""


def from_rows(policy: Policy, rows: Sequence[tuple[int, Sequence[bool]]]) -> pa.Table:
    """From the place of the outcome and the rules of each row, two-valued."""
    places = pa.array(np.fromiter((place for place, _ in rows), np.int8, len(rows)))
    decided = pa.DictionaryArray.from_arrays(places, NAMES)
    bits = np.array([rules for _, rules in rows], dtype=bool)
    columns = [pa.array(np.ascontiguousarray(bits[:, i])) for i in range(len(policy.rules))]
    return pa.Table.from_arrays([decided, decided, *columns], names=["must", "may", *(r.name for r in policy.rules)])


def write(table: pa.Table, out: Path) -> None:
    """The fastest writer that Arrow has for bitmaps: IPC, uncompressed."""
    with pa.OSFile(str(out), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def read(path: Path) -> pa.Table:
    """An IPC or Parquet file of answers."""
    with path.open("rb") as file:
        head = file.read(4)
    return pq.read_table(path) if head == b"PAR1" else feather.read_table(path, memory_map=False)


def compare(policy: Policy, name: str, found: pa.Table, expected: pa.Table) -> int:
    """The number of answers compared. Errors: `DisagreementError` with the first difference of each column."""
    if found.num_rows != expected.num_rows:
        raise DisagreementError(f"{name}: {found.num_rows:,} rows instead of {expected.num_rows:,}")
    columns = ["must", "may", *(rule.name for rule in policy.rules)]
    if "id" in found.column_names and "id" in expected.column_names:
        found = _in_order(found, expected["id"])
    wrong = [text for c in columns if (text := _difference(c, _plain(found[c]), _plain(expected[c])))]
    if wrong:
        raise DisagreementError("\n  ".join([f"{name} differs in {len(wrong)} columns:", *wrong[:20]]))
    return found.num_rows * len(columns)


def _in_order(found: pa.Table, ids: pa.ChunkedArray) -> pa.Table:
    """Rows in the order of the ids: an engine with several threads may give them in another."""
    given = found["id"].cast(pa.string())
    if given.equals(ids):
        return found
    places = pc.index_in(ids, value_set=given)
    if places.null_count:
        raise DisagreementError(f"{places.null_count:,} rows have no answer")
    return found.take(places)


def _plain(column: pa.ChunkedArray) -> pa.Array:
    """Places of outcomes as int8, rules as booleans, in one piece."""
    if pa.types.is_integer(column.type):
        column = column.cast(pa.int8())
    elif not pa.types.is_boolean(column.type):
        column = pc.index_in(column.cast(pa.string()), value_set=NAMES).cast(pa.int8())
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _difference(name: str, found: pa.Array, expected: pa.Array) -> str:
    if found.equals(expected):
        return ""
    same = pc.or_kleene(pc.equal(found, expected), pc.and_(found.is_null(), expected.is_null()))
    rows = np.flatnonzero(~pc.coalesce(same, pa.scalar(False)).to_numpy(zero_copy_only=False))
    row = int(rows[0])
    return f"{name}: {len(rows):,} rows, the first is {row}: {found[row]} instead of {expected[row]}"
