"""An inventory in two: one big table that is read batch by batch, and all the rest, which is held."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from licet.diagnostics import Findings
from licet.facts.files.opened import opened, suffix_of
from licet.facts.files.sheets import SheetError
from licet.facts.files.sheets_arrow import stream_sheet
from licet.facts.files.sheets_of import DOCUMENTS, TYPED, files_in, kind_of, sheets_in
from licet.facts.inventory.from_sheets import table_name
from licet.facts.inventory.from_tables import Reading, known_in, read_sources
from licet.facts.inventory.row_errors import Reject
from licet.facts.inventory.stream import ROWS_PER_BATCH, TableStream, stream_table
from licet.facts.mapping.column_maps import TableMap, read_map
from licet.ir import policy as ir

Files = tuple[Path, ...]
Inventory = tuple[Path | Any, str | None]  # a path or an Arrow object, and what its single table is of
_UNKNOWN_SIZE = 1 << 60  # of a reader that says nothing about it


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """`stream` is none where every table is held. `source` is the object that it reads, or its files.

    Whichever table has more than `rows_per_batch` rows is decided in several batches.
    """

    held: Reading
    stream: TableStream | None = None
    source: Files | Any | None = None
    rows_per_batch: int = ROWS_PER_BATCH

    @property
    def left_out(self) -> int:
        """How many rows were left out so far."""
        held = len({(reject.file, reject.row) for reject in self.held.rejects})
        return held + (self.stream.flawed if self.stream is not None else 0)


def split_inventory(
    sources: Sequence[Inventory],
    policy: ir.Policy,
    streamable: Sequence[str],
    *,
    mapping: Path | None = None,
    rows_per_batch: int = ROWS_PER_BATCH,
    rejected: Callable[[Sequence[Reject]], None] | None = None,
) -> Split:
    """The largest table of one of the entities `streamable`, and the rest.

    With `rejected`, rows with flaws are left out. A table can only be streamed where no other file has records of its
    entity. Errors: `UsageError` where nothing is there; what is wrong with the facts stands in the reading and, after
    it was gone through, in the stream.
    """
    keep_going = rejected is not None
    found = _largest(sources, policy, streamable, mapping)
    if found is not None:
        held = read_sources(sources, policy, mapping=mapping, keep_going=keep_going, without=found.source)
        if found.name not in held.tables.entities:
            stream = stream_table(
                found.source,
                policy,
                held.tables,
                table=found.name,
                map_=found.map_,
                rows_per_batch=rows_per_batch,
                rejected=rejected,
            )
            return Split(held, stream, found.source, rows_per_batch)
    held = read_sources(sources, policy, mapping=mapping, keep_going=keep_going)
    return Split(held, rows_per_batch=rows_per_batch)


@dataclass(frozen=True, slots=True, eq=False)
class _Candidate:
    source: Files | Any
    name: str
    map_: TableMap | None = None
    typed: bool = True


def _largest(
    sources: Sequence[Inventory], policy: ir.Policy, streamable: Sequence[str], mapping: Path | None
) -> _Candidate | None:
    maps = read_map(mapping, policy, Findings()) if mapping else ()
    found: dict[str, list[_Candidate]] = {}
    for source, table in sources:
        for candidate in _candidates(source, table, policy, maps):
            found.setdefault(candidate.name, []).append(candidate)
    fitting = [one for name in streamable if (one := _as_one(found.get(name, ()))) is not None]
    return max(fitting, key=lambda c: _size(c.source), default=None)


def _as_one(found: Sequence[_Candidate]) -> _Candidate | None:
    """The parts of a table as one; None where one of them is no file, or not like the others."""
    if len(found) <= 1:
        return found[0] if found else None
    first = found[0]
    if any(c.typed != first.typed or c.map_ is not first.map_ or not isinstance(c.source, tuple) for c in found):
        return None
    return replace(first, source=tuple(file for c in found for file in c.source))


def _candidates(
    source: Path | Any, table: str | None, policy: ir.Policy, maps: Sequence[TableMap]
) -> Iterator[_Candidate]:
    if hasattr(source, "__arrow_c_stream__"):
        sheet = stream_sheet(source, table or "")
        if table is not None or not sheet.once:
            first = None if table is not None else next(islice(sheet.rows(1, None), 1), None)
            try:
                yield _Candidate(source, table_name(sheet, policy, first, table))
            except SheetError:
                return
        return
    for file in files_in(Path(source), known_in(Path(source), table, policy)):
        if kind_of(file) not in (*DOCUMENTS, ".xlsx"):
            fitting = [map_ for map_ in maps if map_.fits(file, file.stem)]
            if not fitting:
                yield from _of_file(file, policy, table)
            elif len(fitting) == 1 and not fitting[0].once:
                yield _Candidate((file,), fitting[0].name, fitting[0], suffix_of(file) in TYPED)


def _of_file(file: Path, policy: ir.Policy, table: str | None) -> Iterator[_Candidate]:
    """What a file is a table of; nothing where it cannot be read, which reading it will say."""
    try:
        for sheet in sheets_in(file):
            first = None
            if table is None and not any(title in policy.entities for title in sheet.titles):
                first = next(islice(sheet.rows(1, None), 1), None)
            yield _Candidate((file,), table_name(sheet, policy, first, table), None, sheet.typed)
    except SheetError:
        return


def _size(source: Path | Any) -> int:
    if isinstance(source, tuple):
        return sum(opened(file).stat().st_size for file in source)
    size: int = getattr(source, "nbytes", _UNKNOWN_SIZE)
    return size
