"""One table file to facts in columns: header, ids and cells, checked against the vocabulary batch by batch."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from licet.diagnostics import Diagnostic
from licet.errors import UsageError
from licet.facts.cells.arrays import cell_text, composed, is_text, numbers_as_texts, shown, texts_of, utf8
from licet.facts.cells.columns import ColumnReader
from licet.facts.cells.texts import json_collection
from licet.facts.cells.written_otherwise import AS_UTF_8
from licet.facts.concatenate import as_coded
from licet.facts.files.sheets import Cells, Sheet, SheetError, Untold, heads_help, is_no_header, shortened
from licet.facts.inventory.row_errors import Flaw, Flaws, Said
from licet.facts.inventory.total_rows import total_rows
from licet.facts.openings import nothing_about, openings_of
from licet.facts.store import Opening, Subject
from licet.facts.tables import Coded, Column, Table
from licet.ir import policy as ir
from licet.ir.types import TEXT
from licet.kernel.cells import are_plain
from licet.names import HIDDEN_HELP, hidden_in, hidden_words
from licet.suggest import did_you_mean, nearest
from licet.values import State, first_of

REJECTED = ("rejected_from", "rejected_row", "reason")
_PROVENANCE = ("source", "note")
_NO_NAME = re.compile(r"__index_level_[0-9]+__")  # how pandas calls its numbers of rows where it keeps them
_SURELY = 0.75  # how alike a folder's key and a field are, for the field to be meant
_FOR_PEOPLE = "delete the column; one for people, which no rule reads, is called `note`"
_FEW_COLUMNS, _LISTED_COLUMNS = 3, 10  # unknown ones: told one by one, and told by their names


@dataclass(slots=True, eq=False)
class RowsRead:
    """Rows of one table as they were read; `good` are the ones without a flaw."""

    sheet: Sheet
    names: tuple[str, ...]
    numbers: NDArray[np.int64]
    table: Table
    columns_of: Mapping[str, int]  # which column of the file a field stands in
    good: NDArray[np.bool_]
    nameless: bool  # whether there are records of which no id could be read
    opened: dict[str, tuple[Opening, ...]] = field(default_factory=dict)
    cells: Cells | None = None  # as they stand in the file; only where rows are left out

    def id_of(self, row: int) -> str:
        return "" if self.table.ids is None else str(self.table.ids[row].as_py() or "")

    def add(self, flaw: Flaw | None, flaws: Flaws) -> None:
        """Takes note of a flaw of these rows."""
        if flaw is not None and len(flaw.rows):
            self.good[flaw.rows] = False
            given = (self.sheet, flaw, self.names, self.numbers, self.id_of)
            flaws.add(*given, table=self.table.name, cells_of=self._cells_of)

    def _cells_of(self, row: int) -> tuple[tuple[str, str], ...]:
        if self.cells is None:
            return ()
        columns = zip(self.cells.names, self.cells.columns, strict=True)
        return tuple((name, cell_text(column[row])) for name, column in columns if name)


@dataclass(slots=True, eq=False)
class SheetReader:
    """Reads the batches of one sheet as records of an entity or rows of a relation."""

    sheet: Sheet
    policy: ir.Policy
    name: str
    flaws: Flaws
    _readers: dict[tuple[str, ...], Mapping[ColumnReader, int]] = field(default_factory=dict)  # with their columns
    _by_field: dict[str, ColumnReader] = field(default_factory=dict)

    @property
    def fields(self) -> Mapping[str, ir.Field]:
        return fields_of(self.policy, self.name)

    @property
    def is_entity(self) -> bool:
        return self.name in self.policy.entities

    def read(self, cells: Cells) -> RowsRead:
        """The facts of a batch; what is wrong with it goes to the flaws."""
        cells = without_empty_rows(cells)
        readers = self._readers_for(cells)
        rows = len(cells.numbers)
        ids, nameless, flaws = self._ids(cells) if self.is_entity else (None, False, ())
        sources, damaged = self._sources(cells)
        columns: dict[str, Column] = {}
        part = RowsRead(
            self.sheet,
            cells.names,
            cells.numbers,
            Table(self.name, rows, columns, ids, sources),
            {reader.name: reader.column for reader in readers},
            np.ones(rows, np.bool_),
            ids is not None and (bool(cells.broken) or nameless),
            cells=cells if self.flaws.rejected is not None else None,
        )
        for flaw in flaws:
            part.add(flaw, self.flaws)
        part.add(damaged, self.flaws)
        self._note_broken(cells)
        for untold in cells.untold:
            part.add(_untold_flaw(untold, cells.names), self.flaws)
        for reader in readers:
            columns[reader.name], flawed = reader.read(cells.columns[reader.column])
            part.add(flawed, self.flaws)
            if self.sheet.by_semicolons:
                part.add(reader.grouped(cells.columns[reader.column]), self.flaws)
            if reader.name in self.fields and self.fields[reader.name].always:
                part.add(reader.inapplicable(columns[reader.name]), self.flaws)
        if ids is not None:
            part.add(total_rows(cells, ids, self.fields), self.flaws)
        for name in ir.blanks(self.fields):
            columns.setdefault(name, Coded(np.zeros(rows, np.int32), (State.NOT_APPLICABLE,)))
        self._leave_empty(cells, readers, columns, rows)
        self._read_open(cells, part)
        return part

    def _leave_empty(
        self, cells: Cells, readers: Sequence[ColumnReader], columns: dict[str, Column], rows: int
    ) -> None:
        """What is left empty beside a field that is given is not applicable."""
        for name, other in ir.besides(self.fields):
            given = columns[other].given if other in columns else np.zeros(rows, np.bool_)
            empty = next((_blank(cells.columns[r.column]) for r in readers if r.name == name), np.ones(rows, np.bool_))
            if (given & empty).any():
                old = columns.get(name, Coded(np.zeros(rows, np.int32), (State.ABSENT,)))
                columns[name] = old.with_state(given & empty, State.NOT_APPLICABLE)

    # ---- the header

    def _readers_for(self, cells: Cells) -> tuple[ColumnReader, ...]:
        if not cells.names and not len(cells.numbers):
            return ()  # each line is broken: there is nothing to miss a column in
        if cells.names not in self._readers:
            self._readers[cells.names] = {reader: reader.column for reader in self._bind(cells)}
        self._note_nameless(cells)
        for reader, column in self._readers[cells.names].items():
            reader.column = column
        return tuple(self._readers[cells.names])

    def _bind(self, cells: Cells) -> Sequence[ColumnReader]:
        found = []
        seen: dict[str, int] = {}
        unknown: dict[str, int] = {}
        for i, name in enumerate(cells.names):
            if not name:
                continue
            known = self.fields.get(name)
            if name in seen:
                self._about_header(cells, i, "F003", Said(f"the column `{name}` stands twice", name, "second time"))
            elif known is not None and known.derived:
                words = f"`{name}` is derived by rules and cannot be given"
                help_ = "delete the column, and record the facts that the rules read"
                self._about_header(cells, i, "F008", Said(words, name, help=help_))
            elif known is not None:
                found.append(self._reader(known, i))
            elif name not in self._passed_over(cells) and not _NO_NAME.fullmatch(name):
                unknown[name] = i
            seen.setdefault(name, i)
        if self.is_entity and "id" not in seen:
            words = f"this table of {self.name} has no column `id`"
            near = nearest("id", [n for n in cells.names if n and n not in self.fields])
            unknown.pop(near[0] if near else "", None)  # it is told as what it is meant to be
            help_ = f"is it `{near[0]}`? call it `id`" if near else "every record has one: add a column `id`"
            help_ = heads_help(cells.names, help_)
            self._about_header(cells, None, "F006", Said(words, shortened(", ".join(cells.names)), help=help_))
        self._note_unknown(cells, unknown)
        return found

    def _passed_over(self, cells: Cells) -> Sequence[str]:
        return (*self._others, *self._ignored, *rejected_columns(cells.names), *self._not_asked(cells))

    def _not_asked(self, cells: Cells) -> Sequence[str]:
        """Folders are named after many things, as `year=2026`: those that are no fields, nor nearly, say nothing."""
        names = [name for name in (*self.fields, *self._others) if name not in cells.names]
        return [key for key in self.sheet.keys if not nearest(key, names, at_least=_SURELY)]

    def _note_unknown(self, cells: Cells, unknown: Mapping[str, int]) -> None:
        """Columns that are no fields: each on its own, or all at once where the table is a foreign one."""
        names = [*(f.name for f in self.fields.values() if not f.derived), *self._others]
        if not unknown or (len(unknown) <= _FEW_COLUMNS and not is_no_header(cells.names)):
            for name, i in unknown.items():
                words = f"`{self.name}` has no field {_cell(name)}"
                help_ = heads_help(cells.names, did_you_mean(name, names) or _FOR_PEOPLE)
                self._about_header(cells, i, "F007", Said(words, name, help=help_))
            return
        words = f"`{self.name}` has none of the fields {first_of([*map(_cell, unknown)], _LISTED_COLUMNS)}"
        near = [f"`{found[0]}` for {_cell(name)}" for name in unknown if (found := nearest(name, names))]
        help_ = f"did you mean {', '.join(near[:_LISTED_COLUMNS])}? " if near else ""
        help_ += "say what a foreign table means with a map (`--map`), or what it is a table of (`--table`)"
        help_ = heads_help(cells.names, help_)
        self._about_header(cells, None, "F007", Said(words, shortened(", ".join(unknown)), help=help_))

    def _reader(self, known: ir.Field, column: int) -> ColumnReader:
        """One reader for a field, also where the column moves from batch to batch: its codes stay the same."""
        if known.name not in self._by_field:
            self._by_field[known.name] = ColumnReader(
                known.name,
                known.type,
                self.policy.units,
                column,
                bare_shares=self.sheet.typed,
                blank=State.NOT_APPLICABLE if known.blank else State.ABSENT,
            )
        reader = self._by_field[known.name]
        reader.column = column
        return reader

    @property
    def _others(self) -> tuple[str, ...]:
        """Columns that are no fields."""
        own = ("id", "open", *_PROVENANCE) if self.is_entity else _PROVENANCE
        return tuple(name for name in own if name not in self.fields)

    @property
    def _ignored(self) -> tuple[str, ...]:
        """What is accepted where nothing is doubted silences nothing."""
        return (ir.ACCEPTED,) if self.is_entity else ()

    def _about_header(self, cells: Cells, column: int | None, code: str, said: Said) -> None:
        part, _ = self.sheet.part_of(cells.before)
        number = np.array([cells.before + part.header], np.int64)
        flaw = Flaw(code, column, np.zeros(1, np.int64), lambda _: said)
        self.flaws.add(self.sheet, flaw, cells.names, number, lambda _: "", of_rows=False)

    def _note_nameless(self, cells: Cells) -> None:
        """Columns without a name may only be empty: a spreadsheet leaves such behind."""
        for i, name in enumerate(cells.names):
            if not name:
                given = ~_blank(cells.columns[i])
                if given.any():
                    column = cells.columns[i]
                    flaw = Flaw(
                        "F007",
                        i,
                        np.flatnonzero(given),
                        lambda row, column=column: Said(  # type: ignore[misc]
                            "this cell stands in a column without a name",
                            shown(column[row]),
                            help=heads_help(cells.names, "give the column a name, or empty it"),
                        ),
                    )
                    self.flaws.add(self.sheet, flaw, cells.names, cells.numbers, lambda _: "", of_rows=False)

    # ---- rows

    def _ids(self, cells: Cells) -> tuple[pa.StringArray, bool, Sequence[Flaw]]:
        """The ids, and whether a row has none."""
        if "id" not in cells.names:
            return pa.array([""] * len(cells.numbers), pa.string()), len(cells.numbers) > 0, ()
        column = cells.names.index("id")
        several = _with_several(cells.columns[column])
        if are_plain(cells.columns[column]) and not len(several):
            return cells.columns[column], False, ()
        ids, undecoded = id_texts(cells.columns[column])
        missing = pc.equal(ids, "").to_numpy(zero_copy_only=False)
        hidden = _with_hidden(ids)
        if not missing.any() and not len(hidden) and not len(several):
            return ids, False, ()
        unreadable = frozenset(undecoded)

        def say(row: int) -> Said:
            if row in unreadable:
                return Said("this id is not UTF-8 text", "?", help=AS_UTF_8)
            return Said(f"this {self.name} has no id", "", help="every record has one, below `id`")

        def say_several(row: int) -> Said:
            words = f"the id of this {self.name} is a list or a mapping"
            return Said(words, ids[row].as_py(), help="an id is one text; a record for each, if several are meant")

        def say_hidden(row: int) -> Said:
            text = ids[row].as_py()
            return Said(hidden_words(text), text, help=HIDDEN_HELP)

        return (
            ids,
            bool(missing.any()),
            (
                Flaw("F006", column, np.flatnonzero(missing), say),
                Flaw("F006", column, several, say_several),
                Flaw("F020", column, hidden, say_hidden),
            ),
        )

    def _sources(self, cells: Cells) -> tuple[Coded | None, Flaw | None]:
        """Where the records come from, as the column `source` says."""
        if "source" not in cells.names or "source" in self.fields:
            return None, None
        place = cells.names.index("source")
        reader = self._reader(ir.Field("source", TEXT, "", "", derived=False, open=False), place)
        column, flaw = reader.read(cells.columns[place])
        return as_coded(column), flaw

    def _note_broken(self, cells: Cells) -> None:
        for broken in cells.broken:
            said = Said(broken.message, broken.text, help=broken.help)
            number = np.array([broken.number], np.int64)
            flaw = Flaw(broken.code, None, np.zeros(1, np.int64), lambda _, said=said: said)  # type: ignore[misc]
            # whom a relation's row is about, and whose rows are therefore incomplete, nobody can say here
            given = (self.sheet, flaw, cells.names, number, lambda _: "")
            self.flaws.add(*given, of_rows=self.is_entity, table=self.name)

    def _read_open(self, cells: Cells, part: RowsRead) -> None:
        """The records' own diligence marks: `owns; derived_from` in the column `open`."""
        if "open" not in cells.names or "open" not in self._others:
            return
        column = cells.names.index("open")
        relations = self.policy.relations
        marks: dict[str, list[Opening]] = {}
        wrong: dict[str, dict[int, str]] = {"F004": {}, "F018": {}}
        for row, names in enumerate(_lists_of_names(cells.columns[column])):
            for name in names:
                openings = (
                    openings_of(relations[name], Subject(self.name, part.id_of(row))) if name in relations else ()
                )
                marks.setdefault(name, []).extend(openings)
                if not openings:
                    wrong["F018" if name in relations else "F004"][row] = name
        part.opened = {name: tuple(openings) for name, openings in marks.items() if openings}

        def unknown(row: int) -> Said:
            name = wrong["F004"][row]
            return Said(f"there is no relation {_cell(name)}", name, "", did_you_mean(name, list(relations)))

        def meaningless(row: int) -> Said:
            name = wrong["F018"][row]
            message, help_ = nothing_about(name, self.name)
            return Said(message, name, "", help_)

        for code, say in (("F004", unknown), ("F018", meaningless)):
            rows = np.fromiter(wrong[code], np.int64, len(wrong[code]))
            part.add(Flaw(code, column, rows, say), self.flaws)


