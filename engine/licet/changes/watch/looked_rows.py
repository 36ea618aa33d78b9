"""The rows of an entity that rules about a row may read besides it, in columns: see `licet.changes.looks`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from licet.changes.looks import RowLook
from licet.changes.watch.row_changes import Mask, RowChanges, places_of, with_codes
from licet.facts.indexes import SCALARS
from licet.facts.tables import Coded, Tables
from licet.ir import policy as ir
from licet.values import Fact, State


@dataclass(frozen=True, slots=True)
class FactsSaid:
    """What facts may say: some values, and with `others` any other too. What is not applicable says nothing."""

    values: frozenset[object] = frozenset()
    others: bool = False

    def __or__(self, other: FactsSaid) -> FactsSaid:
        return FactsSaid(self.values | other.values, self.others or other.others)

    def meets(self, other: FactsSaid) -> bool:
        """Whether they may say the same."""
        if self.others:
            return other.others or bool(other.values)
        return bool(self.values) if other.others else not self.values.isdisjoint(other.values)


def said(facts: Iterable[Fact]) -> FactsSaid:
    values: set[object] = set()
    others = False
    for fact in facts:
        if isinstance(fact, SCALARS):
            values.add(fact)
        elif isinstance(fact, frozenset) and all(isinstance(member, SCALARS) for member in fact):
            values |= fact
        elif fact is not State.NOT_APPLICABLE:
            others = True
    return FactsSaid(frozenset(values), others)


class LookedRows:
    """The rows of one entity in an inventory in columns."""

    def __init__(self, tables: Tables, entity: str, further: Sequence[Tables] = ()) -> None:
        """`further` are other states of the inventory: what a row refers to may say what it says there too."""
        self.table = tables.entities[entity]
        self._states = (tables, *further)
        self._coded: dict[str, Coded] = {}

    @property
    def ids(self) -> pa.Array:
        assert self.table.ids is not None
        return self.table.ids

    def column(self, field: str) -> Coded:
        if field not in self._coded:
            found = self.table.columns.get(field)
            if found is None:
                found = Coded(np.zeros(self.table.length, np.int32), (State.ABSENT,))
            self._coded[field] = with_codes(found)
        return self._coded[field]

    def may_say(self, field: str, asked: FactsSaid) -> Mask:
        """The rows of which a fact may be one of some values."""
        column = self.column(field)
        return np.array([said((fact,)).meets(asked) for fact in column.facts], np.bool_)[column.codes]

    def said_in(self, field: str, rows: NDArray[np.int64]) -> FactsSaid:
        """What the fact may be in some rows."""
        column = self.column(field)
        return said(column.facts[code] for code in np.unique(column.codes[rows]).tolist())

    # ---- of the row itself, by a path

    def path_may_say(self, path: Sequence[str], entity: ir.Entity, asked: FactsSaid) -> Mask:
        if len(path) == 1:
            return self.may_say(path[0], asked)
        column = self.column(path[0])
        told = [self._behind(fact, path, entity).meets(asked) for fact in column.facts]
        return np.array(told, np.bool_)[column.codes]

    def path_said_in(self, path: Sequence[str], entity: ir.Entity, rows: NDArray[np.int64]) -> FactsSaid:
        if len(path) == 1:
            return self.said_in(path[0], rows)
        column = self.column(path[0])
        found = FactsSaid()
        for code in np.unique(column.codes[rows]).tolist():
            found |= self._behind(column.facts[code], path, entity)
        return found

    def _behind(self, fact: Fact, path: Sequence[str], entity: ir.Entity) -> FactsSaid:
        """What is recorded of the thing that a fact names."""
        if fact is State.NOT_APPLICABLE:
            return FactsSaid()
        target = entity.fields[path[0]].type.name
        found = FactsSaid()
        for tables in self._states:
            table = tables.entities.get(target)
            row = None if table is None or not isinstance(fact, str) else table.rows_by_id.get(fact)
            if row is None:
                return FactsSaid(others=True)
            assert table is not None
            column = table.columns.get(path[1])
            found |= said((State.ABSENT if column is None else column.fact(row),))
        return found


def touched_by_looks(
    looks: Sequence[RowLook], entity: ir.Entity, before: LookedRows, after: LookedRows, changes: RowChanges
) -> Mask:
    """The rows of today of which a rule may read another row that is not what it was."""
    found = np.zeros(after.table.length, np.bool_)
    fresh = changes.places < 0
    gone = np.ones(before.table.length, np.bool_)
    gone[changes.places[~fresh]] = False
    for look in looks:
        new = fresh.copy()
        for field, mask in changes.fields.items():
            if look.reads(field):
                new |= mask
        old = gone.copy()
        old[changes.places[new & ~fresh]] = True
        for field, value in look.given:  # neither as they were nor as they are
            asked = FactsSaid(frozenset({value}))
            was, now = before.may_say(field, asked) & old, after.may_say(field, asked) & new
            stayed = new & ~fresh
            now[stayed] |= was[changes.places[stayed]]
            was[changes.places[stayed]] = now[stayed]
            old, new = was, now
        rows = np.flatnonzero(old), np.flatnonzero(new)
        if len(rows[0]) or len(rows[1]):
            read = np.ones(after.table.length, np.bool_)
            for field, path in look.ties:
                asked = before.said_in(field, rows[0]) | after.said_in(field, rows[1])
                read &= after.path_may_say(path, entity, asked)
            for field, value in look.own:
                read &= after.may_say(field, FactsSaid(frozenset({value})))
            found |= read
    return found


class _InAnyState:
    """The rows of an entity in several states of an inventory, each record once."""

    def __init__(self, states: Sequence[Tables], entity: str) -> None:
        self.rows = [LookedRows(some, entity, states) for some in states]
        ids = [one.ids for one in self.rows]
        self.ids = ids[0] if all(one is ids[0] for one in ids) else pa.concat_arrays(ids).unique()
        self.places = [places_of(self.ids, one) for one in ids]

    def where(self, is_so: Callable[[LookedRows], Mask]) -> Mask:
        """The records of which something is so in some state."""
        found = np.zeros(len(self.ids), np.bool_)
        for rows, places in zip(self.rows, self.places, strict=True):
            found[places] |= is_so(rows)
        return found

    def said_by(self, path: Sequence[str], entity: ir.Entity, records: Mask) -> FactsSaid:
        """What some records may say in some state."""
        found = FactsSaid()
        for rows, places in zip(self.rows, self.places, strict=True):
            found |= rows.path_said_in(path, entity, np.flatnonzero(records[places]))
        return found


def looked_at(
    looks: Sequence[RowLook], entity: ir.Entity, states: Sequence[Tables], ids: Collection[str]
) -> list[NDArray[np.int64]]:
    """Of each state of an inventory the rows of some records, and those that rules about them may read besides.

    A row that is read in one state is there in all, and what a row asks for is what it asks for in any of them.
    """
    some = _InAnyState(states, entity.name)
    own: Mask = pc.is_in(some.ids, pa.array(sorted(ids), pa.string())).to_numpy(zero_copy_only=False)
    wanted = own.copy()
    for look in looks:
        asking, read = own.copy(), np.ones(len(wanted), np.bool_)
        for field, value in look.own:
            asking &= some.where(partial(LookedRows.may_say, field=field, asked=FactsSaid(frozenset({value}))))
        if not asking.any():
            continue
        for field, path in look.ties:
            told = some.said_by(path, entity, asking)
            read &= some.where(partial(LookedRows.may_say, field=field, asked=told))
        for field, value in look.given:
            read &= some.where(partial(LookedRows.may_say, field=field, asked=FactsSaid(frozenset({value}))))
        wanted |= read
    return [np.flatnonzero(wanted[places]) for places in some.places]
