"""A world in which only some units are known: an answer is decided again from them (docs/explanation.md#parts)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from licet.explain.cone import Cone
from licet.explain.remembered import Answer, DecisionAsked, Found, Memory, Question, Recollection, TermAsked
from licet.explain.scopes import is_outside, said_of, scopes
from licet.explain.supposed import dependents
from licet.explain.units import FactUnit, MemberUnit, Only, Pairs, Rows, RowUnit, Unit
from licet.facts.store import Opening, Record, Subject
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.outcomes import jurisdictions_of
from licet.ir.strata import Name
from licet.run.reference.bounds import Bounds
from licet.run.reference.formulas import Bound, Environment, Formulas, Nameless, Row
from licet.run.reference.interpreter import Interpreter, Key
from licet.run.reference.unknown_values import SetReading, T, U
from licet.values import Day, State, Truth


class Kept:
    """The units that stay known, by what they are of; a collection is complete if all that fits it stays."""

    def __init__(self, cone: Cone, units: Iterable[Unit]) -> None:
        self.units = frozenset(units)
        self._rows: dict[str, list[int]] = {}
        self._members: dict[str, list[str]] = {}
        self._complete: dict[str, list[tuple[dict[str, str], set[Unit]]]] = {}
        self._of: dict[str, list[Unit]] = {}
        for unit in self.units:
            if not isinstance(unit, FactUnit):
                self._of.setdefault(_collection_of(unit), []).append(unit)
            if isinstance(unit, RowUnit):
                self._rows.setdefault(unit.relation, []).extend(cone.places[unit])
            elif isinstance(unit, MemberUnit):
                self._members.setdefault(unit.type, []).append(unit.id)
            elif isinstance(unit, Only) and cone.fitting[unit] <= self.units:
                self._complete.setdefault(unit.collection, []).append((dict(unit.scope), cone.fitting[unit]))
        self._states: dict[str, frozenset[Unit]] = {}

    def rows(self, relation: str) -> Sequence[int]:
        """The places of the rows of a relation."""
        return sorted(self._rows.get(relation, ()))

    def members(self, type_: str) -> Sequence[str]:
        """The ids of a population."""
        return sorted(self._members.get(type_, ()))

    def members_of(self, collection: str, pairs: Pairs) -> set[Unit] | None:
        """All that can lie in a scope, where it is within some that have no further members; else None."""
        asked = dict(pairs)
        within = [units for scope, units in self._complete.get(collection, ()) if scope.items() <= asked.items()]
        return set.intersection(*within) if within else None

    def is_complete(self, collection: str, pairs: Pairs) -> bool:
        """Whether a scope lies within one that is known to have no further members."""
        return self.members_of(collection, pairs) is not None

    def state(self, collection: str) -> frozenset[Unit]:
        """All that is known of a collection: the same state, the same members."""
        if collection not in self._states:
            self._states[collection] = frozenset(self._of.get(collection, ()))
        return self._states[collection]


def _collection_of(unit: RowUnit | MemberUnit | Only) -> str:
    match unit:
        case RowUnit(relation=name) | Only(collection=name) | MemberUnit(type=name):
            return name


class Hidden(Formulas):
    """Formulas over the kept units of an inventory: everything else is absent, and collections are open."""

    def __init__(self, world: HiddenWorld, as_of: Day) -> None:
        super().__init__(world.policy, world.facts, as_of, world)
        self._world = world
        self._kept = world.kept
        self._rows_above: dict[tuple[int, Bound], Found] = {}

    def at(self, day: date) -> Formulas:
        if day not in self._others:
            self._others[day] = Hidden(self._world, day)
        return self._others[day]

    def truth(self, formula: n.Formula, env: Environment) -> Truth:
        """Rows of a table are looked at once; whoever asks for those above it has read what they read."""
        if not isinstance(formula, n.RowAbove):
            return super().truth(formula, env)
        asker = self._world.finding
        looked = self._rows_above.setdefault((id(formula.rows), env[formula.variable]), Found())
        self._world.finding = looked
        try:
            return super().truth(formula, env)
        finally:
            self._world.finding = asker
            asker.answers |= looked.answers

    def _record_field(self, type_: str, id_: str, name: str) -> Any:
        unit = FactUnit(type_, id_, name)
        known = unit in self._kept.units
        self._world.finding.answers[unit] = known
        return super()._record_field(type_, id_, name) if known else State.ABSENT

    def fitting(self, each: n.Each, where: n.Formula | None, env: Environment) -> Iterator[tuple[Bound, Truth]]:
        if each.kind == "members":
            yield from self.candidates(each, env)
            return
        asked = scopes(self, each, where, env)
        self._asked_of(each.name)
        within = [self._kept.members_of(each.name, pairs) for pairs in asked]
        known = None if None in within else set[Unit]().union(*(units for units in within if units is not None))
        if each.kind == "rows":
            for index in self._kept.rows(each.name):
                if known is None or self._world.rows.unit(each.name, index) in known:
                    yield Row(each.name, index), T
        else:
            yield from (
                (id_, T)
                for id_ in self._kept.members(each.name)
                if known is None or MemberUnit(each.name, id_) in known
            )
        yield from ((Nameless(each.type, opening), U) for opening in self._further(each, asked))

    def _asked_of(self, collection: str) -> None:
        self._world.finding.answers[collection] = self._kept.state(collection)

    def _further(self, each: n.Each, asked: Iterable[Pairs]) -> Iterator[Opening | None]:
        """What there may be besides, in each scope that is not known to be complete."""
        collection = each.name
        relation = self.policy.relations.get(collection)
        if (relation is None and collection in self.facts.opened) or (relation is not None and relation.open):
            yield None
        else:
            yield from self.facts.opened.get(collection, ())
            yield from (
                Opening(self._common(each, pairs)) for pairs in asked if not self._kept.is_complete(collection, pairs)
            )

    def _common(self, each: n.Each, pairs: Pairs) -> Pairs:
        """The pairs of a scope that all say which may lie in it: what is hidden may be any of them."""
        known = self._world.rows.common
        key = each.name, pairs
        if key not in known:
            inside = [
                b for b, _ in self.candidates(each, {}, pairs[0] if pairs else None) if not isinstance(b, Nameless)
            ]
            inside = [bound for bound in inside if not is_outside(self.facts, each, bound, pairs)]
            known[key] = tuple(
                (name, text)
                for name, text in pairs
                if all(said_of(self.facts, each, bound, name) == text for bound in inside)
            )
        return known[key]

    # ---- closures

    def rows_by(self, relation: str, parameter: str) -> Any:
        leading = self._world.rows.leading(relation, parameter)
        kept = set(self._kept.rows(relation))
        rows = self.facts.relations.get(relation, ())
        self._asked_of(relation)
        return _Leading(lambda origin: [rows[index] for index in leading.get(origin, ()) if index in kept])

    def openings_by(self, relation: str, parameter: str) -> Any:
        marked = super().openings_by(relation, parameter)

        def of(origin: str | None) -> list[Opening]:
            found = list(marked.get(origin, ()))
            if origin is not None and not self._kept.is_complete(relation, ((parameter, origin),)):
                found.append(Opening(((parameter, origin),)))
            return found

        return _Leading(of)


class _Leading:
    """What leads from an origin, looked up when it is asked for."""

    def __init__(self, of: Callable[[str | None], Sequence[Record] | Sequence[Opening]]) -> None:
        self._of = of

    def get(self, origin: str | None, default: object = ()) -> Sequence[Record] | Sequence[Opening]:  # noqa: ARG002
        return self._of(origin)


class HiddenWorld(Interpreter):
    """The reference over the kept units.

    Conditions that were found before from the same units and conclusions are not evaluated again: `memory` has them.
    """

    def __init__(
        self,
        policy: ir.Policy,
        rows: Rows,
        as_of: Day,
        kept: Kept,
        memory: Memory,
        *,
        enforced_only: bool = False,
    ) -> None:
        super().__init__(policy, rows.facts, as_of, enforced_only=enforced_only)
        self.rows = rows
        self.kept = kept
        self.finding = Found()  # of the condition that is being evaluated
        self._memory = memory
        self._used: dict[tuple[str, Subject], Found] = {}
        self._rounds: dict[Key, Found] = {}  # what the values that rules conclude were worked out from
        self.formulas = Hidden(self, as_of)

    def body(self, rule: ir.Rule, subject: Subject) -> Truth:
        return T if rule.body is None else self._truth(rule.id, rule.body, rule, subject)

    def triggered(self, rule: ir.Rule, subject: Subject) -> Truth | None:
        if not rule.is_open:
            return None
        trigger = rule.trigger
        told = T if trigger is None else self._truth(rule.id + "?", trigger, rule, subject)
        if not rule.excepts:
            return min(self.live(rule), told)
        excepted = max(self.applies(self.policy.rules[r], subject) for r in rule.excepts)
        return min(self.live(rule), told, excepted)

    def _truth(self, name: str, formula: n.Formula, rule: ir.Rule, subject: Subject) -> Truth:
        """The truth of a rule's condition, remembered with all that it was found from."""
        key = name, subject
        used = self._used.get(key)
        if used is not None and self._is_settled():
            return used.truth
        memory = self._memory.setdefault(key, Recollection())
        found = memory.find(self._answer)
        if found is not None:
            self._used[key] = found
            return found.truth
        before, self.finding = self.finding, Found()
        try:
            found = self._used[key] = self.finding
            found.truth = self.formulas.truth(formula, {rule.variable: subject.id})
        except BaseException:
            self._used.pop(key, None)  # it is begun again when what it needs is done, and was not found yet
            raise
        finally:
            self.finding = before
        memory.add(found)
        return found.truth

    def _answer(self, question: Question) -> Answer:
        """What a condition would be told here."""
        match question:
            case FactUnit():
                return question in self.kept.units
            case str():
                return self.kept.state(question)
            case TermAsked():
                return super().term(*question)
            case DecisionAsked(decision=decision, view=view, thing=thing):
                return super().decision(decision, view, thing)

    def term(self, entity: str, term: str, view: str | None, subject: str) -> SetReading:
        found = super().term(entity, term, view, subject)
        self.finding.answers[TermAsked(entity, term, view, subject)] = found
        return found

    def decision(self, decision: str, view: str, subject: Subject) -> Bounds:
        found = super().decision(decision, view, subject)
        self.finding.answers[DecisionAsked(decision, view, subject)] = found
        return found

    def _one_round(self, key: Key) -> SetReading:
        before, self.finding = self.finding, self._rounds.setdefault(key, Found())
        try:
            return super()._one_round(key)
        finally:
            self.finding = before

    # ---- some units fewer

    def without(self, cone: Cone, units: frozenset[Unit]) -> HiddenWorld:
        """The same world without some units; what no condition that looked at them bears on is not found again."""
        world = HiddenWorld(
            self.policy,
            self.rows,
            self.as_of,
            Kept(cone, self.kept.units - units),
            self._memory,
            enforced_only=self.enforced_only,
        )
        touched, rules, keys = self._borne_on(units)
        names = {(key[0].entity, key[0].name, key[1].id) for key in keys}
        world._live = self._live
        world._done = {key: found for key, found in self._done.items() if key not in keys}
        world._terms = {key: found for key, found in self._terms.items() if (key[0], key[1], key[3]) not in names}
        world._beats = {key: found for key, found in self._beats.items() if key not in rules}
        world._applied = {key: found for key, found in self._applied.items() if key not in rules}
        world._weighed = {
            key: found
            for key, found in self._weighed.items()
            if key not in rules and self.policy.rules[key[0]].kind != "default"
        }
        world._used = {key: found for key, found in self._used.items() if (key[0].rstrip("?"), key[1]) not in touched}
        world._rounds = {key: found for key, found in self._rounds.items() if key not in keys}
        return world

    def _borne_on(self, units: frozenset[Unit]) -> tuple[set[tuple[str, Subject]], set[tuple[str, Subject]], set[Key]]:
        """What may be another without some units, by what it was found from: conditions, rules, conclusions."""
        readers = self._readers()
        weighed_with = dependents(self.policy)
        rules: set[tuple[str, Subject]] = set()
        keys: set[Key] = set()
        touched: set[tuple[str, Subject]] = set()
        collections = frozenset(_collection_of(unit) for unit in units if not isinstance(unit, FactUnit))
        waiting = [key for key, found in self._used.items() if found.asked(units, collections)]
        told = [key for key, found in self._rounds.items() if found.asked(units, collections)]
        while waiting or told:
            while waiting:
                name, subject = waiting.pop()
                rule = name.rstrip("?")
                if (rule, subject) in touched:
                    continue
                touched.add((rule, subject))
                for other in weighed_with[rule]:
                    rules.add((other, subject))
                    told += [(name, subject) for name in self.strata.conclusions(self.policy.rules[other])]
            while told:
                key = told.pop()
                if key not in keys:
                    keys.add(key)
                    waiting += readers[0].get(key, ())
                    told += readers[1].get(key, ())
        return touched, rules, keys

    def _readers(self) -> tuple[dict[Key, list[tuple[str, Subject]]], dict[Key, list[Key]]]:
        """By conclusion: the rules whose conditions read it, and the conclusions whose values do."""
        by_rule: dict[Key, list[tuple[str, Subject]]] = {}
        by_key: dict[Key, list[Key]] = {}
        for rule, found in self._used.items():
            for key in self._read_by(found):
                by_rule.setdefault(key, []).append(rule)
        for told, found in self._rounds.items():
            for key in self._read_by(found):
                by_key.setdefault(key, []).append(told)
        return by_rule, by_key

    def _read_by(self, found: Found) -> tuple[Key, ...]:
        if found.reads is None:
            asked = [one for one in found.answers if isinstance(one, TermAsked | DecisionAsked)]
            found.reads = tuple(key for one in asked for key in _concluded_in(self.policy, one))
        return found.reads


def _concluded_in(policy: ir.Policy, asked: TermAsked | DecisionAsked) -> Iterator[Key]:
    """The conclusions of rules that are read together by who asks."""
    match asked:
        case TermAsked(entity=entity, term=term, view=view, thing=thing):
            for place in {view or "", ""}:
                yield Name("term", entity, term, place), Subject(entity, thing)
        case DecisionAsked(decision=decision, view=view, thing=owner):
            places = jurisdictions_of(policy, decision) if view == n.OVERALL else (view,)
            for place in {*places, ""}:
                yield Name("decision", owner.type, decision, "" if place == ir.COMMON else place), owner
