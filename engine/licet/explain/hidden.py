"""A world in which only some units are known: an answer is decided again from them (docs/explanation.md#parts)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property
from typing import Any

from licet.explain.cone import Cone
from licet.explain.memory import Memory
from licet.explain.remembered import Answer, FactsAsked, KnownMembers, MembersAsked
from licet.explain.scopes import is_outside, said_of, scopes
from licet.explain.trial_world import TrialWorld
from licet.explain.units import FactUnit, MemberUnit, Only, Pairs, Rows, RowUnit, Unit
from licet.explain.waiting import Waiting
from licet.facts.store import Opening, Record
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.run.reference.formulas import Bound, Environment, Formulas, Nameless, Row
from licet.run.reference.unknown_values import T, U
from licet.values import Day, State, Truth


class Kept:
    """The units that stay known, by what they are of; a collection is complete if all that fits it stays."""

    def __init__(self, cone: Cone, units: Iterable[Unit]) -> None:
        self.units = frozenset(units)
        self._cone = cone
        of: dict[str, list[Unit]] = {}
        for unit in self.units:
            if not isinstance(unit, FactUnit):
                of.setdefault(collection_of(unit), []).append(unit)
        self._collections = {name: _KeptCollection(cone, frozenset(found)) for name, found in of.items()}

    def without(self, units: frozenset[Unit]) -> Kept:
        """The same without some units."""
        kept = Kept(self._cone, ())
        kept.units = self.units - units
        kept._collections = self._collections.copy()
        for name in collections_of(units):
            kept._collections[name] = _KeptCollection(self._cone, self.state(name) - units)
        return kept

    def members(self, asked: MembersAsked) -> KnownMembers:
        """What is known of the members of a collection in some scopes."""
        return self._of(asked.collection).members(asked.scopes)

    def rows(self, relation: str) -> frozenset[int]:
        """The places of all rows of a relation that stay known."""
        return frozenset(self._of(relation).all.rows)

    def is_complete(self, collection: str, pairs: Pairs) -> bool:
        """Whether a scope lies within one that is known to have no further members."""
        return not self._of(collection).members((pairs,)).incomplete

    def state(self, collection: str) -> frozenset[Unit]:
        """All that is known of a collection: the same state, the same members."""
        return self._of(collection).units

    def _of(self, collection: str) -> _KeptCollection:
        found = self._collections.get(collection)
        if found is None:
            found = self._collections[collection] = _KeptCollection(self._cone, frozenset())
        return found


class _KeptCollection:
    """What stays known of one collection."""

    def __init__(self, cone: Cone, units: frozenset[Unit]) -> None:
        self.units = units
        self._cone = cone
        self._complete = [
            (dict(unit.scope), cone.fitting[unit])
            for unit in units
            if isinstance(unit, Only) and cone.fitting[unit] <= units
        ]
        self._members: dict[tuple[Pairs, ...], KnownMembers] = {}

    @cached_property
    def all(self) -> KnownMembers:
        """All that stays known."""
        return self._told(self.units, ())

    def members(self, scopes: tuple[Pairs, ...]) -> KnownMembers:
        """What can lie in some scopes, if each is within some that have no further members; else all of them."""
        found = self._members.get(scopes)
        if found is None:
            within = {pairs: self._within(pairs) for pairs in scopes}
            incomplete = tuple(pairs for pairs, units in within.items() if units is None)
            known = self.units if incomplete else frozenset[Unit]().union(*filter(None, within.values()))
            found = self._members[scopes] = self._told(known, incomplete)
        return found

    def _within(self, pairs: Pairs) -> set[Unit] | None:
        asked = dict(pairs)
        within = [units for scope, units in self._complete if scope.items() <= asked.items()]
        return set.intersection(*within) if within else None

    def _told(self, units: frozenset[Unit], incomplete: tuple[Pairs, ...]) -> KnownMembers:
        places = sorted(place for unit in units if isinstance(unit, RowUnit) for place in self._cone.places[unit])
        ids = sorted(unit.id for unit in units if isinstance(unit, MemberUnit))
        return KnownMembers(tuple(places), tuple(ids), incomplete)


def collection_of(unit: RowUnit | MemberUnit | Only) -> str:
    """The relation or the population that a unit is of."""
    match unit:
        case RowUnit(relation=name) | Only(collection=name) | MemberUnit(type=name):
            return name


def collections_of(units: Iterable[Unit]) -> frozenset[str]:
    """Those that some units are of."""
    return frozenset(collection_of(unit) for unit in units if not isinstance(unit, FactUnit))


class Hidden(Formulas):
    """Formulas over the kept units of an inventory: everything else is absent, and collections are open."""

    def __init__(self, world: HiddenWorld, as_of: Day) -> None:
        super().__init__(world.policy, world.facts, as_of, world)
        self._world = world
        self._kept = world.kept

    def at(self, day: date) -> Formulas:
        if day not in self._others:
            self._others[day] = Hidden(self._world, day)
        return self._others[day]

    def _record_field(self, type_: str, id_: str, name: str) -> Any:
        unit = FactUnit(type_, id_, name)
        known = unit in self._kept.units
        self._world.finding.answers[unit] = known
        return super()._record_field(type_, id_, name) if known else State.ABSENT

    def fitting(self, each: n.Each, where: n.Formula | None, env: Environment) -> Iterator[tuple[Bound, Truth]]:
        if each.kind == "members":
            yield from self.candidates(each, env)
            return
        found = self._members(MembersAsked(each.name, scopes(self, each, where, env)))
        if each.kind == "rows":
            yield from ((Row(each.name, place), T) for place in found.rows)
        else:
            yield from ((id_, T) for id_ in found.ids)
        yield from ((Nameless(each.type, opening), U) for opening in self._further(each, found))

    def _members(self, asked: MembersAsked) -> KnownMembers:
        found = self._world.finding.answers[asked] = self._kept.members(asked)
        return found

    def _further(self, each: n.Each, found: KnownMembers) -> Iterator[Opening | None]:
        """What there may be besides, in each scope that is not known to be complete."""
        collection = each.name
        relation = self.policy.relations.get(collection)
        if (relation is None and collection in self.facts.opened) or (relation is not None and relation.open):
            yield None
        else:
            yield from self.facts.opened.get(collection, ())
            yield from (Opening(self._common(each, pairs)) for pairs in found.incomplete)

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
        kept = self._kept.rows(relation)
        rows = self.facts.relations.get(relation, ())
        self._world.finding.answers[relation] = self._kept.state(relation)
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


class HiddenWorld(TrialWorld):
    """The reference over the kept units."""

    def __init__(
        self, policy: ir.Policy, rows: Rows, as_of: Day, kept: Kept, memory: Memory, *, enforced_only: bool = False
    ) -> None:
        super().__init__(policy, rows.facts, as_of, memory, enforced_only=enforced_only)
        self.rows = rows
        self.kept = kept

    @cached_property
    def formulas(self) -> Hidden:
        """They know the kept units; made where one is asked for, since most conditions were found before."""
        return Hidden(self, self.as_of)

    def known(self, asked: FactsAsked) -> Answer:
        match asked:
            case FactUnit():
                return asked in self.kept.units
            case MembersAsked():
                return self.kept.members(asked)
            case collection:
                return self.kept.state(collection)

    def without(self, units: frozenset[Unit]) -> HiddenWorld:
        """The same world without some units."""
        world = self.another()
        world.kept = self.kept.without(units)
        waiting = Waiting(self.policy, self.memory)
        waiting.for_answers([unit for unit in units if isinstance(unit, FactUnit)])
        for collection in collections_of(units):
            asked = self.memory.of_collection.get(collection, ())
            waiting.for_answers([question for question in asked if world.known(question) != self.known(question)])
        world.find_again(waiting)
        return world
