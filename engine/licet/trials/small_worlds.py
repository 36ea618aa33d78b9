"""Small generated inventories that look into the corners of a policy: its own thresholds, values and dates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import chain
from random import Random

from licet.facts.store import Facts, Record
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.types import Kind, Type
from licet.ir.walk import Part, walk
from licet.values import Fact

_EACH = 2  # things of each entity


class SmallWorlds:
    """Draws the values that conditions compare with, and their neighbours; the same seed gives the same worlds."""

    def __init__(self, policy: ir.Policy, also: Iterable[Part] = (), seed: int = 0) -> None:
        """`also` are conditions that are no rule's: of a property."""
        self._policy = policy
        self.random = Random(seed)  # noqa: S311 - repeatable cases, no secrets
        bodies: list[Part] = [r.body for r in policy.rules.values() if r.body is not None]
        bodies += also
        nodes = [node for body in bodies for node in walk(body)]
        self._read = {(_owner(f.base), f.name) for f in nodes if isinstance(f, n.FieldOf)}
        self._known = [k for k in nodes if isinstance(k, n.Known)]
        days = sorted(_days(policy) | {k.value for k in self._known if isinstance(k.value, date)})
        self._days = [d + timedelta(days=i) for d in days for i in (-1, 0)] or [date(2026, 1, 1)]
        self._texts_of: dict[Type, list[str]] = {}
        self._numbers_of: dict[Type, list[int | Fraction]] = {}

    def world(self) -> Facts:
        """An inventory with two things of each entity."""
        ids = self._ids()
        entities = {
            name: {id_: self._record(name, entity.fields, ids) for id_ in ids[name]}
            for name, entity in self._policy.entities.items()
        }
        relations = {
            name: tuple(self._record(name, relation.parameters, ids) for _ in range(self.random.randint(0, 2)))
            for name, relation in self._policy.relations.items()
        }
        return Facts(entities, relations)

    def row(self, relation: str) -> dict[str, Fact]:
        """Facts for a row of a relation."""
        return dict(self._record(relation, self._policy.relations[relation].parameters, self._ids()).facts)

    def value(self, type_: Type) -> Fact | None:
        """A value of a type that some condition may tell from others."""
        return self._value(type_, self._ids())

    def values(self, type_: Type, facts: Facts) -> list[Fact]:
        """All values of a type that conditions may tell apart; of things, those that are recorded."""
        match type_.kind:
            case Kind.BOOLEAN:
                return [True, False]
            case Kind.ENUMERATION:
                return [value for name in type_.values if (value := type_.value_named(name)) is not None]
            case Kind.ENTITY:
                return list(facts.entities.get(type_.name, {}))
            case Kind.DATE:
                return list(self.days())
            case Kind.COUNTRY | Kind.TEXT | Kind.CODE:
                return list(self._texts(type_))
            case Kind.SET:
                assert type_.element is not None
                each = self.values(type_.element, facts)
                return [frozenset(), *(frozenset({str(value)}) for value in each)]
            case Kind.NUMBER | Kind.QUANTITY | Kind.PERCENT:
                return list(self._numbers(type_))
            case _:
                return []

    def _ids(self) -> dict[str, list[str]]:
        return {name: [f"{name.lower()}-{i}" for i in range(1, _EACH + 1)] for name in self._policy.entities}

    def _record(self, owner: str, fields: Mapping[str, ir.Field], ids: dict[str, list[str]]) -> Record:
        facts: dict[str, Fact] = {}
        for field in fields.values():
            if not field.derived and (owner, field.name) in self._read:
                value = self._value(field.type, ids)
                if value is not None:
                    facts[field.name] = value
        return Record(facts)

    def _value(self, type_: Type, ids: dict[str, list[str]]) -> Fact | None:
        choose = self.random.choice
        match type_.kind:
            case Kind.BOOLEAN:
                return choose([True, False])
            case Kind.ENUMERATION:
                return type_.value_named(choose(type_.values))
            case Kind.ENTITY:
                return choose(ids[type_.name])
            case Kind.DATE:
                return choose(self.days())
            case Kind.COUNTRY | Kind.TEXT | Kind.CODE:
                return choose(self._texts(type_))
            case Kind.SET:
                assert type_.element is not None
                value = self._value(type_.element, ids)
                return frozenset() if value is None or choose([True, False]) else frozenset({str(value)})
            case Kind.NUMBER | Kind.QUANTITY | Kind.PERCENT:
                return choose(self._numbers(type_))
            case _:
                return None

    def _texts(self, type_: Type) -> list[str]:
        if type_ not in self._texts_of:
            self._texts_of[type_] = self._texts_said(type_)
        return self._texts_of[type_]

    def _texts_said(self, type_: Type) -> list[str]:
        said = [k.value for k in self._known if _sort(k.type) == _sort(type_) and isinstance(k.value, str)]
        listed = [m.member for d in self._policy.lists.values() if _sort(d.type) == _sort(type_) for m in d.members]
        without = type_.form.example if type_.form else "CH" if type_.kind is Kind.COUNTRY else "text"
        return sorted({*said, *(m for m in listed if isinstance(m, str))}) or [without]

    def _numbers(self, type_: Type) -> list[int | Fraction]:
        if type_ not in self._numbers_of:
            self._numbers_of[type_] = self._numbers_near(type_)
        return self._numbers_of[type_]

    def _numbers_near(self, type_: Type) -> list[int | Fraction]:
        said = [k.value for k in self._known if k.type == type_ and isinstance(k.value, int | Fraction)]
        near = {v + d for v in said for d in (-step(v, type_), 0, step(v, type_))} | {0}
        return sorted(v for v in near if v >= 0 and (type_.kind is not Kind.PERCENT or v <= 1))

    def days(self) -> Sequence[date]:
        """The days that conditions may tell apart; they are not to be changed."""
        return self._days


def step(number: int | Fraction, type_: Type) -> int | Fraction:
    """To a neighbour that can be told apart and still be read: one, or a hundredth of what is large."""
    return Fraction(1, 100) if type_.kind is Kind.PERCENT else max(1, 10 ** (len(str(int(number))) - 3))


def _sort(type_: Type) -> tuple[Kind, str]:
    """Codes of one kind are no others' codes."""
    return type_.kind, type_.name if type_.kind is Kind.CODE else ""


def _owner(base: n.Operand) -> str:
    return "" if isinstance(base, n.AsOf) else base.type.name


def _days(policy: ir.Policy) -> set[date]:
    """The days on which some rule begins or ends to stand, or a list begins to be known.

    Of a list of days the first and the last: one is like another, and all would crowd out those that tell rules apart.
    """
    found = set()
    for rule in policy.rules.values():
        for interval in chain(*rule.live.told.values()):
            found |= {day for day in (interval.start, interval.end) if day is not None}
    for dated in policy.lists.values():
        found |= {day for day in (dated.covers.start,) if day is not None}
        listed = sorted(m.member for m in dated.members if isinstance(m.member, date))
        found |= {*listed[:1], *listed[-1:]}
    return found
