"""One case at a time, fast: what its facts say is looked up, and the rules are the bit program on Python integers."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from licet.facts.store import Facts, Record, Subject
from licet.facts.tables import Tables, facts_from_tables
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.outcomes import outcome_of
from licet.ir.remembered import by_policy
from licet.ir.rewrite import renamed
from licet.ir.strata import Name, Strata
from licet.ir.walk import walk
from licet.plan.bits import SELF, AtLeast, Case, OfRule, Program, compile_case, compile_program
from licet.plan.definite import Run, compile_definite
from licet.run.batch import OfBatch
from licet.run.columnar import NAME
from licet.run.formulas import Environment, Formulas
from licet.run.frame import World
from licet.run.judge import path_of, prepare
from licet.run.live import live
from licet.run.outcome import Outcome, RuleResult
from licet.run.readings import SetReading
from licet.run.reference import evaluate, reported
from licet.run.solver import Solver
from licet.values import Duration, Fact, State, Truth, Value

CASE = "(case)"  # the id of a case
_MOST_KEPT = 1 << 16  # looked-up answers of one group
_ORDERED = frozenset({int, Fraction, date})
Bits = tuple[int, ...]
Answer = tuple[bool, Bits, Bits]  # whether some atom is unknown; a must bit for each; must and may for each


@dataclass(frozen=True, slots=True)
class Lookup:
    """A group of atoms that read the same fields of the case; without `fields`, atoms that may read all of it.

    Where all compare one number or day with known ones, these cut it into stretches of equal answers.
    """

    fields: tuple[str, ...]
    atoms: tuple[n.Formula, ...]
    cuts: tuple[Any, ...] | None
    known: dict[Any, Answer]

    def key(self, facts: Mapping[str, Fact]) -> Any:
        """What is equal for cases with equal answers; None where any two may differ."""
        if len(self.fields) != 1:
            return tuple(facts.get(field, State.ABSENT) for field in self.fields) or None
        fact = facts.get(self.fields[0], State.ABSENT)
        if self.cuts is None or type(fact) not in _ORDERED:
            return fact
        place = bisect_left(self.cuts, fact)
        return place, place < len(self.cuts) and self.cuts[place] == fact


class CaseEngine:
    """Decides cases of one entity on one day, against resident tables. Not for use by two threads at once.

    A case is a list of answers, one for each of `lookups` in order.
    """

    def __init__(self, policy: ir.Policy, entity: str, resident: Tables, as_of: date | None) -> None:
        self.policy = policy
        self.entity = entity
        self.as_of = as_of
        self._resident = resident
        self._facts = facts_from_tables(resident)
        self._solver = Solver(World(policy, resident, self._facts), (as_of,))
        self.wanted = tuple(_wanted(policy, entity))
        self.decisions = tuple(dict.fromkeys(want.decision for want in self.wanted))
        self._steps = [len(policy.decisions[name].outcomes) - 1 for name in self.decisions]
        self._case, self._definite = _compiled(policy, entity, self.wanted)
        self.lookups = [_lookup(fields, atoms) for fields, atoms in self._case.groups]
        self._others: list[Lookup] = []  # groups of atoms that no decision reads
        self._places: list[list[int]] | None = None  # of the atoms of every group, in the program for whole decisions
        self._lives = _answer([live(stands, as_of) for stands in self._case.lives])

    def run(self, answers: Sequence[Answer]) -> tuple[int, ...]:
        """For each of `decisions` the least outcome and the most severe one, as places in its chain."""
        vague = self._lives[0]
        for answer in answers:
            if answer[0]:
                vague = True
                break
        if not vague:
            ranks = self._definite(*[answer[1] for answer in answers], self._lives[1])
            return tuple([rank for rank in ranks for _ in (0, 1)])
        bits = self._case.run(1, *[answer[2] for answer in answers], self._lives[2])
        found, place = [], 0
        for steps in self._steps:
            end = place + 2 * steps
            found += [sum(bits[place:end:2]), sum(bits[place + 1 : end : 2])]
            place = end
        return tuple(found)

    def look(self, lookup: Lookup, facts: Mapping[str, Fact]) -> Answer:
        """What the reference's own formulas say of a group of atoms; remembered where it can be."""
        key = lookup.key(facts)
        answer = lookup.known.get(key)
        if answer is not None:
            return answer
        world = World(self.policy, self._resident, self.facts_with(facts))
        conclusions = OfBatch(self._solver, world, self.entity, self.as_of)
        answer = _answer([conclusions.formulas.truth(atom, {SELF: CASE}) for atom in lookup.atoms])
        if key is not None:
            if len(lookup.known) > _MOST_KEPT:
                lookup.known.clear()
            lookup.known[key] = answer
        return answer

    def evaluate(
        self,
        policy: ir.Policy,
        facts: Facts,
        subjects: Iterable[Subject],
        as_of: date | None,
        *,
        enforced_only: bool = False,
    ) -> Outcome:
        """The engine for a case among `facts`: every rule about it, from lookups and bits."""
        if enforced_only or as_of != self.as_of or list(subjects) != [Subject(self.entity, CASE)]:
            return evaluate(policy, facts, subjects, as_of, enforced_only=enforced_only)
        whole = _whole(policy, self.entity)
        atoms = self._truths(whole, facts.entities[self.entity][CASE].facts)
        lives = [live(stands, as_of) for stands in whole.program.lives]
        bits = whole.program.run(1, _answer([*atoms, *lives])[2])
        found = {
            (want.rule, want.what): Truth(must + may)
            for want, must, may in zip(whole.wanted, bits[::2], bits[1::2], strict=True)
        }
        terms = dict(_terms(whole, self.entity, found))
        conclusions = OfBatch(self._solver, World(policy, self._resident, facts), self.entity, as_of, terms)
        known = {id_: atoms[place] for id_, place in whole.atoms.items()}
        return Outcome(as_of, False, NAME, dict(self._results(_Known(conclusions, known), found)), terms)

    def _truths(self, whole: _Whole, facts: Mapping[str, Fact]) -> list[Truth]:
        """The truth of every atom that some rule has, in the order of the program."""
        if self._places is None:
            decided = {atom for lookup in self.lookups for atom in lookup.atoms}
            groups: dict[tuple[str, ...], list[n.Formula]] = {}
            for atom in whole.program.atoms:
                if atom not in decided:
                    groups.setdefault(fields_read(atom, self.entity), []).append(atom)
            self._others = [_lookup(fields, tuple(atoms)) for fields, atoms in groups.items()]
            order = {atom: place for place, atom in enumerate(whole.program.atoms)}
            self._places = [[order[atom] for atom in each.atoms] for each in (*self.lookups, *self._others)]
        found = [Truth.U] * len(whole.program.atoms)
        for lookup, places in zip((*self.lookups, *self._others), self._places, strict=True):
            bits = self.look(lookup, facts)[2]
            for place, must, may in zip(places, bits[::2], bits[1::2], strict=True):
                found[place] = Truth(must + may)
        return found

    def _results(
        self, formulas: Formulas, truths: Mapping[tuple[str, Any], Truth]
    ) -> Iterator[tuple[tuple[str, Subject], RuleResult]]:
        beaten_by = Strata.of(self.policy).beaten_by
        subject = Subject(self.entity, CASE)
        for rule in Strata.of(self.policy).about.get(self.entity, ()):
            yield (
                (rule.id, subject),
                reported(
                    formulas,
                    rule,
                    subject,
                    truths=(live(rule.live, self.as_of), truths[rule.id, "body"], truths[rule.id, "applies"]),
                    effective=truths[rule.id, "effective"],
                    beaters={e: truths[e, "beats"] for e in beaten_by.get(rule.id, ())},
                ),
            )

    def facts_with(self, facts: Mapping[str, Fact]) -> Facts:
        """The resident facts with the case among them."""
        record = Record({name: fact for name, fact in facts.items() if fact is not State.ABSENT})
        others = self._facts.entities.get(self.entity, {})
        return replace(self._facts, entities={**self._facts.entities, self.entity: {**others, CASE: record}})


