"""Rows to judge: what each variable of a formula stands for in each row, and the day that governs the row."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from licet.facts.concatenate import absent, joined
from licet.facts.store import Facts, Opening
from licet.facts.tables import STATES, Coded, Plain, Table, Tables, coded, facts_from_tables
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.types import Kind, Type
from licet.run.reference.formulas import Bound, Nameless, Row
from licet.values import Day, Fact, Number, State

Rows = NDArray[np.int64]
Path = tuple[str, ...]
ABSENT_REFERENCE, NO_REFERENCE = -1, -2  # in place of a row: not known which, surely none


class World:
    """The tables that every row may look into, in columns and as records."""

    def __init__(
        self,
        policy: ir.Policy,
        tables: Tables,
        facts: Facts | None = None,
        like: World | None = None,
        summed: Beside | None = None,
    ) -> None:
        """`like` has the same relations; what was made of them is used again. `summed` are totals over a table of which
        no more than a batch is there.
        """
        self.policy = policy
        self.tables = tables
        self.facts = facts if facts is not None else facts_from_tables(tables)
        self.batch: str | None = None  # an entity of which no more than a batch of rows is there
        self.summed: Mapping[n.Aggregate, str] = {} if summed is None else summed.columns
        if summed is not None:
            self.facts = replace(self.facts, sums=summed)
        self.opened: dict[str, Table] = {} if like is None else like.opened  # relations with what may be besides
        # what `ranked` made of two columns of facts; these are held, for their ids are in the keys
        self.ranked: dict[Hashable, tuple[object, Any]] = {}
        self.spans: dict[tuple[Day, ...], Mapping[str, Any]] = {}  # what `spans_of` found, for days of epochs

    def table(self, name: str) -> Table:
        """An entity's or relation's table; an empty one where nothing is recorded."""
        found = self.tables.entities.get(name) or self.tables.relations.get(name)
        if found is not None:
            return found
        return Table(name, 0, {}, pa.array([], pa.string()) if name in self.policy.entities else None)

    def with_openings(self, relation: str) -> tuple[Table, Sequence[Opening]]:
        """A relation's rows, and after them those that records' own marks make possible."""
        table, openings = self.table(relation), self.tables.opened.get(relation, ())
        if not openings:
            return table, ()
        if relation not in self.opened:
            self.opened[relation] = _with_openings(table, openings)
        return self.opened[relation], openings

    def field_type(self, owner: str, name: str) -> Type:
        entity = self.policy.entities.get(owner)
        return entity.fields[name].type if entity else self.policy.relations[owner].parameters[name].type

    def rows_of(self, type_: str, facts: Sequence[Any]) -> Rows:
        """Where the entities that facts refer to stand; else one of the two codes for none.

        A column may list facts that no row has, such as those of rows that were left out; they may refer to nothing.
        """
        places: Mapping[str, int] = self.table(type_).rows_by_id if self.table(type_).ids is not None else {}
        return np.fromiter(
            (
                places.get(fact, ABSENT_REFERENCE)
                if isinstance(fact, str)
                else NO_REFERENCE
                if fact is State.NOT_APPLICABLE
                else ABSENT_REFERENCE
                for fact in facts
            ),
            np.int64,
            len(facts),
        )


def _with_openings(table: Table, openings: Sequence[Opening]) -> Table:
    names = dict.fromkeys([*table.columns, *(name for opening in openings for name, _ in opening.facts)])
    columns = {
        name: joined(
            [table.columns.get(name) or absent(table.length), coded([opening.get(name) for opening in openings])]
        )
        for name in names
    }
    return Table(table.name, table.length + len(openings), columns)


class Beside(Protocol):
    """What totals over a table are for each row of a batch of it, and in which column of the batch."""

    @property
    def columns(self) -> Mapping[n.Aggregate, str]: ...

    def __call__(self, total: n.Aggregate, env: Mapping[str, Any], /) -> Number | None: ...


@dataclass(frozen=True, slots=True, eq=False)
class Binding:
    """A variable stands for row `rows[i]` of a table in row i; without `rows`, for one after the other.

    The last rows of a table may be `further` ones, which records' own marks make possible; with `nameless`, -1 stands
    for a further row of which nothing is known.
    """

    table: Table
    rows: Rows | None = None
    further: Sequence[Opening] = ()
    nameless: bool = False

    @property
    def named(self) -> int:
        """How many rows the table has of those that are recorded."""
        return self.table.length - len(self.further)

    def unrecorded(self, rows: Rows) -> NDArray[np.bool_]:
        """Which of some rows of the table are further ones."""
        return (rows < 0) | (rows >= self.named)

    def take(self, rows: Rows) -> Binding:
        return replace(self, rows=rows if self.rows is None else self.rows[rows])

    def of(self, column: Coded | Plain) -> Coded | Plain:
        """A column of the table in the order of the rows; nameless ones are left out."""
        if self.rows is None:
            return column
        return column.take(self.rows[self.rows >= 0] if self.nameless else self.rows)


@dataclass(eq=False)
class Frame:
    """`day[i]` is the place in `days` of the day that governs row i; `epoch` likewise, for what is the same throughout
    a stretch of days.
    """

    world: World
    bindings: Mapping[str, Binding]
    length: int
    days: Sequence[Day]
    day: NDArray[np.int32]
    epoch: NDArray[np.int32]
    _leaves: dict[tuple[str, Path], Coded] = field(default_factory=dict)
    _places: dict[tuple[str, Path], Rows] = field(default_factory=dict)
    # what the judge finds of its days: those of the rows, or the one of all
    by_list: dict[frozenset[str], tuple[NDArray[np.int32] | None, int | None]] = field(default_factory=dict)

    @cached_property
    def one_day(self) -> int | None:
        """The place of the day that governs every row, if it is the same one."""
        same = self.length > 0 and (len(self.days) == 1 or self.day.min() == self.day.max())
        return int(self.day[0]) if same else None

    @cached_property
    def one_epoch(self) -> int | None:
        same = self.length > 0 and (len(self.days) == 1 or self.epoch.min() == self.epoch.max())
        return int(self.epoch[0]) if same else None

    def take(self, rows: Rows) -> Frame:
        """Some of the rows, in the order given."""
        bindings = {name: binding.take(rows) for name, binding in self.bindings.items()}
        return Frame(self.world, bindings, len(rows), self.days, self.day[rows], self.epoch[rows])

    def bind(self, name: str, binding: Binding) -> Frame:
        """The same rows with one more variable."""
        bindings = {**self.bindings, name: binding}
        return Frame(self.world, bindings, self.length, self.days, self.day, self.epoch)

    # ---- what a path from a variable says

    def plain(self, name: str, path: Path) -> Plain | None:
        """A column of the variable's own table that holds plain numbers or days."""
        binding = self.bindings[name]
        column = binding.table.columns.get(path[0]) if len(path) == 1 else None
        if not isinstance(column, Plain) or binding.nameless:
            return None
        taken = binding.of(column)
        return taken if isinstance(taken, Plain) else None

    def leaf(self, name: str, path: Path) -> Coded:
        """The facts at the end of a path in coded form; an empty path is the thing itself, by its id."""
        key = (name, path)
        if key not in self._leaves:
            self._leaves[key] = self._own(name, path) if len(path) < 2 else self._through(name, path)
        return self._leaves[key]

    def places(self, name: str, path: Path) -> Rows:
        """The codes of a leaf as indices; converted once, since looking up with narrower ones converts each time."""
        key = (name, path)
        if key not in self._places:
            self._places[key] = self.leaf(name, path).codes.astype(np.int64)
        return self._places[key]

    def _own(self, name: str, path: Path) -> Coded:
        binding = self.bindings[name]
        table = binding.table
        if path in ((), ("id",)) and table.ids is not None:
            column: Coded | Plain | None = Coded(np.arange(table.length, dtype=np.int32), table.id_list)
        else:
            column = table.columns.get(path[0])
        taken = binding.of(column or Coded(np.zeros(table.length, np.int32), (State.ABSENT,)))
        named = as_coded(taken) if isinstance(taken, Plain) else taken
        return self._with_nameless(binding, named) if binding.nameless else named

    def _with_nameless(self, binding: Binding, named: Coded) -> Coded:
        assert binding.rows is not None
        codes = np.full(self.length, len(named.facts), np.int32)
        codes[binding.rows >= 0] = named.codes
        return Coded(codes, (*named.facts, State.ABSENT))

    def _through(self, name: str, path: Path) -> Coded:
        base = self.leaf(name, path[:-1])
        owner = self.type_at(name, path[:-1])
        table = self.world.table(owner)
        rows = self.world.rows_of(owner, base.facts)
        if path[-1] == "id":
            return Coded(base.codes, [f if r >= 0 else _of_missing(r) for f, r in zip(base.facts, rows, strict=True)])
        column = table.columns.get(path[-1])
        known = rows >= 0
        if column is None:
            inner = Coded(np.zeros(int(known.sum()), np.int32), (State.ABSENT,))
        else:
            taken = column.take(rows[known])
            inner = as_coded(taken) if isinstance(taken, Plain) else taken
        size = len(inner.facts)
        lookup = np.where(rows == NO_REFERENCE, size + 1, size).astype(np.int32)
        lookup[known] = inner.codes
        return Coded(lookup[base.codes], (*inner.facts, State.ABSENT, State.NOT_APPLICABLE))

    def refers(self, name: str, path: Path) -> Mapping[str, object] | None:
        """What the end of a path may refer to, by id; None where it is no reference."""
        if not path or path[-1] == "id":
            return None
        type_ = self.world.field_type(self.type_at(name, path[:-1]), path[-1])
        return self.world.facts.entities.get(type_.name, {}) if type_.kind is Kind.ENTITY else None

    def type_at(self, name: str, path: Path) -> str:
        """The entity that a path leads to."""
        owner = self.bindings[name].table.name
        for step in path:
            owner = self.world.field_type(owner, step).name if step != "id" else owner
        return owner

    def _rows(self, binding: Binding) -> Rows:
        return np.arange(self.length) if binding.rows is None else binding.rows

    def rows_at(self, name: str, path: Path, type_: str) -> Rows:
        """Where the things at the end of a path stand in the table of their type."""
        binding = self.bindings[name]
        if not path and not binding.nameless:
            return self._rows(binding)
        coded = self.leaf(name, path)
        return self.world.rows_of(type_, coded.facts)[coded.codes]

    def records_at(self, name: str, path: Path) -> Rows:
        """Where the records at the end of a path stand in their table, a relation's too; below zero where unknown."""
        if path:
            return self.rows_at(name, path, self.type_at(name, path))
        binding = self.bindings[name]
        rows = self._rows(binding)
        return np.where(rows < binding.named, rows, -1) if binding.further else rows

    def numbered(self, name: str, path: Path) -> tuple[NDArray[np.int32], int]:
        """The same as codes, with their number; further rows are told apart."""
        if path:
            places, length = self.records_at(name, path), self.world.table(self.type_at(name, path)).length
        else:
            binding = self.bindings[name]
            places, length = self._rows(binding), binding.table.length
        return (places + 2).astype(np.int32), length + 2

    def bound(self, name: str, row: int) -> Bound:
        """What a variable stands for in a row, as the reference has it."""
        binding = self.bindings[name]
        place = row if binding.rows is None else int(binding.rows[row])
        table = binding.table
        if place < 0 or place >= binding.named:
            type_ = Type(Kind.ROW if table.ids is None else Kind.ENTITY, table.name)
            return Nameless(type_, binding.further[place - binding.named] if place >= 0 else None)
        return Row(table.name, place) if table.ids is None else table.id_list[place]


