"""Whole inventories from table files, with or without YAML beside them, checked as one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licet.diagnostics import Diagnostic, Findings, Source, Span
from licet.facts import json_text
from licet.facts.concatenate import absent, as_coded, joined, only_used
from licet.facts.files.connections import database_of
from licet.facts.files.opened import unpacked_name
from licet.facts.files.sheets import Sheet, SheetError, named, shortened
from licet.facts.files.sheets_arrow import stream_sheet
from licet.facts.files.sheets_of import DOCUMENTS, files_in, kind_of, sheets_in, unread_in
from licet.facts.inventory import fingerprint
from licet.facts.inventory.example_rows import without_examples
from licet.facts.inventory.from_sheets import RowsRead, SheetReader, fields_of, table_name
from licet.facts.inventory.from_yaml import Draft, RecordsText, draft_from_documents
from licet.facts.inventory.integrity import Several, check_references, check_relations
from licet.facts.inventory.merge_yaml import Places, cell_span, with_records
from licet.facts.inventory.row_errors import Flaw, Flaws, Reject, Said
from licet.facts.mapping.column_maps import TableMap, read_map
from licet.facts.mapping.mapped_sheet import mapped
from licet.facts.mapping.nested_rows import nested_sheet
from licet.facts.store import Facts, Opening
from licet.facts.tables import Coded, Table, Tables, facts_from_tables, tables_from_facts
from licet.facts.text_files import read_text
from licet.facts.yaml_text import Node
from licet.ir import policy as ir
from licet.ir.types import Kind, Type
from licet.suggest import did_you_mean, nearest
from licet.told_once import told_once
from licet.values import Fact

_ROWS = 1 << 18  # of a batch
_NEAR = 1000  # ids among which a near miss is looked for


_OFTEN = ("F005", "F007")  # a value that is none, or a key that is no field, stands in every record of a document


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """An inventory that was read. `facts` and `tables` are the same facts.

    `usable` says whether they may be decided on: without errors, or, where rows were to be left out (`rejects`), when
    nothing is wrong but these rows.
    """

    tables: Tables
    facts: Facts
    diagnostics: tuple[Diagnostic, ...]
    places: Places
    rejects: tuple[Reject, ...] = ()
    usable: bool = True


def read_tables(
    inventory: Path | Any, policy: ir.Policy, *, table: str | None = None, mapping: Path | None = None
) -> Reading:
    """An inventory from a file, a folder, or an object with `__arrow_c_stream__`.

    `table` names the entity or relation where a single table's name and columns do not tell; `mapping` is a file that
    says what foreign columns mean. Errors: `UsageError` where nothing is there.
    """
    return read_sources([(inventory, table)], policy, mapping=mapping)


def read_sources(
    sources: Sequence[tuple[Path | Any, str | None]],
    policy: ir.Policy,
    *,
    mapping: Path | None = None,
    keep_going: bool = False,
    without: tuple[Path, ...] | Any | None = None,
) -> Reading:
    """Several inventories as one, each with what its single table is of; all but the files or the object `without`.

    With `keep_going` rows that have flaws are left out, as are rows that refer to them.
    """
    findings = Findings()
    rejects: list[Reject] = []
    maps = read_map(mapping, policy, findings) if mapping else ()
    flaws = Flaws(rejects.extend if keep_going else None)
    reader = _Inventory(policy, findings, flaws, maps, keep_going=keep_going)
    documents: list[RecordsText] = []
    for inventory, table in sources:
        if hasattr(inventory, "__arrow_c_stream__"):
            if inventory is not without:
                reader.read(stream_sheet(inventory, table or ""), table)
            continue
        known = known_in(Path(inventory), table, policy)
        findings.extend(unread_in(Path(inventory), known))
        for file in files_in(Path(inventory), known):
            if isinstance(without, tuple) and file in without:
                reader.used_maps.update(map_ for map_ in maps if map_.fits(file, file.stem))
            elif (kind := kind_of(file)) in DOCUMENTS:
                text = read_text(file, findings)
                if text is not None and not (kind == ".json" and reader.read_nested(file, text)):
                    documents.append(RecordsText(text, kind == ".json", table or Path(unpacked_name(file)).stem))
            else:
                reader.read_file(file, table)
    reader.note_unused_maps()
    return reader.finished(draft_from_documents(documents, policy, findings), rejects)


def known_in(inventory: Path, table: str | None, policy: ir.Policy) -> list[str]:
    """What tables of an inventory may be of: of a database the one that is asked for, if one is."""
    return [table] if table is not None and database_of(inventory) else [*policy.entities, *policy.relations]


@dataclass(slots=True, eq=False)
class _Inventory:
    policy: ir.Policy
    findings: Findings
    flaws: Flaws
    maps: tuple[TableMap, ...]
    keep_going: bool
    used_maps: set[TableMap] = field(default_factory=set)
    parts: dict[str, list[RowsRead]] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)  # entities of which a table seems to be that is called otherwise

    def read_file(self, file: Path, table: str | None) -> None:
        try:
            for sheet in sheets_in(file):
                maps = [map_ for map_ in self.maps if map_.fits(file, sheet.titles[0])]
                self.used_maps.update(maps)
                for map_ in maps:
                    self.read(mapped(sheet, map_, self.policy), map_.name)
                if not maps:
                    self.read(sheet, table)
        except SheetError as error:
            self.findings.extend(error.diagnostics)

    def read_nested(self, file: Path, text: Source) -> bool:
        """Whether a document is one of those that maps make rows of; they are read."""
        maps = [map_ for map_ in self.maps if map_.rows and map_.fits(file, file.stem)]
        document = json_text.read(text, self.findings, "`{`") if maps else None
        if document is not None:
            for map_ in maps:
                self._read_rows(text.name, file.stem, document, map_)
        self.used_maps.update(maps)
        return bool(maps)

    def _read_rows(self, file: str, title: str, document: Node, map_: TableMap) -> None:
        try:
            self.read(mapped(nested_sheet(file, title, document, map_), map_, self.policy), map_.name)
        except SheetError as error:
            self.findings.extend(error.diagnostics)

    def read(self, sheet: Sheet, table: str | None) -> None:
        try:
            reader: SheetReader | None = None
            for cells in sheet.rows(_ROWS, None):
                if reader is None:
                    reader = SheetReader(sheet, self.policy, table_name(sheet, self.policy, cells, table), self.flaws)
                self.parts.setdefault(reader.name, []).append(reader.read(cells))
        except SheetError as error:
            self.findings.extend(error.diagnostics)
            if reader is None:
                self.hidden.update(nearest(sheet.titles[0], self.policy.entities))

    def note_unused_maps(self) -> None:
        for map_ in self.maps:
            if map_ not in self.used_maps:
                sheet = f" with a sheet `{map_.sheet}`" if map_.sheet else ""
                words = f"there is no table file `{map_.file}`{sheet} for this map"
                self.findings.error("F001", words, map_.span, help="`from:` names a file of the inventory")

    # ---- what only the whole shows

    def finished(self, draft: Draft, rejects: list[Reject]) -> Reading:
        """Checks references, ids, keys and bounds, leaves out what is to be left out, and puts everything together."""
        is_alone = not any(draft.entities.values())
        self.parts, passed = without_examples(self.parts, self.policy, alone=is_alone)
        self.findings.extend(passed)
        self._check_ids(draft)
        hidden = self._hidden(draft)
        self._check_references(draft, hidden)
        known = {name: self._ids(name, draft) for name in self.policy.entities} if self.keep_going else None
        opened, stray = _opened(draft, self.parts, self.policy, known)
        several = Several()
        for part, row in stray:
            error = Diagnostic(
                "F015",
                f"a row of `{part.table.name}` is left out, and nobody can say about whom it is",
                cell_span(part, row, None),
                help="mend this row: of whom rows are missing decides what is unknown",
            )
            several.add(part.table.name, error)
        several.into(self.findings)
        tables = self._tables(draft, opened)
        facts = with_records(facts_from_tables(tables), draft) if self.parts else draft.facts()
        few = sum(t.length for t in (*tables.entities.values(), *tables.relations.values())) <= fingerprint.MOST_RECORDS
        print_ = fingerprint.of_facts(facts) if few else fingerprint.of_tables(tables)
        tables, facts = replace(tables, fingerprint=print_), replace(facts, fingerprint=print_)
        check_references(facts, draft.entities, draft.relations, self.policy, draft.places, self.findings, hidden)
        places = Places(self.parts, draft, keep_going=self.keep_going)
        check_relations(tables, self.policy, places, self.findings)
        usable = not self.findings.has_errors and not self.flaws.fatal and (self.keep_going or not self.flaws.count)
        self.flaws.into(self.findings)
        found = told_once(self.findings.sorted(), _OFTEN)
        return Reading(tables, facts, found, places, tuple(rejects), usable)

    def _hidden(self, draft: Draft) -> Collection[str]:
        """The entities of which somebody who is missing may stand in what could not be read.

        Rows that are left out leave out whoever refers to them, so that these are told.
        """
        if any(d.code in ("F001", "F016") for d in self.findings.sorted()):
            return self.policy.entities
        in_tables = {name for name, parts in self.parts.items() if any(part.nameless for part in parts)}
        return self.hidden | draft.hidden | (set() if self.keep_going else in_tables)

    def _check_ids(self, draft: Draft) -> None:
        for name, parts in self.parts.items():
            if name in self.policy.entities:
                all_ids = pa.chunked_array([part.table.ids for part in parts])
                recorded = draft.entities.get(name, {})
                if recorded or pc.count_distinct(all_ids).as_py() < len(all_ids):
                    self._find_doubles(name, parts, draft)

    def _find_doubles(self, name: str, parts: Sequence[RowsRead], draft: Draft) -> None:
        first: dict[str, tuple[RowsRead, int] | Span] = {
            id_: span for (type_, id_), span in draft.places.items() if type_ == name
        }
        for part in parts:
            assert part.table.ids is not None
            again: dict[int, tuple[RowsRead, int] | Span] = {}
            for row, id_ in enumerate(part.table.ids.to_pylist()):
                if id_ and first.setdefault(id_, (part, row)) != (part, row):
                    again[row] = first[id_]
            if again:
                part.add(self._double(name, part, again), self.flaws)

    def _double(self, name: str, part: RowsRead, again: Mapping[int, tuple[RowsRead, int] | Span]) -> Flaw:
        def say(row: int) -> Said:
            before = again[row]
            span = before if isinstance(before, Span) else cell_span(*before, "id")
            words = f"the id `{shortened(part.id_of(row))}` stands twice among {name}"
            return Said(words, part.id_of(row), "second time", "give one of them another id", ((span, "first time"),))

        return Flaw("F003", part.names.index("id"), np.fromiter(again, np.int64, len(again)), say)

    def _check_references(self, draft: Draft, hidden: Collection[str]) -> None:
        """Reports references to nothing; where rows are left out, also those to rows that are, again and again."""
        pending = True
        while pending:
            known = {name: self._ids(name, draft) for name in self.policy.entities}
            left = sum(int((~part.good).sum()) for parts in self.parts.values() for part in parts)
            for part in [part for parts in self.parts.values() for part in parts]:
                check_part_references(part, self.policy, known, self.flaws, hidden, skip_bad=self.keep_going)
            now = sum(int((~part.good).sum()) for parts in self.parts.values() for part in parts)
            pending = self.keep_going and now > left

    def _ids(self, name: str, draft: Draft) -> set[str]:
        found = set(draft.entities.get(name, ()))
        for part in self.parts.get(name, ()):
            assert part.table.ids is not None
            ids = part.table.ids.filter(pa.array(part.good)) if self.keep_going else part.table.ids
            found.update(ids.to_pylist())
        return found - {""}

    # ---- put together

    def _tables(self, draft: Draft, opened: Mapping[str, tuple[Opening, ...]]) -> Tables:
        recorded = tables_from_facts(draft.facts(), self.policy)
        names = dict.fromkeys((*recorded.entities, *recorded.relations, *self.parts))
        whole = {}
        for name in names:
            own = recorded.entities.get(name) or recorded.relations.get(name)
            parts = self.parts.get(name, [])
            tables = [left_out(part) if self.keep_going else part.table for part in parts]
            whole[name] = tables_joined([*([own] if own is not None else []), *tables], self.policy)
        return Tables(
            {name: table for name, table in whole.items() if name in self.policy.entities},
            {name: table for name, table in whole.items() if name in self.policy.relations},
            draft.as_of,
            opened,
        )


def check_part_references(
    part: RowsRead,
    policy: ir.Policy,
    known: Mapping[str, set[str]],
    flaws: Flaws,
    hidden: Collection[str] = (),
    *,
    skip_bad: bool,
) -> None:
    """Reports the cells of a part that name what is not in `known`, ids by entity; what is `hidden` may be anywhere."""
    for name, column in part.table.columns.items():
        type_ = fields_of(policy, part.table.name)[name].type
        target = target_of(type_)
        if target is None or target in hidden:
            continue
        coded = as_coded(column)
        dangling = [_dangling(fact, known.get(target, set())) for fact in coded.facts]
        bad = np.fromiter((d is not None for d in dangling), np.bool_, len(dangling))
        if not bad.any():
            continue
        rows = bad[coded.codes] & (part.good if skip_bad else True)
        part.add(_reference_flaw(part, name, target, np.flatnonzero(rows), coded, dangling, known), flaws)


def target_of(type_: Type) -> str | None:
    """The entity that a type refers to."""
    element = type_.element if type_.kind is Kind.SET and type_.element else type_
    return element.name if element.kind is Kind.ENTITY else None


def _dangling(fact: Fact, known: set[str]) -> str | None:
    if isinstance(fact, str):
        return None if fact in known else fact
    return next((id_ for id_ in sorted(fact) if id_ not in known), None) if isinstance(fact, frozenset) else None


def _reference_flaw(
    part: RowsRead,
    name: str,
    target: str,
    rows: np.ndarray[Any, np.dtype[np.int64]],
    coded: Coded,
    dangling: Sequence[str | None],
    known: Mapping[str, set[str]],
) -> Flaw:
    ids = known.get(target, set())

    def say(row: int) -> Said:
        id_ = dangling[coded.codes[row]] or ""
        if not ids:
            words = f"`{name}` names records of {target}, of which the inventory has none"
            return Said(words, id_, help=f"add the table `{target}`")
        near = did_you_mean(id_, ids) if len(ids) <= _NEAR else ""
        words = f"`{name}` names the {target} {named(id_)}, which is not in the inventory"
        return Said(words, id_, help=near or f"add it to the table `{target}`")

    return Flaw("F009", part.columns_of[name], rows, say, coded.codes[rows])


def _opened(
    draft: Draft, parts: Mapping[str, Sequence[RowsRead]], policy: ir.Policy, known: Mapping[str, set[str]] | None
) -> tuple[dict[str, tuple[Opening, ...]], list[tuple[RowsRead, int]]]:
    """What may be incomplete, as in `Facts.opened`: as records say, and where a row is left out.

    Rows are left out if `known` is given, the ids that stay by entity; a relation's row that is about none of them is
    returned.
    """
    opened = {name: dict(openings) for name, openings in draft.opened.items()}
    stray: list[tuple[RowsRead, int]] = []
    for name, found in parts.items():
        for part in found:
            for relation, openings in part.opened.items():
                opened.setdefault(relation, {}).update(dict.fromkeys(openings))
            if known is not None and name in policy.entities and not part.good.all():
                opened.setdefault(name, {})
            for row in np.flatnonzero(~part.good).tolist() if known is not None and name in policy.relations else ():
                named = _named_in(part, row, policy, known or {})
                opened.setdefault(name, {})[Opening(named)] = None
                if not named:
                    stray.append((part, row))
    return {name: tuple(openings) for name, openings in opened.items()}, stray


def _named_in(
    part: RowsRead, row: int, policy: ir.Policy, known: Mapping[str, set[str]]
) -> tuple[tuple[str, str], ...]:
    """The references in a row that is left out: it concerns no others."""
    found = []
    for name, column in part.table.columns.items():
        target = target_of(fields_of(policy, part.table.name)[name].type)
        fact = column.fact(row)
        if target is not None and isinstance(fact, str) and fact in known.get(target, ()):
            found.append((name, fact))
    return tuple(found)


def left_out(part: RowsRead) -> Table:
    """The rows of a part without a flaw."""
    if part.good.all():
        return part.table
    some = part.table.take(np.flatnonzero(part.good))
    return replace(some, columns={name: only_used(column) for name, column in some.columns.items()})


def tables_joined(tables: Sequence[Table], policy: ir.Policy) -> Table:
    """The rows of several tables of one entity or relation, one after the other."""
    first = tables[0]
    if len(tables) == 1:
        return first
    names = [name for name in fields_of(policy, first.name) if any(name in table.columns for table in tables)]
    columns = {name: joined([t.columns.get(name) or absent(t.length) for t in tables]) for name in names}
    ids = None if first.ids is None else pa.concat_arrays([table.ids for table in tables])
    sources = None
    if any(table.sources is not None for table in tables):
        sources = as_coded(joined([table.sources or absent(table.length) for table in tables]))
    return Table(first.name, sum(table.length for table in tables), columns, ids, sources)