def _wanted(policy: ir.Policy, entity: str) -> Iterator[AtLeast]:
    """Every step of every decision about the entity, overall."""
    for decision in policy.decisions.values():
        if decision.entity == entity and any(outcome_of(r, decision.name) is not None for r in policy.rules.values()):
            yield from (AtLeast(decision.name, n.OVERALL, i) for i in range(1, len(decision.outcomes)))


def fields_read(atom: n.Formula, entity: str) -> tuple[str, ...]:
    """The fields of the case by which the truth of an atom may differ; none where it may be any."""
    paths = [path for _, path in prepare(atom, (SELF,)).leaves]
    among = any(getattr(node, "each", None) and node.each.name == entity for node in walk(atom))  # type: ignore[union-attr]
    if among or any(path in ((), ("id",)) for path in paths):
        return ()
    return tuple(dict.fromkeys(path[0] for path in paths))


def _lookup(fields: Any, atoms: tuple[n.Formula, ...]) -> Lookup:
    known = [_compared_with(atom) for atom in atoms]
    cuts = tuple(sorted(set(known))) if len(fields) == 1 and None not in known else None
    return Lookup(fields, atoms, cuts, {})


def _compared_with(atom: n.Formula) -> Any:
    """The known number or day that an atom compares a field of the case with, if that is all it does."""
    if isinstance(atom, n.Compare):
        for one, other in ((atom.left, atom.right), (atom.right, atom.left)):
            path = path_of(one, frozenset({SELF}))
            if path is not None and len(path[1]) == 1 and isinstance(other, n.Known) and type(other.value) in _ORDERED:
                return other.value
    return None


