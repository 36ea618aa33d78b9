"""What rules ask of all records of a table: running totals, and anything else of rows alone that their facts choose."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.one_fact import compares_one_fact
from licet.ir.remembered import by_policy
from licet.ir.walk import Part, parts, walk
from licet.run.columnar.row_batch import Frame
from licet.run.columnar.running import Bools, F, variables
from licet.run.columnar.summed import as_recorded, is_about

if TYPE_CHECKING:
    from licet.run.columnar.formulas import Vector


def asks(part: Part, entity: str) -> bool:
    """Whether it goes through all records of an entity, anywhere within."""
    return any(
        ranges_over_all(node, entity)
        or (isinstance(node, n.RowAbove) and any(asks(row, entity) for row in node.rows.conditions))
        for node in walk(part)
    )


def ranges_over_all(node: Part, entity: str) -> bool:
    """Whether it goes through all records of an entity itself."""
    if not isinstance(node, n.Some | n.Every | n.Aggregate):
        return False
    return node.each.kind == "population" and node.each.name == entity


def goes_through(part: Part, entity: str, summed: Collection[n.Aggregate]) -> bool:
    """Whether it goes through all records of an entity, but for totals that stand beside rows."""
    for node in walk(part):
        if isinstance(node, n.RowAbove) and any(goes_through(row, entity, summed) for row in node.rows.conditions):
            return True
        is_summed = isinstance(node, n.Aggregate) and as_recorded(node) in summed
        if ranges_over_all(node, entity) and not is_summed:
            return True
    return False


def sums_alone(body: n.Formula, variable: str, entity: str) -> bool:
    """Whether a condition about a record, called `variable`, asks for the others only to compare running totals."""
    return all(_compares_sums(atom, variable, entity) for atom in _atoms(body) if asks(atom, entity))


def is_guarded(policy: ir.Policy, live: ir.Live, body: n.Formula, variable: str, entity: str) -> bool:
    """Whether what it asks for beside running totals stands together with a condition on facts of the record alone."""
    if sums_alone(body, variable, entity):
        return True
    if isinstance(body, n.Limb):
        return is_guarded(policy, live, body.part, variable, entity)
    if isinstance(body, n.AllOf):
        beside = (part for part in body.parts if not asks(part, entity))
        asking = (part for part in body.parts if asks(part, entity) and not sums_alone(part, variable, entity))
        return any(on_any_day(policy, live, part, variable) is not None for part in beside) or any(
            is_guarded(policy, live, part, variable, entity) for part in asking
        )
    if isinstance(body, n.AnyOf):
        return all(is_guarded(policy, live, part, variable, entity) for part in body.parts if asks(part, entity))
    return False


@by_policy
def on_any_day(policy: ir.Policy, live: ir.Live, part: n.Formula, variable: str) -> n.Formula | None:
    """A condition on facts of one record that holds wherever this one may hold on some day, for a dated list is all
    that was ever on it; None where there is none.
    """
    if variables(part) == {variable}:
        return part
    if isinstance(part, n.Limb):
        return on_any_day(policy, live, part.part, variable)
    if not isinstance(part, n.CodeTest) or part.asks != "under" or part.negated or len(part.codes) != 1:
        return None
    (codes,) = part.codes
    if not isinstance(codes, n.ListNamed):
        return None
    listed, of = policy.lists[codes.name], codes.type
    assert of.element is not None
    always = n.SetOf(part.span, tuple(n.Known(part.span, m.member, of.element) for m in listed.members), of)
    facts = replace(part, codes=(always,))
    is_known = not listed.open and _within(live, listed.covers)
    return facts if is_known and variables(facts) == {variable} else None


def _within(live: ir.Live, covers: ir.Interval) -> bool:
    """Whether a rule stands on no day on which it is not known what is on a list."""
    return bool(live.in_force) and all(
        (covers.start is None or (days.start is not None and days.start >= covers.start))
        and (covers.end is None or (days.end is not None and days.end <= covers.end))
        for days in (*live.in_force, *live.unconfirmed, *live.not_enforced)
    )


def may_ask(live: ir.Live, body: n.Formula, variable: str, entity: str, vector: Vector, frame: Frame) -> Bools:
    """For which rows of a frame the condition may depend on others by more than running totals. It does not where a
    condition on facts of the row fails beside it, for then the rest does not matter, whatever it would say.
    """
    if sums_alone(body, variable, entity):
        return np.zeros(frame.length, np.bool_)
    if isinstance(body, n.Limb):
        return may_ask(live, body.part, variable, entity, vector, frame)
    if not isinstance(body, n.AllOf | n.AnyOf):
        return np.ones(frame.length, np.bool_)
    found = np.zeros(frame.length, np.bool_)
    for part in body.parts:
        if asks(part, entity):
            found |= may_ask(live, part, variable, entity, vector, frame)
    if isinstance(body, n.AllOf):
        for part in body.parts:
            facts = None if asks(part, entity) else on_any_day(vector.world.policy, live, part, variable)
            if facts is not None:
                fails = vector.truth(facts, frame) == F
                found &= ~(fails if facts is part else fails & _dated(variable, entity, vector, frame))
    return found


def _dated(variable: str, entity: str, vector: Vector, frame: Frame) -> Bools:
    """The rows of which the day is known: on one that is not known it is not known what is on a list."""
    day = vector.world.policy.entities[entity].day
    if not day:
        return np.zeros(frame.length, np.bool_)
    said = frame.leaf(variable, (day,))
    return np.array([isinstance(fact, date) for fact in said.facts], np.bool_)[said.codes]


def _atoms(part: Part) -> Iterator[Part]:
    """What stands below connectives."""
    if isinstance(part, n.Connective):
        for inner in parts(part):
            yield from _atoms(inner)
    else:
        yield part


def _compares_sums(atom: Part, variable: str, entity: str) -> bool:
    """Whether it compares such sums with each other, plain facts and what is written."""
    if not isinstance(atom, n.Compare):
        return False
    sums: list[Part] = []

    def fits(side: Part) -> bool:
        if isinstance(side, n.Arithmetic):
            return side.operator != "/" and fits(side.left) and fits(side.right)
        if ranges_over_all(side, entity):
            sums.append(side)
            return isinstance(side, n.Aggregate) and is_about(side, variable)
        return not any(isinstance(node, n.Some | n.Every | n.Aggregate) for node in walk(side))

    return fits(atom.left) and fits(atom.right) and not any(compares_one_fact(atom, frozenset(sums)))  # type: ignore[arg-type]
