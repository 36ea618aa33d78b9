"""The rows of a table read batch by batch that are held all the same: those that ask for others by more than running
totals, and those that they may ask for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from licet.facts.inventory.from_tables import tables_joined
from licet.facts.tables import Coded, Column, Plain, Table
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.equations import conjuncts
from licet.ir.walk import Part, parts
from licet.plan.bits import SELF
from licet.run.columnar.batch import is_passing
from licet.run.columnar.formulas import Vector
from licet.run.columnar.others import asks, may_ask, ranges_over_all
from licet.run.columnar.row_batch import Binding, Frame
from licet.run.columnar.running import Bools, F, Ints, variables
from licet.run.columnar.summed import is_about, members
from licet.values import counted

PLACE = "(held)"  # the column that says where a row that asks stands among those that are held; no field is called so
ASKS_NONE = -1
Otherwise = Mapping[str, tuple[ir.Live, n.Formula]]
Further = Callable[[Ints], Mapping[str, Column]]
_Ranging = n.Some | n.Every | n.Aggregate


class NotKnownError(Exception):
    """Why a table is not decided batch by batch: something that a total reads is not known, its sums do not fit, or
    rows may ask for any others. Says what.
    """


@dataclass(frozen=True, slots=True, eq=False)
class _Members:
    """What a rule goes through: rows called so, of which these conditions hold that are of the row alone."""

    variable: str
    tests: tuple[n.Formula, ...]

    def of(self, table: Table, vector: Vector) -> Bools:
        own = members(vector, self.variable, Binding(table), table.length)
        found = np.ones(table.length, np.bool_)
        for test in self.tests:
            found &= vector.truth(test, own) != F
        return found


class HeldRows:
    """Takes the batches of a table, and keeps of each what rows that ask need."""

    def __init__(self, policy: ir.Policy, entity: str, otherwise: Otherwise) -> None:
        """`otherwise` has the conditions, by the names of rules, that ask some rows for more than totals."""
        self._policy = policy
        self._entity = entity
        self._otherwise = otherwise
        self.may_take_more = is_passing(policy, entity)  # else what is concluded of a row asked for may be asked for
        self._members = {
            name: _gone_through(body, SELF, entity) if self.may_take_more else None
            for name, (_, body) in otherwise.items()
        }
        self._tables: list[Table] = []
        self._numbers: list[Ints] = [np.zeros(0, np.int64)]
        self._asking: list[Ints] = [np.zeros(0, np.int64)]  # their numbers
        self._wanted: list[Ints] = [np.zeros(0, np.int64)]

    def add(self, table: Table, numbers: Ints, vector: Vector, outer: Frame) -> None:
        """Takes the rows of a batch, which stand under `numbers`. Errors: `NotKnownError`."""
        asking, wanted = np.zeros(table.length, np.bool_), np.zeros(table.length, np.bool_)
        for name, (live, body) in self._otherwise.items():
            found = may_ask(live, body, SELF, self._entity, vector, outer)
            gone_through = self._members[name]
            if gone_through is None and found.any():
                said = counted(int(found.sum()), "row")
                raise NotKnownError(f"`{name}` asks {said} for others by more than sums")
            asking |= found
            for one in gone_through or ():
                wanted |= one.of(table, vector)
        rows = np.flatnonzero(asking | wanted)
        self._asking.append(numbers[asking])
        if len(rows):
            self._tables.append(_taken(table, rows))
            self._numbers.append(numbers[rows])

    def ask(self, numbers: Ints) -> None:
        """Further rows ask, who stand under these numbers."""
        self._asking.append(numbers)
        self.want(numbers)

    def want(self, numbers: Ints) -> None:
        """Rows that are to be held, and may have been already."""
        self._wanted.append(numbers)

    def take(self, table: Table, numbers: Ints) -> None:
        """Takes the rows of a batch that are wanted and not held yet, when all that are wanted are told."""
        rows = np.flatnonzero(np.isin(numbers, np.concatenate(self._wanted)))
        rows = rows[~np.isin(numbers[rows], np.concatenate(self._numbers))]
        if len(rows):
            self._tables.append(_taken(table, rows))
            self._numbers.append(numbers[rows])

    def held(self, further: Further) -> tuple[Table, Further] | None:
        """The rows that are held, with what is said of numbers of rows besides, and what says of rows where they stand
        there; None where no row asks.
        """
        asking, numbers = np.unique(np.concatenate(self._asking)), np.concatenate(self._numbers)
        if not len(asking):
            return None
        joined = tables_joined(self._tables, self._policy)
        order = np.argsort(numbers, kind="stable")
        places = order[np.searchsorted(numbers[order], asking)]

        def place(wanted: Ints) -> Mapping[str, Column]:
            at = np.minimum(np.searchsorted(asking, wanted), len(asking) - 1)
            found = np.where(asking[at] == wanted, places[at], ASKS_NONE)
            return {PLACE: Plain(found, np.zeros(len(wanted), np.uint8))}

        return replace(joined, columns={**joined.columns, **further(numbers)}), place


def _gone_through(body: n.Formula, variable: str, entity: str) -> Sequence[_Members] | None:
    """All that a condition about a record goes through beside running totals; None where it is not known of which rows
    what it asks there depends, for it goes through others again.
    """
    found = list(dict.fromkeys(_ranging(body, variable, entity)))
    if any(asks(inner, entity) for node in found for inner in parts(node)):
        return None
    return [_Members(node.each.variable, tuple(_alone(node))) for node in found]


def _ranging(part: Part, variable: str, entity: str) -> Iterator[_Ranging]:
    """The outermost that go through all records."""
    if isinstance(part, _Ranging) and ranges_over_all(part, entity):
        if not (isinstance(part, n.Aggregate) and is_about(part, variable)):
            yield part
        return
    for inner in part.rows.conditions if isinstance(part, n.RowAbove) else parts(part):
        yield from _ranging(inner, variable, entity)


def _alone(node: _Ranging) -> Iterator[n.Formula]:
    """The conditions of a filter on facts of the member alone."""
    for part in () if node.where is None else conjuncts(node.where):
        if variables(part) == {node.each.variable}:
            yield part


def _taken(table: Table, rows: Ints) -> Table:
    """Some rows of a table, with no more facts than they have."""
    some = table.take(rows)
    return replace(some, columns={name: _own(column) for name, column in some.columns.items()})


def _own(column: Column) -> Column:
    if not isinstance(column, Coded):
        return column
    used, codes = np.unique(column.codes, return_inverse=True)
    return Coded(codes.astype(np.int32), [column.facts[code] for code in used.tolist()])