def _of_missing(row: int) -> Fact:
    return State.NOT_APPLICABLE if row == NO_REFERENCE else State.ABSENT


def as_coded(column: Plain) -> Coded:
    """A plain column in coded form."""
    values, codes = np.unique(column.values, return_inverse=True)
    facts = [column.value(v) for v in values]
    codes = codes.astype(np.int32)
    strange = column.states != 0
    if strange.any():
        codes[strange] = len(facts) + column.states[strange].astype(np.int32) - 1
    return Coded(codes, (*facts, *STATES[1:]))  # type: ignore[arg-type]


def distinct(columns: Sequence[tuple[NDArray[np.int32], int]], length: int) -> tuple[NDArray[np.int64], Rows]:
    """The different combinations of codes: for each row the number of its combination, and a row that shows each.

    A column comes with the number of its codes.
    """
    key = np.zeros(length, np.int64)
    size = 1
    for codes, different in columns:
        if size * different > 1 << 62:
            _, key = np.unique(key, return_inverse=True)
            size = length
        key = key * different + codes if size > 1 else codes.astype(np.int64)
        size *= max(different, 1)
    if size <= max(1 << 12, 4 * length):
        shown = np.full(size, -1, np.int64)
        shown[key[::-1]] = np.arange(length - 1, -1, -1)
        present = shown >= 0
        number = np.cumsum(present) - 1
        return number[key], shown[present]
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    return inverse, first
