"""Inventories decided by several processes: each reads and decides stretches of its own, this one takes the results."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from licet.decide.parallel.exchange import Shape, hand_over, hand_over_ids, handed, handed_ids
from licet.decide.table.batches import Asked, Decided, Decider, Slice, cut, schema_of
from licet.decide.table.counts import Tally
from licet.decide.table.rule_bits import rule_bits_schema
from licet.facts.inventory.row_errors import Reject
from licet.facts.inventory.stream import Apart, TableStream
from licet.facts.tables import Tables
from licet.ir import policy as ir
from licet.parallel.process_pool import forked

_SAMPLE = 1 << 12  # rows

Piece = int | Slice  # the number of a stretch of the stream, or some rows of a table that is held


def pieces_of(resident: Tables, asked: Asked, stream: TableStream | None, size: int) -> list[Piece]:
    """All there is to decide, in order."""
    found: list[Piece] = []
    for type_ in asked.types:
        if stream is not None and stream.name == type_:
            found += range(stream.stretches)
        elif type_ in resident.entities:
            found += cut(resident.entities[type_], size)
    return found


def decide_apart(
    policy: ir.Policy,
    resident: Tables,
    asked: Asked,
    stream: TableStream | None,
    workers: int,
    rows_per_batch: int,
    skip: int,
    folder: Path,
) -> Generator[Decided]:
    """As `decide_batches` says it, by so many processes; results are handed over in `folder`, which is made.

    Errors: `EngineError` where a process died.
    """
    pieces = pieces_of(resident, asked, stream, rows_per_batch)
    work = _Work(policy, resident, asked, stream, pieces, rows_per_batch, folder)
    first = 0
    while skip > 0 and first < len(pieces):  # nobody knows beforehand where the first batch wanted begins
        for given in work.slices(pieces[first]):
            if skip <= 0:
                yield work.decider.slice(given)
            skip -= 1
        first += 1
    if first < len(pieces):
        yield from work.by_processes(first, workers)


@dataclass(frozen=True, slots=True, eq=False)
class _Handed:
    """What a process sends when it has done a piece."""

    tallies: tuple[Tally, ...]
    apart: Apart | None


class _Work:
    """What this process and those that are forked from it do."""

    def __init__(
        self,
        policy: ir.Policy,
        resident: Tables,
        asked: Asked,
        stream: TableStream | None,
        pieces: Sequence[Piece],
        size: int,
        folder: Path,
    ) -> None:
        self.decider = Decider(policy, resident, asked, stream.name if stream is not None else None)
        self._stream = stream
        self._pieces = pieces
        self._size = size
        self._folder = folder
        bits = rule_bits_schema(policy, asked.types) if asked.bitmaps else None
        self._shape = Shape(schema_of(policy, asked), bits)

    def slices(self, piece: Piece) -> Iterator[Slice]:
        """The rows of a piece, read by this process in their order."""
        if isinstance(piece, Slice):
            yield piece
        else:
            assert self._stream is not None
            for table in self._stream.read(piece):
                yield from cut(table, self._size)

    def by_processes(self, first: int, workers: int) -> Iterator[Decided]:
        """The batches of all pieces from the place `first` on."""
        places = range(first, len(self._pieces))
        self._learn(self._pieces[first])
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            tasks = ((place, self._usable) for place in places)
            with closing(forked(self._do, tasks, min(workers, len(places)))) as found:
                for place, answer in zip(places, found, strict=True):
                    yield from self._take(place, answer)
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _learn(self, piece: Piece) -> None:
        """Decides a few rows: what is learned from them of the policy and of what is resident, processes share.

        Most of what they would read for it they would have to copy, since Python writes to all that it looks at.
        """
        if isinstance(piece, Slice):
            self.decider.slice(replace(piece, length=min(piece.length, _SAMPLE)))
        elif self._stream is not None and (table := self._stream.sample(_SAMPLE)) is not None:
            self.decider.table(table)

    @property
    def _usable(self) -> bool:
        return self._stream is None or self._stream.usable

    def _rows_file(self, place: int) -> Path:
        return self._folder / f"{place}.rows.arrows"

    def _ids_file(self, place: int) -> Path:
        return self._folder / f"{place}.ids.arrow"

    # ---- what is done in a process of its own

    def _do(self, task: tuple[int, bool]) -> _Handed:
        """Reads a piece, by its place, and, if that is still wanted, decides it."""
        place, wanted = task
        piece = self._pieces[place]
        if isinstance(piece, Slice):
            return _Handed(self._decide(place, [piece]), None)
        assert self._stream is not None
        ids: list[pa.StringArray] = []
        rejects: list[Reject] = []
        slices = (s for t in self._stream.read_apart(piece, ids, rejects) for s in cut(t, self._size) if wanted)
        tallies = self._decide(place, slices)
        hand_over_ids(self._ids_file(place), ids)
        return _Handed(tallies, self._stream.apart(rejects))

    def _decide(self, place: int, slices: Iterable[Slice]) -> tuple[Tally, ...]:
        return hand_over(self._rows_file(place), map(self.decider.slice, slices), self._shape)

    # ---- what is done with it

    def _take(self, place: int, found: _Handed) -> Iterator[Decided]:
        """The batches of the next piece; of a stretch with ids that stood before, as this process reads it again."""
        piece, file = self._pieces[place], self._rows_file(place)
        if isinstance(piece, Slice):
            yield from handed(file, found.tallies, self._shape)
            return
        assert self._stream is not None
        assert found.apart is not None
        if self._stream.broken:  # one process would not have come so far
            return
        doubled = self._stream.doubled(handed_ids(self._ids_file(place)))
        if len(doubled) or found.apart.flaws.fatal:
            file.unlink()
            for table in self._stream.read_again(piece, doubled):
                yield from map(self.decider.slice, cut(table, self._size))
            return
        self._stream.take(found.apart)
        if self._stream.usable:
            yield from handed(file, found.tallies, self._shape)
        else:
            file.unlink()
