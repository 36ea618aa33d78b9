"""What is missing from a decision is all that can change it: other facts may turn out as they like."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from itertools import cycle
from typing import Any

from licet.decide.decision import Decision, Missing
from licet.decide.missing.trace import row_name
from licet.facts.store import Facts, Record, Subject
from licet.ir import policy as ir
from licet.ir.types import Kind, Type
from licet.values import Fact, Range, State, Truth
from tests.run.soundness import ENGINES, agreed, decided, options, turning_points

Key = tuple[tuple[str, str], str]  # type and id, or relation and row, and the fact; a collection is a fact of somebody
_SHARES = (0, Fraction(1, 10), Fraction(1, 5))  # so small that a few of them stay below the whole
_ROUNDS = 20


@dataclass(slots=True)
class Recall:
    """Compares answers before and after facts become known; `seen` counts what was compared."""

    chance: random.Random
    seen: Counter[str] = field(default_factory=Counter)

    def of(self, policy: ir.Policy, facts: Facts, as_of: date | None) -> list[str]:
        """Answers that change with facts that were not missing, or that stay open although nothing is."""
        subjects = [s for type_ in policy.entities for s in facts.subjects(type_)]
        found: list[str] = []
        different: list[str] = []
        engines = cycle(ENGINES)
        for before in agreed(policy, facts, subjects, as_of, different):

            def again(known: Facts, subject: Subject = before.subject) -> Decision:
                """By one engine after the other: what they say of the facts as they were is the same."""
                return decided(policy, known, [subject], as_of, next(engines))[0]

            alike: dict[frozenset[Key], list[str]] = {}
            for name in ranges(before):
                self.seen["answers"] += 1
                alike.setdefault(missing(before, name), []).append(name)
                found += self._settled(policy, facts, before, name, again)
            for asked, names in alike.items():
                found += self._unchanged(policy, facts, before, asked, names, again)
        return [*different, *found]

    def _unchanged(
        self,
        policy: ir.Policy,
        facts: Facts,
        before: Decision,
        asked: frozenset[Key],
        names: Sequence[str],
        again: Callable[[Facts], Decision],
    ) -> Iterator[str]:
        """Whatever was not missing becomes known at once: answers from which the same is missing stay as they are."""
        known = self.learned(policy, facts, lambda key: key not in asked)
        after = again(known)
        for name in names:
            if ranges(after)[name] != ranges(before)[name]:
                change = f"{ranges(before)[name]} became {ranges(after)[name]} ({after.engine})"
                yield f"{name} of {before.subject}: {change}, of which only {sorted(asked)} was missing: {known}"

    def _settled(
        self, policy: ir.Policy, facts: Facts, before: Decision, name: str, again: Callable[[Facts], Decision]
    ) -> Iterator[str]:
        """Whatever is missing becomes known, round by round, until nothing is: then the answer is determined."""
        decision = before
        for _ in range(_ROUNDS):
            low, high = ranges(decision)[name]
            asked = missing(decision, name)
            if low == high:
                self.seen["settled"] += 1
                return
            if not any(narrows(m, name) for m in decision.missing):
                if not in_conflict(policy, decision):
                    yield f"{name} of {decision.subject} is from {low} to {high} and nothing is missing: {facts}"
                return
            learned = self.learned(policy, facts, asked.__contains__)
            if learned == facts:  # what is left is open, undetermined or law
                self.seen["open for good"] += 1
                return
            facts, decision = learned, again(learned)

    # ---- facts

    def learned(
        self, policy: ir.Policy, facts: Facts, wanted: Callable[[Key], bool], *, undetermined: bool = False
    ) -> Facts:
        """The facts with every unknown one that is wanted turned out somehow; with `undetermined`, these too."""
        of = options(turning_points(policy))
        entities = {
            type_: {
                id_: self._record(facts, record, (type_, id_), policy.entities[type_].fields, of, wanted, undetermined)
                for id_, record in records.items()
            }
            for type_, records in facts.entities.items()
        }
        relations = {}
        for relation, rows in facts.relations.items():
            declared = policy.relations[relation]
            relations[relation] = tuple(
                self._record(
                    facts,
                    row,
                    (relation, row_name(policy, relation, row)),
                    declared.parameters,
                    of,
                    wanted,
                    undetermined,
                )
                for row in rows
            )
        return replace(facts, entities=entities, relations=relations)

    def _record(
        self,
        facts: Facts,
        record: Record,
        owner: tuple[str, str],
        fields: Any,
        of: Callable[[Type], Sequence[Any]],
        wanted: Callable[[Key], bool],
        undetermined: bool,
    ) -> Record:
        found = {}
        for name, declared in fields.items():
            fact = record.get(name)
            if not declared.derived and wanted((owner, name)):
                given = State.ABSENT if undetermined and fact is State.UNDETERMINED else fact
                fact = self._turned_out(facts, given, declared, of)
            if fact is not State.ABSENT:
                found[name] = fact
        return Record(found)

    def _turned_out(self, facts: Facts, fact: Fact, declared: ir.Field, of: Callable[[Type], Sequence[Any]]) -> Fact:
        type_ = declared.type
        if type_.kind is Kind.ENTITY:
            values: Sequence[Any] = list(facts.entities[type_.name])
        else:
            values = _SHARES if type_.kind is Kind.PERCENT else of(type_)
        if isinstance(fact, Range):
            low, high = fact.low, fact.high
            inside = [v for v in values if (low is None or v >= low) and (high is None or v <= high)]
            return self.chance.choice(inside or [low])  # type: ignore[no-any-return]
        if fact is State.ABSENT:
            return self.chance.choice([*values, *values, *([] if declared.always else [State.NOT_APPLICABLE])])  # type: ignore[no-any-return]
        return fact


def with_few_unknown(policy: ir.Policy, facts: Facts, chance: random.Random) -> Facts:
    """The same world with all but one or two of its unknown facts turned out somehow; what is open is mostly closed."""
    unknown = list(_unknown(policy, facts))
    kept = set(chance.sample(unknown, min(len(unknown), chance.choice((1, 1, 2)))))
    if chance.randrange(4):
        facts = replace(facts, opened={})
    return Recall(chance).learned(policy, facts, lambda key: key not in kept, undetermined=True)


def _unknown(policy: ir.Policy, facts: Facts) -> Iterator[Key]:
    for type_, records in facts.entities.items():
        for id_, record in records.items():
            for name, declared in policy.entities[type_].fields.items():
                if not declared.derived and _is_open(record.get(name)):
                    yield (type_, id_), name
    for relation, rows in facts.relations.items():
        for row in rows:
            for name in policy.relations[relation].parameters:
                if _is_open(row.get(name)):
                    yield (relation, row_name(policy, relation, row)), name


def _is_open(fact: Fact) -> bool:
    return isinstance(fact, Range) or fact in (State.ABSENT, State.UNDETERMINED)


def missing(decision: Decision, name: str) -> frozenset[Key]:
    """The facts that are missing from an answer."""
    return frozenset((m.of, m.fact) for m in decision.missing if narrows(m, name))


def narrows(fact: Missing, name: str) -> bool:
    """Whether a missing fact is said to narrow an answer, as `ranges` calls it."""
    return name in fact.decides or name in {called(*view) for view in fact.answers}


def called(decision: str, jurisdiction: str) -> str:
    return f"{decision} in {jurisdiction}"


def ranges(decision: Decision) -> dict[str, tuple[Any, Any]]:
    """Each decision overall and in each jurisdiction, and each score: from and to."""
    return {
        **{called(answer.decision, answer.jurisdiction): (answer.must, answer.may) for answer in decision.answers},
        **{overall.decision: (overall.must, overall.may) for overall in decision.overall},
        **{score.score: (score.low, score.high) for score in decision.scores},
    }


def in_conflict(policy: ir.Policy, decision: Decision) -> bool:
    """Whether rules surely give one term of anything two values, which leaves open whatever reads it."""
    places = {rule.jurisdiction for rule in policy.rules.values()}
    return any(
        sum(truth is Truth.T for truth in decision.settled.term(type_, name, place, id_).members.values()) > 1
        for type_, records in decision.settled.facts.entities.items()
        for name, declared in policy.entities[type_].fields.items()
        if declared.derived and declared.type.kind is not Kind.SET
        for place in places
        for id_ in records
    )
