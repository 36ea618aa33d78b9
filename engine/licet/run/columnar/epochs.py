"""Stretches of days throughout which everything that rules read of the resident tables stays the same."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

import numpy as np

from licet.facts.tables import Coded, Plain, Table, Tables
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.effects import term_values
from licet.ir.operators import COMPARISONS, FLIPPED, Operator
from licet.ir.remembered import by_policy
from licet.ir.walk import Part, parts
from licet.values import Day, Range, ends_of

_DAY = timedelta(days=1)


class Epochs:
    """Days are equivalent if no rule, list or recorded day that is compared with the day changes between them.

    Where the day is read in another way, each day is an epoch of its own.
    """

    def __init__(self, policy: ir.Policy, resident: Tables, streamed: str | None = None) -> None:
        changes = {day for rule in policy.rules.values() for day in ends_of_rule(rule)}
        changes |= {day for dated in policy.lists.values() for day in dated.days()}
        changes |= {day for parameter in policy.parameters.values() for day in parameter.days()}
        self._exact = False
        tables: Mapping[str, Table] = {**resident.entities, **resident.relations}
        for operator, other in _days_read(policy, streamed):
            match other:
                case n.Known(value=value):
                    changes |= set(turns(operator, value))
                case n.FieldOf(base=base, name=name) if not isinstance(base, n.AsOf):
                    table = tables.get(base.type.name)
                    facts = recorded(table.columns.get(name)) if table is not None else ()
                    changes |= {day for fact in facts for day in turns(operator, fact)}
                case _:
                    self._exact = True
        self._changes = sorted(changes)

    def of(self, day: Day) -> object:
        """What is equal for days of one epoch, and for days that lie between two of the same; one that nobody knows is
        of an epoch of its own.
        """
        if day is None or self._exact:
            return day
        first, last = stretches(self._changes, day)
        return first if first == last else (first, last)


def stretches(changes: Sequence[date], day: Day) -> tuple[int, int]:
    """The first and the last of the stretches between changes, in order, in which a day may lie."""
    low, high = ends_of(day)
    return (
        0 if low is None else bisect_right(changes, low),
        len(changes) if high is None else bisect_right(changes, high),
    )


def ends_of_rule(rule: ir.Rule) -> Iterator[date]:
    """The days from which a rule stands otherwise than before."""
    stands = rule.live
    for intervals in (stands.in_force, stands.suspended, stands.not_enforced, stands.unconfirmed):
        for interval in intervals:
            yield from _ends(interval)


def changes_of(policy: ir.Policy, name: str) -> Iterator[date]:
    """The days from which a list or a parameter, which share their names, may say something else than before."""
    yield from policy.lists[name].days() if name in policy.lists else policy.parameters[name].days()


def _ends(interval: ir.Interval) -> Iterator[date]:
    yield from (day for day in (interval.start, interval.end) if day is not None)


def turns(operator: Operator, fact: object) -> Iterator[date]:
    """The days from which the day of the decision compares otherwise with a fact than before."""
    before, on, after = COMPARISONS[operator].orders
    for day in (fact.low, fact.high) if isinstance(fact, Range) else (fact,):
        if isinstance(day, date):
            if before != on:
                yield day
            if on != after:
                yield day + _DAY


def against_day(formula: n.Compare) -> tuple[Operator, n.Operand] | None:
    """How the day of the decision is compared, and with what; None where it is on neither side."""
    if isinstance(formula.left, n.AsOf):
        return formula.operator, formula.right
    return (FLIPPED[formula.operator], formula.left) if isinstance(formula.right, n.AsOf) else None


def recorded(column: Coded | Plain | None) -> Sequence[object]:
    """The different facts of a column of days."""
    if isinstance(column, Plain):
        return [column.value(v) for v in np.unique(column.values[column.states == 0])]
    return column.facts if isinstance(column, Coded) else ()


@by_policy
def _days_read(policy: ir.Policy, streamed: str | None) -> tuple[tuple[Operator, n.Operand], ...]:
    """How conclusions about resident things use the day of a decision; any other use is as if compared with itself."""
    rules = [rule for rule in policy.rules.values() if rule.entity != streamed]
    bodies = [rule.body for rule in rules if rule.body is not None]
    values = [effect.value for rule in rules for effect in term_values(rule.effects)]
    return tuple(read for part in (*bodies, *values) for read in _reads(part))


def _reads(node: Part) -> Iterator[tuple[Operator, n.Operand]]:
    compared = against_day(node) if isinstance(node, n.Compare) else None
    if compared is not None:
        yield compared
    elif isinstance(node, n.AsOf):
        yield "=", node
    else:
        for part in parts(node):
            yield from _reads(part)