def _untold_flaw(untold: Untold, names: Sequence[str]) -> Flaw:
    def say(row: int) -> Said:
        text, words, help_ = untold.said(row, names)
        return Said(words, text, "" if untold.form else "not among its `values`", help_)

    return Flaw("F005", untold.column, untold.rows, say, untold.places[untold.rows])


def rejected_columns(names: Collection[str]) -> tuple[str, ...]:
    """The columns that `licet batch` adds to rows which it left out, if all of them are there: no facts of the rows."""
    return REJECTED if all(name in names for name in REJECTED) else ()


def fields_of(policy: ir.Policy, name: str) -> Mapping[str, ir.Field]:
    """The fields of an entity, or the parameters of a relation."""
    return policy.entities[name].fields if name in policy.entities else policy.relations[name].parameters


def without_empty_rows(cells: Cells) -> Cells:
    """The rows in which anything is written."""
    if not cells.columns or not len(cells.numbers):
        return cells
    if any(not column.null_count and not pa.types.is_null(column.type) for column in cells.columns[:2]):
        return cells  # what is in every row tells at once that none is empty
    empty = np.logical_and.reduce([_blank(column) for column in cells.columns])
    if not empty.any():
        return cells
    return cells.kept(~empty)


def _blank(column: pa.Array) -> NDArray[np.bool_]:
    return np.asarray(column.is_null().to_numpy(zero_copy_only=False), np.bool_)


