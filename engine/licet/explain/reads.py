"""What a condition reads, whether or not its truth needs it (docs/explanation.md#nodes)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from licet.explain.scopes import is_outside, scopes
from licet.explain.units import FactUnit, MemberUnit, Only, Pairs, Rows, Unit, recorded
from licet.facts.inventory.document import record_document
from licet.facts.store import Facts, Subject
from licet.ir import nodes as n
from licet.ir.builtins import BUILTINS, Builtin
from licet.ir.policy import Policy
from licet.ir.walk import Part, parts
from licet.run.reference.formulas import Bound, Environment, Formulas, Nameless, Row, of_bool, thing_type
from licet.run.reference.moments import untried
from licet.run.reference.unknown_values import F, T, U, compare
from licet.values import Truth


class TermRead(NamedTuple):
    """A term of a thing, read in a jurisdiction's view."""

    thing: Subject
    term: str
    view: str | None

    def __str__(self) -> str:
        return f"{self.thing.type}/{self.thing.id}.{self.term}" + (f"@{self.view}" if self.view else "")


class DecisionRead(NamedTuple):
    """A decision about a thing, read in a jurisdiction or overall."""

    thing: Subject
    decision: str
    view: str

    def __str__(self) -> str:
        return f"{self.decision}({self.view}) {self.thing.type}/{self.thing.id}"


@dataclass(slots=True)
class Reads:
    """What was read: units with what is recorded, terms, decisions; and of each complete collection what fits it."""

    units: dict[Unit, Any] = field(default_factory=dict)
    terms: dict[TermRead, None] = field(default_factory=dict)
    decisions: dict[DecisionRead, None] = field(default_factory=dict)
    fitting: dict[Only, set[Unit]] = field(default_factory=dict)
    places: dict[Unit, set[int]] = field(default_factory=dict)  # where the rows of a unit stand


