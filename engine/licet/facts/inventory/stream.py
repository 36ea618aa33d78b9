"""One big table, batch by batch: checked like an inventory, in memory that does not grow with its rows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from licet.diagnostics import Diagnostic, Findings
from licet.errors import FactsError, UsageError
from licet.facts.files.opened import opened
from licet.facts.files.partitions import together
from licet.facts.files.sheets import Sheet, SheetError, Stretch, shortened
from licet.facts.files.sheets_arrow import stream_sheet
from licet.facts.files.sheets_of import sheets_in
from licet.facts.inventory.from_sheets import RowsRead, SheetReader, fields_of, id_texts, table_name
from licet.facts.inventory.from_tables import check_part_references, left_out, target_of
from licet.facts.inventory.ids_seen import IdsSeen
from licet.facts.inventory.row_errors import Flaw, Flaws, Reject, Said
from licet.facts.mapping.column_maps import TableMap
from licet.facts.mapping.mapped_sheet import mapped
from licet.facts.tables import Column, Table, Tables
from licet.ir import policy as ir

ROWS_PER_BATCH = 1 << 17  # read and decided together, as many as the columnar engine likes
Rows = NDArray[np.int64]


@dataclass(slots=True, eq=False)
class Noted:
    """What is noted while rows are read, but for their flaws: how many have some; the number of the last row; why the
    file cannot be read on.
    """

    flawed: int = 0
    last: int = 0
    findings: Findings = field(default_factory=Findings)


class NotUsableError(Exception):
    """Something is wrong with a table; who reads it in the ordinary way says what."""


@dataclass(slots=True, eq=False)
class TableStream:
    """The batches of a table, to be gone through once.

    While it is gone through, and after, `rows` says how many rows were read and `flawed` how many have flaws; with
    `rejected` these are left out of the batches. Once something else is wrong, or anything without `rejected`, there
    are no more batches: the rest is only looked at for what is wrong there.
    """

    sheet: Sheet
    name: str
    _reader: SheetReader = field(kw_only=True)
    _resident: Tables = field(kw_only=True)
    _rows_per_batch: int = field(kw_only=True)
    further: Callable[[Rows], Mapping[str, Column]] | None = None  # columns that no field has, for numbers of rows
    held_rows: Table | None = None  # rows that are held all the same, for those that ask for others
    _known: Mapping[str, set[str]] = field(init=False)  # ids that may be referred to
    _seen: IdsSeen = field(init=False)
    _noted: Noted = field(default_factory=Noted)

    def __post_init__(self) -> None:
        self._known = {name: set(table.rows_by_id) for name, table in self._resident.entities.items()}
        self._seen = IdsSeen(None if self.sheet.once else self._earlier)

    def __iter__(self) -> Iterator[Table]:
        for stretch in self.sheet.stretches(self._rows_per_batch):
            yield from self._read(stretch)

    def _read(self, stretch: Stretch) -> Iterator[Table]:
        """The batches of the next stretch; none where the file could not be read on."""
        if self.broken:
            return
        try:
            for cells in stretch(None):
                part = self._reader.read(cells)
                check_part_references(part, self._reader.policy, self._known, self._reader.flaws, skip_bad=False)
                if part.table.ids is not None:
                    part.add(self._doubles(part, self._seen.doubles(part.table.ids)), self._reader.flaws)
                part = self._with_further(part)
                self._noted.flawed += int((~part.good).sum()) + len(cells.broken)
                self._noted.last = int(part.numbers[-1]) if part.table.length else self._noted.last
                if part.table.length and self.usable:
                    yield left_out(part) if self._leaves_out else part.table
        except SheetError as error:
            self._noted.findings.extend(error.diagnostics)

    def _with_further(self, part: RowsRead) -> RowsRead:
        if self.further is None:
            return part
        columns = {**part.table.columns, **self.further(part.numbers)}
        return replace(part, table=replace(part.table, columns=columns))

    def numbered(self) -> Iterator[tuple[Table, Rows]]:
        """The batches, with the numbers of their rows, read by themselves; nothing is noted of them, and this ends
        where the table cannot be decided on. Errors: `NotUsableError` then.
        """
        again = replace(
            self, _reader=SheetReader(self.sheet, self._reader.policy, self.name, Flaws(None)), _noted=Noted()
        )
        numbers: list[Rows] = []

        def kept(rows: Rows) -> Mapping[str, Column]:
            numbers.append(rows)
            return {}

        again.further = kept
        for table in again:
            yield table, numbers[-1]
        if not again.usable:
            raise NotUsableError

    # ---- what was found

    @property
    def flawed(self) -> int:
        return self._noted.flawed

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What was found so far: of each kind in each column the first ones, and the exact number of the others."""
        findings = Findings()
        for diagnostic in (*self._noted.findings.sorted(), *self._reader.flaws.diagnostics()):
            findings.add(diagnostic)
        return findings.sorted()

    @property
    def broken(self) -> bool:
        """Whether the file could not be read on."""
        return self._noted.findings.has_errors

    @property
    def usable(self) -> bool:
        """Whether the batches may be decided on: nothing is wrong, or only rows that are left out."""
        flaws = self._reader.flaws
        return not self.broken and not flaws.fatal and (self._leaves_out or not flaws.count)

    @property
    def _leaves_out(self) -> bool:
        return self._reader.flaws.rejected is not None

    def _earlier(self) -> Iterator[pa.StringArray]:
        """The ids of the batches that are done, read again."""
        if not self._noted.last:
            return
        for cells in self.sheet.rows(self._rows_per_batch, "id"):
            done = pa.array(cells.numbers <= self._noted.last)
            if "id" in cells.names:
                yield id_texts(cells.columns[cells.names.index("id")])[0].filter(done)
            if not pc.all(done, min_count=0).as_py():
                return

    def _doubles(self, part: RowsRead, rows: Rows) -> Flaw | None:
        if not len(rows):
            return None

        def say(row: int) -> Said:
            id_ = part.id_of(row)
            words = f"the id `{shortened(id_)}` stands twice among {self.name}"
            return Said(words, id_, "second time", "give one of them another id")

        return Flaw("F003", part.names.index("id"), rows, say)