def id_texts(column: pa.Array) -> tuple[pa.StringArray, list[int]]:
    """Ids without space around them, empty where there is none, and the rows whose id is not UTF-8."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_decimal(column.type):
        column = numbers_as_texts(column)
        column = column if pa.types.is_string(column.type) else column.dictionary_decode()
    elif not is_text(column.type):
        column = pa.array([shown(cell) if cell.is_valid else None for cell in column], pa.string())
    undecoded: list[int] = []
    try:
        texts = utf8(column).cast(pa.string())
    except pa.ArrowInvalid:
        found = texts_of(column.cast(pa.large_binary()).fill_null(b""))
        undecoded = [row for row, text in enumerate(found) if text is None]
        texts = pa.array([text or "" for text in found], pa.string())
    return pc.utf8_trim_whitespace(composed(texts.fill_null(""))), undecoded


def _with_several(column: pa.Array) -> NDArray[np.int64]:
    """The rows whose id is a list or a mapping, as such or as JSON."""
    if pa.types.is_nested(column.type):
        return np.flatnonzero(column.is_valid().to_numpy(zero_copy_only=False))
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return np.array([], np.int64)
    opened = pc.or_(pc.starts_with(column, "["), pc.starts_with(column, "{")).fill_null(False)
    rows = np.flatnonzero(opened.to_numpy(zero_copy_only=False))
    return np.array([row for row in rows if json_collection(column[row].as_py()) is not None], np.int64)


def _with_hidden(ids: pa.StringArray) -> NDArray[np.int64]:
    """The rows whose id has a character that nobody sees."""
    unlike = np.flatnonzero(pc.match_substring_regex(ids, "[^ -~]").to_numpy(zero_copy_only=False))
    hidden = [row for row, id_ in zip(unlike, ids.take(pa.array(unlike)).to_pylist(), strict=True) if hidden_in(id_)]
    return np.array(hidden, np.int64)


def _lists_of_names(column: pa.Array) -> list[list[str]]:
    """The names in each cell: `a; b`, `a | b`, `[a, b]` or a list."""
    found = []
    for cell in column.to_pylist() if _is_list(column) else texts_of(id_texts(column)[0]):
        names = (
            [str(name or "") for name in cell]
            if isinstance(cell, list)
            else re.split(r"[;|,]", (cell or "").strip("[] "))
        )
        found.append([name.strip().strip('"') for name in names if name and name.strip()])
    return found


def _is_list(column: pa.Array) -> bool:
    return bool(pa.types.is_list(column.type) or pa.types.is_large_list(column.type))


def _cell(name: str) -> str:
    return f"`{shortened(name)}`"


# ---- which entity or relation a table is of


def table_name(sheet: Sheet, policy: ir.Policy, first: Cells | None, wanted: str | None = None) -> str:
    """The entity or relation that a sheet is a table of: as asked for, by its name, or the one that its columns fit.

    Errors: `UsageError` where `wanted` is unknown, `SheetError` where name and columns do not tell.
    """
    known = [*policy.entities, *policy.relations]
    if wanted is not None:
        if wanted not in known:
            near = did_you_mean(wanted, known)
            raise UsageError(f"there is no entity or relation `{wanted}`" + (f"; {near}" if near else ""))
        return wanted
    title = next((title for title in sheet.titles if title in known), None)
    if title is not None:
        return title
    names = {name for name in first.names if name and name not in sheet.keys} if first else set()
    fitting = [name for name in known if _fits(policy, name, names)] if names else []
    if len(fitting) == 1 or (sheet.folder in known and (sheet.folder in fitting or not fitting)):
        return fitting[0] if len(fitting) == 1 else sheet.folder
    if fitting:
        help_ = "say which with `--table`: it fits " + ", ".join(f"`{name}`" for name in fitting)
    else:
        near = did_you_mean(sheet.titles[0], known).removesuffix("?")
        help_ = near or f"name the file after an entity or relation, or say `--table {policy.an_entity}`"
        help_ += "" if not names else "; for other columns `licet map --guess` writes a first map"
    help_ = heads_help(first.names, help_) if first is not None else help_
    message = f"{sheet.called} is named after no entity or relation, and its columns "
    message += "fit more than one" if fitting else "fit none"
    raise SheetError(Diagnostic("F004", message, help=help_))


def _fits(policy: ir.Policy, name: str, columns: set[str]) -> bool:
    fields = {f.name for f in fields_of(policy, name).values() if not f.derived}
    if name in policy.entities:
        own = columns - {"id", "open", *_PROVENANCE, *rejected_columns(columns)}
        return "id" in columns and bool(own & fields) and own <= fields | {ir.ACCEPTED}
    own = columns - {*_PROVENANCE, *rejected_columns(columns)}
    return bool(own) and own <= fields and set(policy.relations[name].key) <= columns