class Reader:
    """Follows conditions and operands through the facts of an inventory on one day."""

    def __init__(self, formulas: Formulas, rows: Rows) -> None:
        self._formulas = formulas
        self._policy: Policy = formulas.policy
        self._facts: Facts = formulas.facts
        self._rows = rows

    def reads(self, part: Part, env: Environment) -> Reads:
        """All that a condition or an operand reads."""
        found = Reads()
        self._touch(part, env, found)
        return found

    def _touch(self, part: Part, env: Environment, found: Reads) -> None:
        match part:
            case n.Some(each=each, where=where):
                self._range(each, where, (), env, found)
            case n.Every(each=each, where=where, condition=condition):
                self._range(each, where, (condition,), env, found)
            case n.Aggregate(each=each, where=where, operand=operand):
                self._range(each, where, () if operand is None else (operand,), untried(env), found)
            case n.RowAbove(variable=variable, number=number, rows=rows):
                for condition in rows.conditions[:number]:
                    self._touch(condition, {variable: env[variable]}, found)
            case other:
                for inner in parts(other):
                    self._touch(inner, env, found)
                self._own(part, env, found)

    def _own(self, part: Part, env: Environment, found: Reads) -> None:
        """What a node reads of that to which its parts lead."""
        match part:
            case n.FieldOf(base=base, name=name):
                bound = self._formulas.bound(base, env)
                if isinstance(bound, Row):
                    self._add_row(bound.relation, bound.index, found)
                elif isinstance(bound, str) and name != "id":
                    self._add_fact(FactUnit(thing_type(base), bound, name), found)
            case n.Holds(subject=subject, entity=entity, term=term, view=view):
                if isinstance(thing := self._formulas.read(subject, env), str):
                    found.terms[TermRead(Subject(entity, thing), term, view)] = None
            case n.TermOf(base=base, name=name, view=view):
                if isinstance(thing := self._formulas.read(base, env), str):
                    found.terms[TermRead(Subject(thing_type(base), thing), name, view)] = None
            case n.Outcome(subject=subject, decision=decision, view=view):
                if isinstance(thing := self._formulas.read(subject, env), str):
                    owner = Subject(self._policy.decisions[decision].entity, thing)
                    found.decisions[DecisionRead(owner, decision, view)] = None
            case n.Named(thing=named):
                thing = self._formulas.read(named, env)
                if isinstance(thing, str) and "name" in self._policy.entities[thing_type(named)].fields:
                    self._add_fact(FactUnit(thing_type(named), thing, "name"), found)
            case n.Call(function=function, arguments=arguments) if BUILTINS[function].function is None:
                if isinstance(start := self._formulas.read(arguments[0], env), str):
                    self._close(BUILTINS[function], start, found)
            case _:
                pass

    def _add_fact(self, unit: FactUnit, found: Reads) -> None:
        if unit not in found.units:
            found.units[unit] = recorded(self._facts, unit)

    def _add_row(self, relation: str, index: int, found: Reads) -> Unit:
        unit = self._rows.unit(relation, index)
        found.places.setdefault(unit, set()).add(index)
        if unit not in found.units:
            found.units[unit] = record_document(self._facts.relations[relation][index])
        return unit

    # ---- collections

    def _range(
        self, each: n.Each, where: n.Formula | None, inside: tuple[Part, ...], env: Environment, found: Reads
    ) -> None:
        """The collection, each member in scope, and of each what the filter and what stands behind it read."""
        if each.members is not None:
            self._touch(each.members, env, found)
        members = list(self._in_scope(each, where, env, found))
        if where is not None and not members:
            self._touch(where, {**env, each.variable: Nameless(each.type)}, found)
        for bound, membership in members:
            inner = {**env, each.variable: bound}
            weight = membership
            if where is not None:
                self._touch(where, inner, found)
                weight = min(weight, self._formulas.truth(where, inner))
            for part in inside if weight is not F else ():
                self._touch(part, inner, found)

    def _in_scope(
        self, each: n.Each, where: n.Formula | None, env: Environment, found: Reads
    ) -> Iterator[tuple[Bound, Truth]]:
        """The members that the filter may let through; that there are no others is read too."""
        if each.kind == "members":
            yield from ((b, t) for b, t in self._formulas.candidates(each, env) if not isinstance(b, Nameless))
            return
        members: dict[Bound, Truth] = {}
        for pairs in scopes(self._formulas, each, where, env):
            self._complete(each.name, pairs, found)
            for bound, _ in self._formulas.candidates(each, env, pairs[0] if pairs else None):
                if is_outside(self._facts, each, bound, pairs):
                    continue
                members[bound] = U if isinstance(bound, Nameless) else T
                if isinstance(bound, Row):
                    self._fit(self._add_row(bound.relation, bound.index, found), None, each.name, pairs, found)
                elif isinstance(bound, str):
                    self._fit(MemberUnit(each.name, bound), True, each.name, pairs, found)
        yield from members.items()

    def _fit(self, unit: Unit, value: object, collection: str, pairs: Pairs, found: Reads) -> None:
        found.units.setdefault(unit, value)
        only = Only(collection, pairs)
        if only in found.fitting:
            found.fitting[only].add(unit)

    def _complete(self, collection: str, pairs: Pairs, found: Reads) -> None:
        relation = self._policy.relations.get(collection)
        if collection in self._facts.opened if relation is None else relation.open:
            return
        only = Only(collection, pairs)
        found.units[only] = True
        found.fitting.setdefault(only, set())

    def _close(self, builtin: Builtin, start: str, found: Reads) -> None:
        """The rows from each thing that a closure reaches, those that may lead from it, and what stops it."""
        near, far = list(self._policy.relations[builtin.relation].parameters)[:2]
        leading = self._rows.leading(builtin.relation, near)
        reached, waiting = {start}, [start]
        while waiting:
            origin = waiting.pop()
            pairs = ((near, origin),)
            self._complete(builtin.relation, pairs, found)
            for index in (*leading.get(origin, ()), *leading.get(None, ())):
                self._fit(self._add_row(builtin.relation, index, found), None, builtin.relation, pairs, found)
                target = self._facts.relations[builtin.relation][index].get(far)
                if isinstance(target, str):
                    stop = FactUnit(builtin.entity, target, builtin.stop)
                    self._add_fact(stop, found)
                    said = self._facts.entities[builtin.entity][target].get(builtin.stop)
                    if target not in reached and compare("=", of_bool(said), True) is not T:
                        reached.add(target)
                        waiting.append(target)
