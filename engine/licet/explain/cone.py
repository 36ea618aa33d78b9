"""Every rule that can bear on an answer, with each of its conditions and all that these read (docs/explanation.md)."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from licet.explain.questions import Question
from licet.explain.reads import DecisionRead, Reader, Reads, TermRead
from licet.explain.units import Only, Rows, Unit
from licet.facts.store import Subject
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.canonical import canonical_json, plain
from licet.ir.effects import worked_out
from licet.ir.outcomes import claims_in, jurisdictions_of
from licet.ir.remembered import by_identity, by_policy
from licet.ir.strata import Name
from licet.ir.walk import Part, parts
from licet.run.outcome import RuleResult
from licet.run.reference.formulas import Environment
from licet.run.reference.interpreter import Interpreter
from licet.run.reference.limbs import address
from licet.run.reference.unknown_values import F, T
from licet.values import Truth

Key = tuple[str, Subject]  # a rule and the thing that it is for


@dataclass(frozen=True, slots=True)
class ConeCondition:
    """A condition that has no parts of its own, or a value that a rule concludes: its place in the text, its truth
    and all that it reads.
    """

    part: Part
    at: str
    truth: Truth | None
    reads: Reads
    negated: bool = False  # whether its rule asks that it does not hold

    @property
    def digest(self) -> str:
        """The same for equal conditions, whatever stands around them."""
        return digest_of(self.part)


def _fewest(parts: Sequence[Against], needed: int) -> Against:
    """What so many of several parts lack, those that lack least; of as many the first in the text."""
    of_parts = sorted(parts, key=lambda one: len(one.conditions))
    chosen, rest = of_parts[:needed], of_parts[needed:]
    last = chosen[-1].digests if chosen else []
    others = any(len(one.conditions) == len(last) and one.digests != last for one in rest)
    leaves = tuple(leaf for one in chosen for leaf in one.conditions)
    return Against(leaves, others or any(one.others for one in chosen))


@by_identity
def digest_of(part: Part) -> str:
    """Eight hexadecimal digits of a condition's canonical JSON."""
    return hashlib.sha256(canonical_json(plain(part))).hexdigest()[:8]


class Against(NamedTuple):
    """The fewest conditions that would have to be otherwise; with `others`, as few others would do as well."""

    conditions: tuple[n.Formula, ...] = ()
    others: bool = False

    @property
    def digests(self) -> list[str]:
        return list(map(digest_of, self.conditions))


@dataclass(frozen=True, slots=True)
class ConeRule:
    """A rule for a thing."""

    rule: ir.Rule
    thing: Subject
    result: RuleResult
    beaten_by: tuple[str, ...]
    atoms: tuple[ConeCondition, ...]
    values: tuple[ConeCondition, ...]
    lacking: Against  # what would have to be otherwise for it to hold

    @property
    def id(self) -> str:
        return f"{self.rule.id}@{self.thing.type}/{self.thing.id}"

    def everything(self) -> Iterator[ConeCondition]:
        """What it reads by: its conditions and its values."""
        yield from self.atoms
        yield from self.values


@dataclass(slots=True)
class Cone:
    """The nodes of one answer by id, the units that they read, and what fits each complete collection."""

    question: Question
    subject: Subject
    nodes: dict[str, ConeRule] = field(default_factory=dict)
    units: dict[Unit, object] = field(default_factory=dict)
    fitting: dict[Only, set[Unit]] = field(default_factory=dict)
    places: dict[Unit, set[int]] = field(default_factory=dict)  # where the rows of a unit stand

    def add(self, node: ConeRule) -> None:
        self.nodes[node.id] = node
        for atom in node.everything():
            self.units.update(atom.reads.units)
            for only, units in atom.reads.fitting.items():
                self.fitting.setdefault(only, set()).update(units)
            for unit, places in atom.reads.places.items():
                self.places.setdefault(unit, set()).update(places)


