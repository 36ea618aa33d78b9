"""A world of a solver as facts: complete ones, which the reference interpreter decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from licet.changes.solver.codings import COUNTRIES
from licet.changes.solver.script import FALSE, TRUE, Term
from licet.changes.solver.solvers import Assigned
from licet.changes.solver.unknowns import FactAsked, ThingPath, Unknowns
from licet.facts.store import Facts, Record, Subject
from licet.ir import policy as ir
from licet.ir.types import Kind, Type
from licet.values import Fact, State, simplest

_NOTHING = State.NOT_APPLICABLE


@dataclass(frozen=True, slots=True)
class WorldFound:
    """Facts, the subject that is asked for, and the day that governs."""

    facts: Facts
    subject: Subject
    as_of: date


def names_asked(unknowns: Unknowns) -> frozenset[Term]:
    """The unknowns that say what the facts are."""
    found = {unknowns.as_of, *unknowns.roots.values()}
    for fact in unknowns.facts.values():
        found |= {fact.own, fact.value, *fact.members.values()}
    return frozenset(found - {TRUE, FALSE})


def thing_at(world: WorldFound, path: ThingPath) -> str | None:
    """The thing to which a path leads in a world; None where it leads to none."""
    if path.owner is None:
        return world.subject.id
    owner = thing_at(world, path.owner)
    found = None if owner is None else world.facts.entities[path.owner.entity][owner].get(path.name)
    return found if isinstance(found, str) and found in world.facts.entities.get(path.entity, {}) else None


def concrete(
    policies: tuple[ir.Policy, ir.Policy],
    unknowns: Unknowns,
    assigned: Assigned,
    base: WorldFound | None,
    root: ThingPath,
) -> WorldFound:
    """What a solver assigned, as facts set over those of a world; what neither says does not apply."""
    made = _Made(policies, unknowns, assigned, base, root)
    for path, name in unknowns.facts:
        made.set(path, name)
    return made.world()


class _Made:
    """Facts that are being made."""

    def __init__(
        self,
        policies: tuple[ir.Policy, ir.Policy],
        unknowns: Unknowns,
        assigned: Assigned,
        base: WorldFound | None,
        root: ThingPath,
    ) -> None:
        self._policies = policies
        self._unknowns = unknowns
        self._assigned = assigned
        self._facts = Facts({}, {}) if base is None else base.facts
        self._records: dict[str, dict[str, dict[str, Fact]]] = {
            type_: {id_: dict(record.facts) for id_, record in records.items()}
            for type_, records in self._facts.entities.items()
        }
        self._ids: dict[ThingPath, str] = {}
        self._by_identity: dict[tuple[str, object], str] = {}
        self._subject = Subject(root.entity, f"{root.entity.lower()}_1" if base is None else base.subject.id)
        self._ids[root] = self._subject.id
        self._record(root.entity, self._subject.id)
        identity = unknowns.roots.get(root)
        if identity is not None:
            self._by_identity[root.entity, assigned.get(identity, 0)] = self._subject.id

    def world(self) -> WorldFound:
        entities = {type_: {i: Record(f) for i, f in records.items()} for type_, records in self._records.items()}
        facts = completed(self._policies[1], replace(self._facts, entities=entities), self._day())
        return WorldFound(facts, self._subject, self._day())

    def _day(self) -> date:
        return date.fromordinal(int(self._assigned.get(self._unknowns.as_of, date(2026, 1, 1).toordinal())))

    def _record(self, entity: str, id_: str) -> dict[str, Fact]:
        return self._records.setdefault(entity, {}).setdefault(id_, {})

    def _is(self, term: Term) -> bool:
        return term == TRUE or (term != FALSE and bool(self._assigned.get(term, False)))

    def set(self, path: ThingPath, name: str) -> None:
        """Records what was assigned of a fact; nothing is recorded of what a path does not lead to."""
        id_ = self._id(path)
        if id_ is None or name not in self._fields(path.entity):
            return
        fact = self._unknowns.facts[path, name]
        self._record(path.entity, id_)[name] = self._value(path, name, fact)

    def _value(self, path: ThingPath, name: str, fact: FactAsked) -> Fact:
        if self._is(fact.own):
            return _NOTHING
        if fact.type.kind is Kind.SET:
            element = fact.type.element or fact.type
            has = (self._unknowns.codings.value(i, element) for i, term in fact.members.items() if self._is(term))
            return frozenset(str(value) for value in has if value is not None)
        if fact.type.kind is Kind.ENTITY:
            return self._id(path.to(name, fact.type.name)) or _NOTHING
        return self._single(self._assigned.get(fact.value, 0), fact.type)

    def _single(self, number: bool | int | Fraction, type_: Type) -> Fact:
        if type_.kind is Kind.DATE:
            return date.fromordinal(max(int(number), 1))
        if type_.is_numeric:
            return simplest(Fraction(number))
        found = self._unknowns.codings.value(int(number), type_)
        return _NOTHING if found is None else found

    def _id(self, path: ThingPath) -> str | None:
        """The id of a thing; None where the path leads nowhere. Things of one identity are one."""
        if path not in self._ids:
            assert path.owner is not None
            owner, fact = self._id(path.owner), self._unknowns.facts.get((path.owner, path.name))
            if owner is None or fact is None or self._is(fact.own):
                return None
            key = path.entity, self._assigned.get(fact.value, path)
            if key not in self._by_identity:
                before = self._record(path.owner.entity, owner).get(path.name)
                known = isinstance(before, str) and before in self._records.get(path.entity, {})
                taken = set(self._by_identity.values())
                fresh = "_".join((*path.steps, "1")).lower()
                self._by_identity[key] = before if known and before not in taken else fresh  # type: ignore[assignment]
            self._ids[path] = self._by_identity[key]
            self._record(path.entity, self._ids[path])
        return self._ids[path]

    def _fields(self, entity: str) -> Mapping[str, ir.Field]:
        declared = self._policies[1].entities.get(entity)
        return {} if declared is None else declared.fields


def completed(policy: ir.Policy, facts: Facts, day: date) -> Facts:
    """Facts of which whatever is not said does not apply, or is some value where it always does."""
    entities = {type_: dict(records) for type_, records in facts.entities.items()}
    waiting = [(type_, id_) for type_, records in entities.items() for id_ in records]
    while waiting:
        type_, id_ = waiting.pop()
        declared = policy.entities.get(type_)
        record = dict(entities[type_][id_].facts)
        for name, field in (declared.fields if declared is not None else {}).items():
            if field.derived or record.get(name, State.ABSENT) is not State.ABSENT:
                continue
            record[name] = _some(field.type, entities, day) if field.always else _NOTHING
            target = field.type.name, str(record[name])
            if field.always and field.type.kind is Kind.ENTITY and target[1] not in entities.get(target[0], {}):
                entities.setdefault(target[0], {})[target[1]] = Record({})
                waiting.append(target)
        entities[type_][id_] = Record(record)
    rows = {name: tuple(_row(policy, name, row) for row in several) for name, several in facts.relations.items()}
    return replace(facts, entities=entities, relations=rows)


def _row(policy: ir.Policy, relation: str, row: Record) -> Record:
    declared = policy.relations.get(relation)
    names = () if declared is None else declared.parameters
    return Record({name: fact if (fact := row.get(name)) is not State.ABSENT else _NOTHING for name in names})


def _some(type_: Type, entities: Mapping[str, Mapping[str, Record]], day: date) -> Fact:
    """Some value of a type."""
    match type_.kind:
        case Kind.SET:
            return frozenset()
        case Kind.ENTITY:
            return next(iter(entities.get(type_.name, {})), f"{type_.name.lower()}_0")
        case Kind.DATE:
            return day
        case Kind.CODE:
            return type_.form.example if type_.form is not None else ""
        case Kind.ENUMERATION:
            return type_.value_named(type_.values[0]) or ""
        case Kind.COUNTRY:
            return COUNTRIES[0]
        case Kind.TEXT:
            return "text"
        case Kind.BOOLEAN:
            return False
        case _:
            return 0
