"""Rows of two tables beside each other, in columns: which are the same, which differ and in what, which come or go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from licet.facts.tables import STATES, Coded, Column, Plain, Table
from licet.values import Fact, State

Mask = NDArray[np.bool_]
Places = NDArray[np.int64]
_SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True, eq=False)
class RowChanges:
    """Of each row of the table of today: its place in the one before, or -1; and by field, whether that is another."""

    places: Places
    fields: Mapping[str, Mask]
    gone: int

    @property
    def is_moved(self) -> bool:
        """Whether a row came or went."""
        return bool(self.gone or (self.places < 0).any())

    @property
    def rows(self) -> Mask:
        """Those that are new, or in some field another."""
        found: Mask = self.places < 0
        for mask in self.fields.values():
            found = found | mask
        return found


def row_changes(before: Table, after: Table) -> RowChanges:
    """What is recorded of an entity, by id; of a relation by place."""
    if before.ids is None or after.ids is None:
        places = np.arange(after.length)
        places[before.length :] = -1
    else:
        places = places_of(before.ids, after.ids)
    known = places >= 0
    names = {**before.columns, **after.columns}
    if not known.any():
        return RowChanges(places, {}, before.length)
    fields = {name: known & ~_same(before.columns.get(name), after.columns.get(name), places) for name in names}
    return RowChanges(places, fields, before.length - int(known.sum()))


def places_of(before: pa.Array, after: pa.Array) -> Places:
    """Where each of some texts stands among others that are all different; -1 where it does not."""
    if before.equals(after):
        return np.arange(len(after))
    found: Places = pc.fill_null(pc.index_in(after, before), -1).to_numpy(zero_copy_only=False).astype(np.int64)
    return found


def _same(before: Column | None, after: Column | None, places: Places) -> Mask:
    """Whether each row says what it said; of a row that was not there, anything."""
    old, new = before or Coded(np.zeros(places.max(initial=0) + 1, np.int32), (State.ABSENT,)), after
    if new is None:
        new = Coded(np.zeros(len(places), np.int32), (State.ABSENT,))
    if isinstance(old, Plain) and isinstance(new, Plain) and _kind(old) == _kind(new):
        states: Mask = old.states[places] == new.states
        same: Mask = states & ((new.states != 0) | (old.values[places] == new.values))
        return same
    left, right = with_codes(old), with_codes(new)
    numbers: dict[tuple[type, Fact], int] = {}
    codes = [
        np.array([numbers.setdefault((type(fact), fact), len(numbers)) for fact in column.facts], np.int64)
        for column in (left, right)
    ]
    equal: Mask = codes[0][left.codes[places]] == codes[1][right.codes]
    return equal


def _kind(column: Plain) -> tuple[str, bool, int]:
    return column.values.dtype.str, column.days, column.scale


def with_codes(column: Column) -> Coded:
    """A column of many facts as one that has each of them once."""
    if isinstance(column, Coded):
        return column
    stored, places = np.unique(column.values, return_inverse=True)
    facts: list[Fact] = [column.value(value) for value in stored]
    codes: NDArray[np.int32] = places.astype(np.int32).reshape(-1)
    for number, rows in column.strange:
        codes[rows] = len(facts) + number
    return Coded(codes, (*facts, *(state or State.ABSENT for state in STATES)))


# ---- result tables


@dataclass(frozen=True, slots=True, eq=False)
class RowsApart:
    """Two result tables by type and id: `places` as above, and the rows of today that say something else."""

    places: Places
    differs: Mask

    @property
    def fresh(self) -> Mask:
        """Rows of today that say something else, or were not there."""
        found: Mask = self.differs | (self.places < 0)
        return found

    def of(self, before: pa.Table, after: pa.Table) -> tuple[pa.Table, pa.Table]:
        """The rows of both tables that are not the same; what is gone is among the first."""
        gone = np.ones(len(before), np.bool_)
        gone[self.places[self.places >= 0]] = False
        gone[self.places[self.differs]] = True
        return before.filter(pa.array(gone)), after.filter(pa.array(self.fresh))


def rows_apart(before: pa.Table, after: pa.Table, columns: Iterable[str]) -> RowsApart:
    """Which rows are not the same in some columns; a column that one of them lacks is empty there."""
    places = places_of(*(_keys(table) for table in (before, after)))
    known = np.flatnonzero(places >= 0)
    differs = np.zeros(len(after), np.bool_)
    rows = None if len(known) == len(before) == len(after) and (places == np.arange(len(places))).all() else known
    for name in columns:
        old, new = (_texts(table, name) for table in (before, after))
        if rows is not None:
            old, new = old.take(pa.array(places[rows])), new.take(pa.array(rows))
        apart = pc.fill_null(pc.not_equal(old, new), pc.not_equal(pc.is_null(old), pc.is_null(new)))
        differs[known] |= np.asarray(apart)
    return RowsApart(places, differs)


def _keys(table: pa.Table) -> pa.Array:
    types, ids = (table.column(name).cast(pa.string()) for name in ("type", "id"))
    return pc.binary_join_element_wise(types, ids, _SEPARATOR).combine_chunks()


def _texts(table: pa.Table, name: str) -> pa.Array:
    """Each cell as a text; a list as its members in order."""
    if name not in table.column_names:
        return pa.nulls(len(table), pa.string())
    column = table.column(name).combine_chunks()
    if pa.types.is_list(column.type):
        return pc.binary_join(column.cast(pa.list_(pa.string())), _SEPARATOR)
    return column.cast(pa.string())