def stream_table(
    source: Path | Sequence[Path] | Any,
    policy: ir.Policy,
    resident: Tables,
    *,
    table: str | None = None,
    map_: TableMap | None = None,
    rows_per_batch: int = ROWS_PER_BATCH,
    rejected: Callable[[Sequence[Reject]], None] | None = None,
) -> TableStream:
    """A table file, the files of a table, or an object with `__arrow_c_stream__`.

    Its references are looked for in `resident`.

    `table` and `map_` (from `read_map`) say what it is a table of where its name and columns do not tell.
    With `rejected` rows that have flaws are left out and handed over. Errors: `FactsError` where the file cannot be
    read at all or does not tell what it is a table of, `UsageError` where it refers to itself.
    """
    try:
        return _stream(source, policy, resident, table, map_, rows_per_batch, rejected)
    except SheetError as error:
        raise FactsError(error.diagnostics) from error


def _stream(
    source: Path | Sequence[Path] | Any,
    policy: ir.Policy,
    resident: Tables,
    table: str | None,
    map_: TableMap | None,
    rows_per_batch: int,
    rejected: Callable[[Sequence[Reject]], None] | None,
) -> TableStream:
    if hasattr(source, "__arrow_c_stream__"):
        sheet = stream_sheet(source, table or "")
    else:
        files = [Path(source)] if isinstance(source, str | Path) else list(source)
        sheet = together([(file, _only_sheet(file)) for file in files])
    if map_ is not None:
        sheet, table = mapped(sheet, map_, policy), map_.name
    first = None if sheet.once or table else next(islice(sheet.rows(rows_per_batch, None), 1), None)
    name = table_name(sheet, policy, first, table)
    if any(target_of(known.type) == name for known in fields_of(policy, name).values() if not known.derived):
        raise UsageError(f"`{name}` refers to itself and cannot be read batch by batch; read it whole")
    reader = SheetReader(sheet, policy, name, Flaws(rejected))
    return TableStream(sheet, name, _reader=reader, _resident=resident, _rows_per_batch=rows_per_batch)


def _only_sheet(file: Path) -> Sheet:
    sheets = list(sheets_in(file))
    if len(sheets) != 1:
        raise UsageError(f"`{file}` has more than one sheet; read it whole")
    return sheets[0]


def file_fingerprint(*files: Path) -> str:
    """The SHA-256 of a file's bytes, as `sha256sum` prints it; of several files that of what it prints for each."""
    found = []
    for file in files:
        with (file if file.is_file() else opened(file)).open("rb") as content:
            found.append(hashlib.file_digest(content, "sha256").hexdigest())
    return "sha256:" + (found[0] if len(found) == 1 else hashlib.sha256("\n".join(found).encode()).hexdigest())
