"""The bodies of rules for things, to be asked again and again: what they come to, from conditions without parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from licet.explain.cone import alike
from licet.explain.remembered import AskedCondition
from licet.facts.store import Subject
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.run.reference.rows_above import RowsAbove
from licet.run.reference.unknown_values import F, T, U, counted
from licet.values import Truth


class BodyWorld(Protocol):
    """Where a body is asked."""

    above: RowsAbove

    def find(self, condition: AskedCondition) -> Truth:
        """The truth of a condition that is not known yet."""


Known = Mapping[AskedCondition, Truth]  # in the world where a body is asked
Body = Callable[[BodyWorld, Known], Truth]


class Bodies:
    """Of each rule and thing one; what several rules ask is one condition of a thing."""

    def __init__(self, policy: ir.Policy) -> None:
        self._alike = alike(policy)
        self._bodies: dict[tuple[int, str, Subject], Body] = {}
        self._rows: dict[tuple[int, Subject], Body] = {}
        self._below: dict[tuple[int, Subject], set[str]] = {}  # of tables: the rows that ask for those above
        self._conditions: dict[tuple[int, Subject], AskedCondition] = {}

    @property
    def conditions(self) -> Iterable[AskedCondition]:
        """All that stand in bodies that somebody asked for."""
        return self._conditions.values()

    def of(self, rule: ir.Rule, formula: n.Formula, subject: Subject) -> Body:
        """The body of a rule for a thing, or what of it an author wrote."""
        key = id(formula), rule.id, subject
        found = self._bodies.get(key)
        if found is None:
            found = self._bodies[key] = self._body(formula, rule.variable, {rule.id}, subject)
        return found

    def _body(self, formula: n.Formula, variable: str, rules: set[str], subject: Subject) -> Body:
        match formula:
            case n.Limb(part=part):
                return self._body(part, variable, rules, subject)
            case n.Earlier():
                pass
            case n.AllOf(parts=parts):
                return _first(F, *self._parts(parts, variable, rules, subject))
            case n.AnyOf(parts=parts):
                return _first(T, *self._parts(parts, variable, rules, subject))
            case n.Not(part=part):
                inner = self._body(part, variable, rules, subject)
                return lambda world, known: ~inner(world, known)
            case n.Counted(exactly=exactly, number=number, parts=parts):
                bodies = [self._body(part, variable, rules, subject) for part in parts]
                return lambda world, known: counted([b(world, known) for b in bodies], number, exactly=exactly)
            case n.Constant(truth=truth):
                return lambda _world, _known: truth
            case n.RowAbove():
                return self._above(formula, rules, subject)
        return _first(F, [self._condition(formula, variable, rules, subject)], [])

    def _parts(
        self, parts: Iterable[n.Formula], variable: str, rules: set[str], subject: Subject
    ) -> tuple[list[AskedCondition], list[Body]]:
        """The parts of a block that have no parts of their own, and the others."""
        conditions, bodies = [], []
        for part in parts:
            bare = _bare(part)
            if bare is None:
                bodies.append(self._body(part, variable, rules, subject))
            else:
                conditions.append(self._condition(bare, variable, rules, subject))
        return conditions, bodies

    def _above(self, above: n.RowAbove, rules: set[str], subject: Subject) -> Body:
        """Each row of a table has one body, whichever rows below ask for it."""
        below = self._below.setdefault((id(above.rows), subject), set())
        below |= rules

        def row(condition: n.Formula, world: BodyWorld, known: Known) -> Truth:
            key = id(condition), subject
            if key not in self._rows:
                self._rows[key] = self._body(condition, above.variable, below, subject)
            return self._rows[key](world, known)

        return lambda world, known: world.above.truth(
            above, subject.id, lambda condition, _: row(condition, world, known)
        )

    def _condition(self, formula: n.Formula, variable: str, rules: set[str], subject: Subject) -> AskedCondition:
        alike = self._alike.get(id(formula), formula)
        key = id(alike), subject
        if key not in self._conditions:
            self._conditions[key] = AskedCondition(alike, variable, subject)
        self._conditions[key].rules.append(rules)
        return self._conditions[key]


def _bare(formula: n.Formula) -> n.Formula | None:
    """A condition without parts, whatever its label; None of any other."""
    match formula:
        case n.Limb(part=part):
            return _bare(part)
        case n.Connective() | n.Constant() | n.RowAbove():
            return formula if isinstance(formula, n.Earlier) else None
    return formula


def _first(decisive: Truth, conditions: Sequence[AskedCondition], bodies: Sequence[Body]) -> Body:
    """Of several: the truth that decides, if one has it; else whether one is not known."""
    otherwise = ~decisive

    def truth(world: BodyWorld, known: Known) -> Truth:
        result = otherwise
        for condition in conditions:
            found = known.get(condition)
            if found is None:
                found = world.find(condition)
            if found is decisive:
                return found
            if found is U:
                result = U
        for body in bodies:
            found = body(world, known)
            if found is decisive:
                return found
            if found is U:
                result = U
        return result

    return truth
