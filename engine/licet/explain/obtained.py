"""What somebody may ask an authority for: records that, were they given, would bring a milder answer for certain.

A record is added, as a policy says it may be given, and the answer decided again. Nothing that is recorded is ever
another: what is declared of the case is what such a record is made of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from licet.decide.decision import Answer, Decision
from licet.decide.missing.telling import is_open
from licet.facts.store import Facts, Record, Subject
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.run.reference.interpreter import Interpreter
from licet.values import Day, Fact, State

_LARGEST = 3  # records that are asked for together


@dataclass(frozen=True, slots=True)
class Offer:
    """Records that together bring one outcome, each of them needed for it."""

    records: tuple[ir.Obtainable, ...]
    outcome: str


def offers(decision: Decision, answer: Answer, most: int | None = None) -> tuple[Offer, ...]:
    """The smallest sets of records with which a milder outcome than the gravest possible one is certain.

    Where `most` is told, that outcome is no graver than the one at this place of the chain.
    """
    policy, facts = decision.settled.policy, decision.settled.facts
    chain = policy.decisions[answer.decision].outcomes
    about = [one for one in policy.obtainables if one.entity == decision.subject.type]
    milder = chain.index(answer.may) - 1
    gravest = milder if most is None else min(milder, most)
    if gravest < 0:
        return ()
    for size in range(1, min(_LARGEST, len(about)) + 1):
        found = []
        for group in combinations(about, size):
            given = facts_with(facts, group, decision.subject, decision.settled.as_of)
            bounds = Interpreter(policy, given, decision.settled.as_of).decision(
                answer.decision, answer.jurisdiction, decision.subject
            )
            if bounds.must == bounds.may <= gravest:
                found.append(Offer(group, chain[bounds.must]))
        if found:
            return tuple(found)
    return ()


def facts_with(facts: Facts, group: Sequence[ir.Obtainable], subject: Subject, day: Day) -> Facts:
    """The facts with these records besides."""
    entities = dict(facts.entities)
    own = entities[subject.type][subject.id]
    for one in group:
        records = entities.get(one.record, {})
        said = {name: fact for name, fact in _facts(one, subject, own, day) if fact is not State.ABSENT}
        entities[one.record] = {**records, _free(one, records): Record(said)}
    return replace(facts, entities=entities)


def _free(one: ir.Obtainable, records: Mapping[str, object]) -> str:
    """An id that no record has."""
    found = one.id
    while found in records:
        found += "_"
    return found


def _facts(one: ir.Obtainable, subject: Subject, own: Record, day: Day) -> Iterator[tuple[str, Fact]]:
    for name, said in one.facts.items():
        yield name, said if isinstance(said, State) else _fact(said, subject, own, day)


def _fact(said: n.Operand, subject: Subject, own: Record, day: Day) -> Fact:
    """What a part says of a case: of a set nothing, where one of its members is not known."""
    match said:
        case n.Known(value=value):
            return value  # type: ignore[return-value] # no stretch of time, which is no fact
        case n.AsOf():
            return State.ABSENT if day is None else day
        case n.Variable():
            return subject.id
        case n.FieldOf(name=name):
            return subject.id if name == "id" else own.get(name)
        case n.SetOf(items=items):
            members = [_fact(item, subject, own, day) for item in items]
            known = [one for one in members if one is not State.NOT_APPLICABLE]
            return State.ABSENT if any(map(is_open, known)) else frozenset(map(str, known))
        case _:
            raise AssertionError(f"{said} is nothing that a record is given with")


# ---- as a document


def as_document(found: Sequence[Offer]) -> list[dict[str, Any]]:
    """The offers as `licet/explanation/2` has them: what is asked for, of whom, under which law."""
    return [
        {
            "records": [
                {"what": one.id, "title": one.title, "giver": one.giver, "cites": list(map(str, one.cites))}
                for one in offer.records
            ],
            "answer": offer.outcome,
        }
        for offer in found
    ]