class Cones:
    """Makes the cones of one subject's answers; what several share is looked at once."""

    def __init__(self, settled: Interpreter, rows: Rows) -> None:
        self._settled = settled
        self._policy = settled.policy
        self._reader = Reader(settled.formulas, rows)
        self._nodes: dict[Key, ConeRule] = {}
        self._alike = alike(self._policy)
        self._leaves: dict[tuple[int, Subject], tuple[Truth, Reads]] = {}

    def of(self, question: Question, subject: Subject) -> Cone:
        """The cone of the answer to a question."""
        found = Cone(question, subject)
        seen: set[Key] = set()
        waiting = deque((rule, subject) for rule in question.roots(self._policy, subject))
        while waiting:
            rule, thing = waiting.popleft()
            if (rule.id, thing) in seen:
                continue
            seen.add((rule.id, thing))
            node = self._node(rule, thing)
            if thing == subject and (further := list(question.operands(rule))):
                node = replace(node, values=(*node.values, *self._read(further, {rule.variable: thing.id})))
            found.add(node)
            waiting.extend(self._behind(node))
        found.nodes = dict(sorted(found.nodes.items()))
        return found

    def _behind(self, node: ConeRule) -> Iterator[tuple[ir.Rule, Subject]]:
        """The exceptions to a rule, what it excepts, and the rules behind what it reads."""
        rules = self._policy.rules
        for other in (*self._settled.strata.beaten_by.get(node.rule.id, ()), *node.rule.excepts):
            yield rules[other], node.thing
        for atom in node.everything():
            for term in atom.reads.terms:
                yield from self._concluding(term)
            for decided in atom.reads.decisions:
                yield from self._deciding(decided)

    def _concluding(self, read: TermRead) -> Iterator[tuple[ir.Rule, Subject]]:
        for place in sorted({read.view or "", ""}):
            name = Name("term", read.thing.type, read.term, place)
            for rule in self._settled.strata.concluders.get(name, ()):
                yield rule, read.thing

    def _deciding(self, read: DecisionRead) -> Iterator[tuple[ir.Rule, Subject]]:
        places: Iterable[str] = (read.view,)
        if read.view == n.OVERALL:
            places = jurisdictions_of(self._policy, read.decision)
        for place in places:
            for rule, _ in claims_in(self._policy, read.decision, place):
                yield rule, read.thing

    def _node(self, rule: ir.Rule, thing: Subject) -> ConeRule:
        key = rule.id, thing
        if key not in self._nodes:
            self._nodes[key] = self._looked_at(rule, thing)
        return self._nodes[key]

    def _looked_at(self, rule: ir.Rule, thing: Subject) -> ConeRule:
        env = {rule.variable: thing.id}
        settled = self._settled
        beaters = settled.strata.beaten_by.get(rule.id, ())
        return ConeRule(
            rule,
            thing,
            settled.result(rule, thing),
            tuple(e for e in beaters if settled.beats(self._policy.rules[e], thing) is T),
            tuple(self._conditions(rule, env, thing)),
            tuple(self._read(_worked_out(rule), env)),
            Against() if rule.body is None else self._lacking(rule.body, env, T),
        )

    def _conditions(self, rule: ir.Rule, env: Environment, thing: Subject) -> Iterator[ConeCondition]:
        for leaf, at, asked in () if rule.body is None else _leaves(rule.body, ""):
            yield ConeCondition(leaf, at, *self._leaf(leaf, env, thing), asked is F)

    def _lacking(self, formula: n.Formula, env: Environment, asked: Truth) -> Against:
        """The conditions without which a formula is surely not as it is asked: where several would do, the fewest."""
        if self._settled.formulas.truth(formula, env) is not ~asked:
            return Against()
        match formula:
            case n.Limb(part=part):
                return self._lacking(part, env, asked)
            case n.Not(part=part):
                return self._lacking(part, env, ~asked)
            case n.Earlier():
                return Against((formula,))
            case n.AllOf(parts=inner) | n.AnyOf(parts=inner) | n.Counted(parts=inner):
                counted = formula.number if isinstance(formula, n.Counted) else len(inner)
                number = 1 if isinstance(formula, n.AnyOf) else counted
                needed = number if asked is T else len(inner) - number + 1
                return _fewest([self._lacking(part, env, asked) for part in inner], needed)
            case n.Constant():
                return Against()
        return Against((formula,))

    def _leaf(self, leaf: n.Formula, env: Environment, thing: Subject) -> tuple[Truth, Reads]:
        """The truth of a condition and what it reads: once for a thing, whichever rules ask it."""
        key = id(self._alike.get(id(leaf), leaf)), thing
        if key not in self._leaves:
            self._leaves[key] = self._settled.formulas.truth(leaf, env), self._reader.reads(leaf, env)
        return self._leaves[key]

    def _read(self, operands: Iterable[tuple[str, n.Operand]], env: Environment) -> Iterator[ConeCondition]:
        for at, operand in operands:
            yield ConeCondition(operand, at, None, self._reader.reads(operand, env))


@by_policy
def alike(policy: ir.Policy) -> Mapping[int, n.Formula]:
    """For each condition without parts, by identity, the first that asks the same."""
    first: dict[n.Formula, n.Formula] = {}
    bodies = (rule.body for rule in policy.rules.values() if rule.body is not None)
    leaves = (leaf for body in bodies for leaf, *_ in _leaves(body, ""))
    return {id(leaf): first.setdefault(leaf, leaf) for leaf in leaves}


def _leaves(formula: n.Formula, at: str, asked: Truth = T) -> Iterator[tuple[n.Formula, str, Truth]]:
    """The conditions that have no parts of their own, in the order of the text: with labels, and the truth asked."""
    match formula:
        case n.Limb(label=label, part=part):
            yield from _leaves(part, address(at, label), asked)
        case n.Earlier():
            yield formula, at, asked
        case n.Connective():
            of_parts = ~asked if isinstance(formula, n.Not) else asked
            for part in parts(formula):
                yield from _leaves(part, at, of_parts)
        case n.Constant():
            return
        case atom:
            yield atom, at, asked


def _worked_out(rule: ir.Rule) -> Iterator[tuple[str, n.Operand]]:
    """The values that a rule concludes and that the facts say; with the term that gets them."""
    for effect in worked_out(rule.effects):
        yield effect.term, effect.value
