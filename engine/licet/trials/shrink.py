"""The smallest part of some facts that still shows what they show, and how it is written down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from licet.facts.store import Facts, Record, Subject
from licet.ir import policy as ir
from licet.ir.types import Kind, Type
from licet.values import Fact, Range, State, format_number, format_percent


@dataclass(frozen=True, slots=True)
class _Piece:
    """What can be left out: a row, a thing with all its facts, or one fact."""

    owner: str
    id: str | int
    fact: str | None = None


def smallest(facts: Facts, shows: Callable[[Facts], bool]) -> Facts:
    """Leaves out stretches of pieces, ever shorter ones, as long as `shows` stays true; no piece left is needless."""
    pieces = list(_pieces(facts))
    size = max(len(pieces) // 2, 1)
    while True:
        start, before = 0, len(pieces)
        while start < len(pieces):
            fewer = pieces[:start] + pieces[start + size :]
            if shows(_only(facts, fewer)):
                pieces = fewer
            else:
                start += size
        if size == 1 and len(pieces) == before:
            return _only(facts, pieces)
        size = max(size // 2, 1)


def _pieces(facts: Facts) -> Iterator[_Piece]:
    for name, rows in facts.relations.items():
        yield from (_Piece(name, i) for i in range(len(rows)))
    for entity, records in facts.entities.items():
        yield from (_Piece(entity, id_) for id_ in records)
    for entity, records in facts.entities.items():
        yield from (_Piece(entity, id_, fact) for id_, record in records.items() for fact in record.facts)


def _only(facts: Facts, pieces: Iterable[_Piece]) -> Facts:
    kept = set(pieces)
    entities = {
        entity: {
            id_: Record({k: v for k, v in record.facts.items() if _Piece(entity, id_, k) in kept})
            for id_, record in records.items()
            if _Piece(entity, id_) in kept
        }
        for entity, records in facts.entities.items()
    }
    relations = {
        name: tuple(row for i, row in enumerate(rows) if _Piece(name, i) in kept)
        for name, rows in facts.relations.items()
    }
    return replace(facts, entities=entities, relations=relations)


def _records(facts: Facts) -> Iterator[tuple[Subject, Record]]:
    for entity, records in facts.entities.items():
        for id_, record in records.items():
            yield Subject(entity, id_), record
    for name, rows in facts.relations.items():
        for row in rows:
            yield Subject(name, ""), row


def is_whole(policy: ir.Policy, facts: Facts) -> bool:
    """Whether an inventory could be: no key twice, no total above its bound, nothing named that is not there."""
    for subject, record in _records(facts):
        fields = _fields(policy, subject.type)
        for key, value in record.facts.items():
            type_ = fields[key].type
            if type_.kind is Kind.ENTITY and isinstance(value, str) and value not in facts.entities[type_.name]:
                return False
    for name, rows in facts.relations.items():
        relation = policy.relations[name]
        keys = [named for row in rows if State.ABSENT not in (named := tuple(row.get(k) for k in relation.key))]
        if relation.key and len(set(keys)) < len(keys):
            return False
        for bound in relation.bounds:
            totals: dict[Fact, Fraction] = {}
            for row in rows:
                share = row.get(bound.summed)
                if isinstance(share, int | Fraction):
                    totals[row.get(bound.per)] = totals.get(row.get(bound.per), Fraction(0)) + share
            if any(total > bound.limit for total in totals.values()):
                return False
    return True


def _fields(policy: ir.Policy, owner: str) -> dict[str, ir.Field]:
    found = policy.entities[owner].fields if owner in policy.entities else policy.relations[owner].parameters
    return dict(found)


# ---- as text


def written(policy: ir.Policy, facts: Facts, about: Iterable[Subject], day: date | None) -> Iterator[str]:
    """The facts as the givens of a test: first the things in question, then those that they lead to, then rows."""
    yield f"as of {day}"
    pending = list(about)
    pending += [s for s, record in _records(facts) if s.id and record.facts and s not in pending]
    for subject in dict.fromkeys(pending):
        record = facts.entities.get(subject.type, {}).get(subject.id)
        if record is not None:
            yield f"{subject} {{ {_said_facts(policy, subject.type, record)} }}".replace("{  }", "{ }")
    for name, rows in facts.relations.items():
        for row in rows:
            yield f"{name}({', '.join(_values(policy, name, row))})"


def _said_facts(policy: ir.Policy, owner: str, record: Record) -> str:
    fields = _fields(policy, owner)
    return ", ".join(f"{k}: {_said(v, fields[k].type)}" for k, v in record.facts.items() if v is not State.ABSENT)


def _values(policy: ir.Policy, owner: str, record: Record) -> Iterator[str]:
    for name, field in _fields(policy, owner).items():
        yield _said(record.get(name), field.type)


def _said(fact: Fact, type_: Type) -> str:
    match fact:
        case State():
            return "unknown" if fact is State.ABSENT else fact.value
        case bool():
            return "yes" if fact else "no"
        case Range(low=low, high=high):
            low_said = "any" if low is None else _said(low, type_)
            return f"{low_said} to {'any' if high is None else _said(high, type_)}"
        case frozenset():
            return f"[{', '.join(_said(v, type_.element or type_) for v in sorted(fact))}]"
        case int() | Fraction():
            unit = f" {type_.name}" if type_.kind is Kind.QUANTITY else ""
            return format_percent(fact) if type_.kind is Kind.PERCENT else format_number(fact) + unit
        case str() if type_.kind is Kind.TEXT:
            return '"' + fact.replace('"', '""') + '"'
        case _:
            return str(fact)
