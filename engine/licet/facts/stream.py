"""One big table, batch by batch: checked like an inventory, in memory that does not grow with its rows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from licet.diagnostics import Diagnostic, Findings
from licet.errors import FactsError, UsageError
from licet.facts.column_maps import TableMap
from licet.facts.flaws import Flaw, Flaws, Reject, Said
from licet.facts.from_sheets import Part, SheetReader, fields_of, id_texts, table_name
from licet.facts.from_tables import check_part_references, left_out, target_of
from licet.facts.ids_seen import IdsSeen
from licet.facts.mapped import mapped
from licet.facts.sheets import Sheet, SheetError, shortened
from licet.facts.sheets_arrow import stream_sheet
from licet.facts.sheets_of import sheets_in
from licet.facts.tables import Table, Tables
from licet.ir import policy as ir

ROWS_PER_BATCH = 1 << 18


@dataclass(slots=True, eq=False)
class TableStream:
    """The batches of a table, to be gone through once.

    While it is gone through, and after, `rows` says how many rows were read and `flawed` how many have flaws; with
    `rejected` these are left out of the batches, otherwise absent stands in the place of what is wrong.
    """

    sheet: Sheet
    name: str
    rows: int = 0
    flawed: int = 0
    _reader: SheetReader = field(kw_only=True)
    _resident: Tables = field(kw_only=True)
    _rows_per_batch: int = field(kw_only=True)
    _done: int = 0  # number of the last row of the batches that are done
    _findings: Findings = field(default_factory=Findings)
    _opened: dict[str, set[str]] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Table]:
        known = {name: set(table.rows_by_id) for name, table in self._resident.entities.items()}
        seen = IdsSeen(None if self.sheet.once else self._earlier)
        try:
            for cells in self.sheet.rows(self._rows_per_batch, None):
                part = self._reader.read(cells)
                check_part_references(part, self._reader.policy, known, self._reader.flaws, skip_bad=False)
                if part.table.ids is not None:
                    part.add(self._doubles(part, seen), self._reader.flaws)
                self._done = int(part.numbers[-1]) if part.table.length else self._done
                self.rows += part.table.length
                self.flawed += int((~part.good).sum()) + len(cells.broken)
                for relation, ids in part.opened.items():
                    self._opened.setdefault(relation, set()).update(ids)
                if part.table.length:
                    yield left_out(part) if self._leaves_out else part.table
        except SheetError as error:
            self._findings.extend(error.diagnostics)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What was found so far: of each kind in each column the first ones, and the exact number of the others."""
        findings = Findings()
        for diagnostic in (*self._findings.sorted(), *self._reader.flaws.diagnostics()):
            findings.add(diagnostic)
        return findings.sorted()

    @property
    def usable(self) -> bool:
        """Whether the batches may be decided on: nothing is wrong, or only rows that are left out."""
        flaws = self._reader.flaws
        return not self._findings.has_errors and not flaws.fatal and (self._leaves_out or not flaws.count)

    @property
    def opened(self) -> dict[str, frozenset[str]]:
        """The records' own diligence marks so far, as in `Tables`."""
        return {relation: frozenset(ids) for relation, ids in self._opened.items()}

    @property
    def _leaves_out(self) -> bool:
        return self._reader.flaws.rejected is not None

    def _earlier(self) -> Iterator[pa.StringArray]:
        """The ids of the batches that are done, read again."""
        if not self._done:
            return
        for cells in self.sheet.rows(self._rows_per_batch, "id"):
            done = pa.array(cells.numbers <= self._done)
            if "id" in cells.names:
                yield id_texts(cells.columns[cells.names.index("id")])[0].filter(done)
            if not pc.all(done, min_count=0).as_py():
                return

    def _doubles(self, part: Part, seen: IdsSeen) -> Flaw | None:
        assert part.table.ids is not None
        rows = seen.doubles(part.table.ids)
        if not len(rows):
            return None

        def say(row: int) -> Said:
            id_ = part.id_of(row)
            words = f"the id `{shortened(id_)}` stands twice among {self.name}"
            return Said(words, id_, "second time", "give one of them another id")

        return Flaw("F003", part.names.index("id"), rows, say)


def stream_table(
    source: Path | Any,
    policy: ir.Policy,
    resident: Tables,
    *,
    table: str | None = None,
    map_: TableMap | None = None,
    rows_per_batch: int = ROWS_PER_BATCH,
    rejected: Callable[[Sequence[Reject]], None] | None = None,
) -> TableStream:
    """A table file, or an object with `__arrow_c_stream__`, whose references are looked for in `resident`.

    `table` and `map_` (from `read_map`) say what it is a table of where its name and columns do not tell.
    With `rejected` rows that have flaws are left out and handed over. Errors: `FactsError` where the file cannot be
    read at all or does not tell what it is a table of, `UsageError` where it refers to itself.
    """
    try:
        return _stream(source, policy, resident, table, map_, rows_per_batch, rejected)
    except SheetError as error:
        raise FactsError(error.diagnostics) from error


def _stream(
    source: Path | Any,
    policy: ir.Policy,
    resident: Tables,
    table: str | None,
    map_: TableMap | None,
    rows_per_batch: int,
    rejected: Callable[[Sequence[Reject]], None] | None,
) -> TableStream:
    sheet = stream_sheet(source, table or "") if hasattr(source, "__arrow_c_stream__") else _only_sheet(Path(source))
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


def file_fingerprint(file: Path) -> str:
    """The SHA-256 of a file's bytes, as `sha256sum` prints it."""
    with file.open("rb") as content:
        return "sha256:" + hashlib.file_digest(content, "sha256").hexdigest()
