"""A world that shows a move, made as small as it can be, as a test to paste."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction

from licet.changes.moves import OutcomeRange
from licet.changes.solver.concrete import WorldFound
from licet.changes.solver.worlds import WorldShown, decided
from licet.facts.store import Facts, Record, Subject
from licet.ir import policy as ir
from licet.ir.types import Kind, Type
from licet.trials.shrink import is_whole, smallest
from licet.values import Fact, Range, State, format_number, format_percent

Policies = tuple[ir.Policy, ir.Policy]
Names = Mapping[Subject, str]  # of the variables that stand for things
_NO_NAME = re.compile(r"\W")


class _UnwrittenError(Exception):
    """A fact cannot be given in a test: a third, a range without an end, a thing that is not there."""


def shrunk(policies: Policies, shown: WorldShown, decision: str) -> WorldShown:
    """The least of a world in which both answers stay exactly as they were."""
    world = shown.world

    def shows(facts: Facts) -> bool:
        if world.subject.id not in facts.entities.get(world.subject.type, {}) or not is_whole(policies[1], facts):
            return False
        return decided(policies, replace(world, facts=facts), decision).answers == shown.answers

    return decided(policies, replace(world, facts=smallest(world.facts, shows)), decision)


def as_test(policy: ir.Policy, world: WorldFound, title: str, decision: str, answer: OutcomeRange) -> str:
    """A test to paste beside the rules of a policy, with what it says; empty where a fact cannot be given."""
    chain = policy.decisions[decision].outcomes
    low, high = chain[answer.must], chain[answer.may]
    said = f"is {low}" if low == high else f"is between {low} and {high}"
    names = _names(world.facts)
    try:
        lines = [f"  given {line}" for line in _givens(policy, world.facts, names)]
    except _UnwrittenError:
        return ""
    head = f'test "{title}" as of {world.as_of}'
    return "\n".join([head, *lines, f"  expect {decision} of {names[world.subject]} {said}", ""])


def _names(facts: Facts) -> Names:
    """Ids as names; of two that would be one the second gets a number."""
    found: dict[Subject, str] = {}
    for type_ in facts.entities:
        for subject in facts.subjects(type_):
            name = _NO_NAME.sub("_", subject.id) or "x"
            name = name if name[0].isalpha() and name.isascii() else f"x_{len(found)}"
            found[subject] = name if name not in found.values() else f"{name}_{len(found)}"
    return found


def _givens(policy: ir.Policy, facts: Facts, names: Names) -> Iterator[str]:
    for subject, name in names.items():
        fields = policy.entities[subject.type].fields
        told = dict(_told(fields, facts.record(subject), names))
        own = {} if name == subject.id else {"id": _text(subject.id)}
        inner = ", ".join(f"{key}: {value}" for key, value in {**own, **told}.items())
        yield f"{name} is {subject.type} {{ {inner} }}" if inner else f"{name} is {subject.type} {{ }}"
    for relation, rows in facts.relations.items():
        parameters = policy.relations[relation].parameters.values()
        for row in rows:
            yield f"{relation}({', '.join(_said(row.get(p.name), p.type, names) for p in parameters)})"
    yield from (f"{_item(member)} is in {name}" for name, member in sorted(facts.members, key=str))


def _told(fields: Mapping[str, ir.Field], record: Record, names: Names) -> Iterator[tuple[str, str]]:
    """What is recorded; that a fact is unknown only where leaving it out would say something else."""
    for name, field in fields.items():
        fact = record.get(name)
        if not field.derived and (fact is not State.ABSENT or field.blank or field.beside):
            yield name, _said(fact, field.type, names)


def _said(fact: Fact, type_: Type, names: Names) -> str:
    match fact:
        case State():
            return "unknown" if fact is State.ABSENT else fact.value
        case bool():
            return "yes" if fact else "no"
        case Range(low=None) | Range(high=None):
            raise _UnwrittenError
        case Range(low=low, high=high):
            return f"{_said(low, type_, names)} to {_said(high, type_, names)}"  # type: ignore[arg-type]
        case frozenset():
            return f"[{', '.join(_said(one, type_.element or type_, names) for one in sorted(fact))}]"
        case int() | Fraction():
            return _number(fact, type_)
        case str() if type_.kind is Kind.ENTITY:
            return _named(Subject(type_.name, fact), names)
        case str() if type_.kind in (Kind.TEXT, Kind.CODE):
            return _text(fact)
        case _:
            return str(fact)


def _named(subject: Subject, names: Names) -> str:
    if subject not in names:
        raise _UnwrittenError
    return names[subject]


def _number(number: int | Fraction, type_: Type) -> str:
    said = (format_percent if type_.kind is Kind.PERCENT else format_number)(number).replace(",", "_")
    if "/" in said:
        raise _UnwrittenError
    return f"{said} {type_.name}" if type_.kind is Kind.QUANTITY else said


def _item(member: str | date) -> str:
    return str(member) if isinstance(member, date) or member.isalpha() else _text(member)


def _text(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