def _answer(truths: Sequence[Truth]) -> Answer:
    both = tuple(int(bit) for truth in truths for bit in (truth.must, truth.may))
    return Truth.U in truths, both[::2], both


@by_policy
def _compiled(policy: ir.Policy, entity: str, wanted: tuple[AtLeast, ...]) -> tuple[Case, Run]:
    """The program for all cases, and the one for those in which nothing that is read is unknown."""
    strata = Strata.of(policy)

    def group(atom: n.Formula) -> tuple[str, ...]:
        return fields_read(atom, entity)

    case = compile_case(policy, strata, entity, wanted, group)
    decisions = dict.fromkeys(want.decision for want in wanted)
    return case, compile_definite(policy, strata, entity, decisions, case)


class _Known(Formulas):
    """Formulas about a case whose atoms have been looked up; `known` has them by the identity of the condition."""

    def __init__(self, conclusions: OfBatch, known: Mapping[int, Truth]) -> None:
        super().__init__(conclusions.policy, conclusions.facts, conclusions.as_of, conclusions)
        self._known = known

    def truth(self, formula: n.Formula, env: Environment) -> Truth:
        found = self._known.get(id(formula)) if len(env) == 1 else None
        return super().truth(formula, env) if found is None else found


@dataclass(frozen=True, slots=True)
class _Whole:
    """The program that gives everything about every rule.

    `atoms` says which atom a condition is, by its identity; `terms` which rules conclude which values of a term.
    """

    program: Program
    wanted: tuple[OfRule, ...]
    atoms: Mapping[int, int]
    terms: Mapping[Name, tuple[tuple[Value, str], ...]]


@by_policy
def _whole(policy: ir.Policy, entity: str) -> _Whole:
    rules = Strata.of(policy).about.get(entity, ())
    parts: tuple[Any, ...] = ("body", "applies", "beats", "effective")
    wanted = tuple(OfRule(part, rule.id) for rule in rules for part in parts)
    program = compile_program(policy, Strata.of(policy), entity, wanted)
    places = {atom: place for place, atom in enumerate(program.atoms)}
    found: dict[int, int] = {}
    for rule in rules:
        if rule.body is not None:
            for original, own in zip(walk(rule.body), walk(renamed(rule.body, rule.variable, SELF)), strict=True):
                if own in places:
                    found[id(original)] = places[own]
    return _Whole(program, wanted, found, dict(_written_terms(policy, entity)))


def _written_terms(policy: ir.Policy, entity: str) -> Iterator[tuple[Name, tuple[tuple[Value, str], ...]]]:
    """The terms that are not recursive and whose values all stand in the rules."""
    strata = Strata.of(policy)
    for name, rules in strata.concluders.items():
        if name.sort == "term" and name.entity == entity and name not in strata.recursive:
            effects = [(effect, rule.id) for rule in rules for effect in rule.effects]
            ours = [(e, r) for e, r in effects if isinstance(e, ir.TermHolds | ir.TermValue) and e.term == name.name]
            values = [(value, rule) for effect, rule in ours if (value := _written(effect)) is not None]
            if len(values) == len(ours):
                yield name, tuple(values)


def _written(effect: ir.TermHolds | ir.TermValue) -> Value | None:
    if isinstance(effect, ir.TermHolds):
        return True
    value = effect.value.value if isinstance(effect.value, n.Known) else None
    return None if isinstance(value, Duration) else value


def _terms(
    whole: _Whole, entity: str, truths: Mapping[tuple[str, Any], Truth]
) -> Iterator[tuple[tuple[Name, Subject], SetReading]]:
    for name, values in whole.terms.items():
        found: dict[Value, Truth] = {}
        for value, rule in values:
            truth = truths[rule, "effective"]
            if truth is not Truth.F:
                found[value] = max(truth, found.get(value, Truth.F))
        yield (name, Subject(entity, CASE)), SetReading(found)
