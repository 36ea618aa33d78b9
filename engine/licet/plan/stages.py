"""The order of work: a component's exceptions before the rules that they may beat (language.md#strata)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from licet.ir.policy import Policy
from licet.ir.strata import Strata
from licet.plan.network import Stage


def stages(policy: Policy, strata: Strata) -> tuple[Stage, ...]:
    """For each component: the bodies of its exceptions, then its rules; at last the rules that nobody reads."""
    placed: set[str] = set()  # rules whose bodies have a stage
    concluded: set[str] = set()
    found: list[Stage] = []

    def place(rules: Iterable[str]) -> tuple[str, ...]:
        fresh = tuple(sorted(set(rules) - placed))
        placed.update(fresh)
        return fresh

    def excepted(rule: str) -> tuple[str, ...]:
        return policy.rules[rule].excepts

    for component in strata.components:
        rules = {rule.id for name in component for rule in strata.concluders[name]}
        beaters = closure(rules, lambda r: strata.beaten_by.get(r, ()))
        if early := place(beaters):
            found.append(Stage(frozenset(), early, (), ()))
        involved = rules | closure(rules, excepted)
        concluded |= rules
        found.append(Stage(component, place(involved), tuple(sorted(involved)), tuple(sorted(rules))))
    last = tuple(sorted(set(policy.rules) - concluded))
    outlets = tuple(sorted(set(last) | closure(last, excepted)))
    found.append(Stage(frozenset(), place(policy.rules), (), ()))
    found.append(Stage(frozenset(), (), outlets, last))
    return tuple(stage for stage in found if stage.bodies or stage.outlets)


def closure(start: Iterable[str], step: Callable[[str], Iterable[str]]) -> set[str]:
    """Everything reached in one or more steps."""
    found: set[str] = set()
    pending = list(start)
    while pending:
        for reached in step(pending.pop()):
            if reached not in found:
                found.add(reached)
                pending.append(reached)
    return found
