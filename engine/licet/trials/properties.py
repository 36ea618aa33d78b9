"""What must always be true of a policy, looked for in given and in generated facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

from licet.facts.store import Facts, Subject
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.walk import walk
from licet.run.reference.interpreter import Interpreter
from licet.run.reference.unknown_values import F, T, U
from licet.trials.aimed_worlds import AimedWorld
from licet.trials.examples import date_of_test, facts_of
from licet.trials.shrink import is_whole, smallest, written
from licet.trials.small_worlds import SmallWorlds
from licet.values import Truth

GENERATED = 200


@dataclass(frozen=True, slots=True)
class PropertyResult:
    """How often a property was looked at; a counterexample is the facts on which it is broken."""

    property: ir.Property
    holds: int
    unknown: int
    counterexample: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _World:
    facts: Facts
    day: date | None


def check_properties(policy: ir.Policy, inventories: Sequence[tuple[Facts, date | None]] = ()) -> list[PropertyResult]:
    """Each property over the worlds of the policy's tests, the inventories given and small generated ones."""
    tests = [(facts_of(test), date_of_test(policy, test)) for test in policy.tests]
    given = [_World(facts, day) for facts, day in (*inventories, *tests)]
    return [_check(policy, p, given) for p in policy.properties]


def _check(policy: ir.Policy, property_: ir.Property, given: Iterable[_World]) -> PropertyResult:
    """Broken only where its `when` is true and its `then` false; with an unknown it is not passed either."""
    holds = unknown = 0
    for world in (*given, *_generated(policy, property_)):
        for things, when, then in _cases(policy, property_, world.facts, world.day):
            if when is T and then is F:
                return PropertyResult(property_, holds, unknown, _counterexample(policy, property_, world, things))
            if when is not F and U in (when, then):
                unknown += 1
            elif when is T:
                holds += 1
    return PropertyResult(property_, holds, unknown, ())


def _generated(policy: ir.Policy, property_: ir.Property) -> Iterator[_World]:
    """Worlds made to meet `when`, every second one also to break `then`; every fourth is left as it was drawn."""
    conditions = [p for p in (property_.when, property_.then) if p is not None]
    values = SmallWorlds(policy, conditions)
    known = _days_of_lists(policy, conditions, values.days())
    for number in range(GENERATED):
        world = AimedWorld(policy, values, values.random.choice(known if number % 4 else values.days()))
        env = {}
        for name, entity in property_.parameters:
            env[name] = values.random.choice(list(world.things[entity].values()))
        if number % 4:
            if number % 2:
                world.make(property_.then, env, wanted=False)
            world.make(property_.when, env)
        if is_whole(policy, world.facts):
            yield _World(world.facts, world.day)


def _days_of_lists(policy: ir.Policy, conditions: Iterable[n.Formula], days: Sequence[date]) -> Sequence[date]:
    """The days that every list in the conditions covers, where there are any: on others nobody can say who is on it."""
    lists = {part.name for condition in conditions for part in walk(condition) if isinstance(part, n.ListNamed)}
    return [day for day in days if all(policy.lists[name].covers.contains(day) for name in lists)] or days


def _cases(
    policy: ir.Policy, property_: ir.Property, facts: Facts, day: date | None
) -> Iterator[tuple[tuple[Subject, ...], Truth, Truth]]:
    """Every choice of things for the property's parameters, and what its two conditions come to; `then` is not asked
    where `when` is false.
    """
    engine = Interpreter(policy, facts, day)
    for things in product(*(list(facts.subjects(entity)) for _, entity in property_.parameters)):
        yield things, *_truths(engine, property_, things)


def _truths(engine: Interpreter, property_: ir.Property, things: tuple[Subject, ...]) -> tuple[Truth, Truth]:
    env = {name: thing.id for (name, _), thing in zip(property_.parameters, things, strict=True)}
    when = T if property_.when is None else engine.formulas.truth(property_.when, env)
    return when, T if when is F else engine.formulas.truth(property_.then, env)


def _counterexample(
    policy: ir.Policy, property_: ir.Property, world: _World, things: tuple[Subject, ...]
) -> tuple[str, ...]:
    """The least of the facts on which the property is still broken for these things."""

    def broken(facts: Facts) -> bool:
        if not is_whole(policy, facts):
            return False
        if any(thing.id not in facts.entities.get(thing.type, {}) for thing in things):
            return False
        return _truths(Interpreter(policy, facts, world.day), property_, things) == (T, F)

    return tuple(written(policy, smallest(world.facts, broken), things, world.day))
