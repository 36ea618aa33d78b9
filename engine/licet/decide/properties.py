"""What must always be true of a policy, looked for in given and in generated facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

from licet.decide.examples import date_of_test, facts_of
from licet.decide.small_worlds import SmallWorlds
from licet.facts.store import Facts, Subject
from licet.ir import policy as ir
from licet.run import reference
from licet.run.readings import F, T, U
from licet.run.settled import Settled
from licet.values import Fact, State

GENERATED = 200


@dataclass(frozen=True, slots=True)
class PropertyResult:
    """How often a property was looked at; a counterexample is the facts on which it is broken."""

    property: ir.Property
    holds: int
    unknown: int
    counterexample: tuple[str, ...]


def check_properties(policy: ir.Policy, inventories: Sequence[tuple[Facts, date | None]] = ()) -> list[PropertyResult]:
    """Each property over the worlds of the policy's tests, the inventories given and small generated ones."""
    tests = [(facts_of(test), date_of_test(test)) for test in policy.tests]
    return [_check(policy, p, [*inventories, *tests]) for p in policy.properties]


def _check(policy: ir.Policy, property_: ir.Property, given: Iterable[tuple[Facts, date | None]]) -> PropertyResult:
    """Broken only where its `when` is true and its `then` false; with an unknown it is not passed either."""
    holds = unknown = 0
    worlds = [*given, *SmallWorlds(policy, property_).worlds(GENERATED)]
    for facts, day in worlds:
        for settled, env in _cases(policy, property_, facts, day):
            when = T if property_.when is None else settled.formulas.truth(property_.when, env)
            then = settled.formulas.truth(property_.then, env)
            if when is T and then is F:
                return PropertyResult(property_, holds, unknown, tuple(_counterexample(settled, property_, env)))
            if when is not F and U in (when, then):
                unknown += 1
            elif when is T:
                holds += 1
    return PropertyResult(property_, holds, unknown, ())


def _cases(
    policy: ir.Policy, property_: ir.Property, facts: Facts, day: date | None
) -> Iterator[tuple[Settled, dict[str, str]]]:
    things = [list(facts.subjects(entity)) for _, entity in property_.parameters]
    if not all(things):
        return
    settled = Settled(policy, facts, reference.evaluate(policy, facts, (), day))
    for combination in product(*things):
        yield settled, {name: s.id for (name, _), s in zip(property_.parameters, combination, strict=True)}


def _counterexample(settled: Settled, property_: ir.Property, env: dict[str, str]) -> Iterator[str]:
    """The things the property is about, with their facts and those that they name."""
    yield f"as of {settled.as_of}"
    pending = [Subject(entity, env[name]) for name, entity in property_.parameters]
    seen: list[Subject] = []
    while pending:
        subject = pending.pop(0)
        if subject in seen:
            continue
        seen.append(subject)
        record = settled.facts.record(subject)
        fields = settled.policy.entities[subject.type].fields
        shown = ", ".join(f"{k}: {_said(v)}" for k, v in record.facts.items() if not isinstance(v, State))
        yield f"{subject} {{ {shown} }}"
        for name, value in record.facts.items():
            if fields[name].type.name in settled.policy.entities and isinstance(value, str):
                pending.append(Subject(fields[name].type.name, value))
    for name, rows in settled.facts.relations.items():
        for row in rows:
            yield f"{name}({', '.join(_said(v) for v in row.facts.values())})"


def _said(fact: Fact) -> str:
    match fact:
        case State():
            return fact.value
        case bool():
            return "yes" if fact else "no"
        case frozenset():
            return f"[{', '.join(sorted(fact))}]"
        case _:
            return str(fact)
