"""Decided batches on their way from one process to another: Arrow files that the other one maps into its memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
from pyarrow import feather

from licet.decide.table.batches import Decided
from licet.decide.table.counts import Tally


class Shape:
    """The columns of rows and of bits; in a file they stand side by side."""

    def __init__(self, rows: pa.Schema, bits: pa.Schema | None) -> None:
        self.rows = rows
        self.bits = bits
        self.both = pa.schema([*rows, *(bits or ())])

    def joined(self, batch: Decided) -> pa.RecordBatch:
        columns = [*batch.rows.columns, *(batch.bits.columns if batch.bits is not None else ())]
        return pa.RecordBatch.from_arrays(columns, schema=self.both)

    def parted(self, batch: pa.RecordBatch, tally: Tally) -> Decided:
        width = len(self.rows)
        rows = pa.RecordBatch.from_arrays(batch.columns[:width], schema=self.rows)
        if self.bits is None:
            return Decided(rows, None, tally)
        return Decided(rows, pa.RecordBatch.from_arrays(batch.columns[width:], schema=self.bits), tally)


def hand_over(file: Path, batches: Iterable[Decided], shape: Shape) -> tuple[Tally, ...]:
    """Writes batches as they come. Gives their tallies, which are not in the file."""
    tallies = []
    with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_stream(sink, shape.both) as writer:
        for batch in batches:
            writer.write_batch(shape.joined(batch))
            tallies.append(batch.tally)
    return tuple(tallies)


def handed(file: Path, tallies: Sequence[Tally], shape: Shape) -> Iterator[Decided]:
    """The batches in a file, which is removed."""
    with pa.memory_map(str(file)) as source:
        file.unlink()
        for batch, tally in zip(pa.ipc.open_stream(source), tallies, strict=True):
            yield shape.parted(batch, tally)


def hand_over_ids(file: Path, ids: Sequence[pa.StringArray]) -> None:
    """The ids of a stretch, for the process that looks for those that stand twice."""
    table = pa.table({"id": pa.chunked_array(ids, pa.string())})
    feather.write_feather(table, str(file), compression="uncompressed")


def handed_ids(file: Path) -> pa.StringArray:
    """The ids in a file, which is removed."""
    ids = feather.read_table(str(file), memory_map=True)["id"].combine_chunks()
    file.unlink()
    return ids
