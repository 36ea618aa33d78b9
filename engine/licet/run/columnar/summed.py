"""Running totals of a table that is not held: what each of its rows asks for stands beside the row, in a column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from licet.facts.tables import Plain, Table
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.remembered import by_policy
from licet.ir.rewrite import renamed
from licet.ir.strata import Strata
from licet.ir.walk import parts_of, walk
from licet.plan.bits import SELF
from licet.run.columnar.aggregates import Addends
from licet.run.columnar.distinct_evaluation import path_of
from licet.run.columnar.fact_kinds import NOTHING, kinds
from licet.run.columnar.row_batch import Binding, Frame, World
from licet.run.columnar.running import Bools, FilterPlan, Ints, plan_of
from licet.values import Number, State

if TYPE_CHECKING:
    from licet.run.columnar.formulas import Vector

NO_ROWS = np.zeros(0, np.int64)


@by_policy
def totals_over(policy: ir.Policy, entity: str) -> tuple[n.Aggregate, ...]:
    """The running totals that rules and checks of an entity have over all of its records, each once, about a row called
    `SELF`.
    """
    return tuple(dict.fromkeys(_spelled(policy, entity).values()))


@by_policy
def _spelled(policy: ir.Policy, entity: str) -> Mapping[n.Aggregate, n.Aggregate]:
    """The same as rules and checks have them, whatever they call the row."""
    found: dict[n.Aggregate, n.Aggregate] = {}
    asked = [(rule.variable, part) for rule in Strata.of(policy).about.get(entity, ()) for part in parts_of(rule)]
    asked += [(check.variable, check.body) for check in policy.checks.values() if check.entity == entity]
    for variable, part in asked:
        for node in walk(part):
            if (
                isinstance(node, n.Aggregate)
                and node.each.kind == "population"
                and node.each.name == entity
                and is_about(node, variable)
            ):
                found[node] = renamed(node, variable, SELF)
    return found | {total: total for total in found.values()}


def is_about(aggregate: n.Aggregate, variable: str) -> bool:
    """Whether it is a running total that asks of nothing but the row that a variable stands for, whom it is about."""
    plan = plan_of(aggregate)
    asked = () if plan is None else (plan.other, *(equation.other for equation in plan.equal))
    named = {node.name for operand in asked for node in walk(operand) if isinstance(node, n.Variable)}
    return bool(asked) and named <= {variable}


def as_recorded(aggregate: n.Aggregate) -> n.Aggregate:
    """The same, if its members are supposed to be more than what is recorded."""
    each = aggregate.each
    if not isinstance(each, n.SupposedOpen):
        return aggregate
    return replace(aggregate, each=n.Each(each.span, each.variable, each.type, each.kind, each.name, each.members))


def column_of(number: int) -> str:
    """What the column with one of `totals_over` is called; no field is called so."""
    return f"(total {number})"


def beside(policy: ir.Policy, table: Table) -> _Beside | None:
    """The totals that a table brings along; None where it brings none."""
    if column_of(0) not in table.columns:
        return None
    number = {total: i for i, total in enumerate(totals_over(policy, table.name))}
    spelled = _spelled(policy, table.name)
    return _Beside(table, {total: column_of(number[about_row]) for total, about_row in spelled.items()})


@dataclass(frozen=True, slots=True, eq=False)
class _Beside:
    """The columns of totals, under whatever name the row has in them, and what a total is for one row; None where it is
    found among the rows that are there.
    """

    table: Table
    columns: Mapping[n.Aggregate, str]

    def __call__(self, total: n.Aggregate, env: Mapping[str, Any], /) -> Number | None:
        column = self.columns.get(total)
        plan = None if column is None else plan_of(total)
        if column is None or plan is None:
            return None
        assert isinstance(plan.other, n.Variable)
        found = self.table.columns[column].fact(self.table.rows_by_id[env[plan.other.name]])
        assert found is State.ABSENT or isinstance(found, int | Fraction)
        return None if found is State.ABSENT else found


def open_rows(world: World, aggregate: n.Aggregate, frame: Frame) -> Ints:
    """The rows of a frame for which such a total is no number beside them: what it reads is not all known, and is held
    with them.
    """
    plan = plan_of(aggregate)
    path = None if plan is None else path_of(plan.other, frozenset(frame.bindings))
    table = world.table(aggregate.each.name)
    column = table.columns[world.summed[as_recorded(aggregate)]]
    assert isinstance(column, Plain)
    if path is None or column.known.all():
        return NO_ROWS
    rows = frame.rows_at(*path, table.name)
    return np.flatnonzero((rows < 0) | ~column.known[np.maximum(rows, 0)])


class Summed:
    """One of them, for rows of its table of which it is known; asked as `Running` is."""

    strange = NO_ROWS

    def __init__(self, plan: FilterPlan, aggregate: n.Aggregate, table: Table, column: str) -> None:
        found = table.columns[column]
        assert isinstance(found, Plain)
        self._plan, self._own, self._table, self._sums = plan, aggregate.each.variable, table, found.values
        self.addends = Addends(10**found.scale, NO_ROWS.astype(np.int32), np.zeros((4, 0), np.int64))

    def before(self, vector: Vector, outer: Frame, rows: Ints) -> tuple[Ints, Bools]:  # noqa: ARG002
        sums = self._sums[rows]
        nothing = np.zeros_like(sums)
        return np.stack([sums, sums, nothing, nothing]), np.zeros(outer.length, np.bool_)

    def may_have_more(self, vector: Vector, outer: Frame, rows: Ints) -> Bools:
        """Whether a member of which nothing is known may be earlier, and of the group."""
        found = self._asks(vector, outer, rows)
        nobody = members(vector, self._own, Binding(self._table, np.full(1, -1), (), nameless=True), 1)
        if any(vector.truth(test, nobody)[0] == 0 for test in self._plan.tests):
            found[:] = False
        return found

    def _asks(self, vector: Vector, outer: Frame, rows: Ints) -> Bools:
        days = vector.readings(self._plan.day, members(vector, self._own, Binding(self._table, rows), len(rows)))
        found = np.array([day is not State.NOT_APPLICABLE for day in days.facts], np.bool_)[days.codes]
        for equation in self._plan.equal:
            side = vector.readings(equation.other, outer)
            found &= (kinds(side.facts) != NOTHING)[side.codes]
        return found


def members(vector: Vector, variable: str, binding: Binding, length: int) -> Frame:
    """Rows that a total goes through, or some of them, each by itself; no day governs what is asked of them."""
    undated = np.zeros(length, np.int32)
    return Frame(vector.world, {variable: binding}, length, (None,), undated, undated)
