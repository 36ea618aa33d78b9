"""Every line of `fixtures/law`: its answer, what that rests on, its details, what of it is enforced, and what is owed.

Together the lines try every limb: in some line it alone stops its rule, in some it alone lets the rule through.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from functools import cache

import pytest

from licet.decide.dates import date_of
from licet.facts.store import Subject
from licet.ir import nodes as n
from licet.ir.policy import Rule
from licet.run.reference import Interpreter
from licet.values import Truth
from tests.policy.law import Line, came, decisions, inventory, library, lines

# Limbs that cannot decide alone: what is classified under another entry is never surely outside the EAR.
NEVER_ALONE = {
    "us.ear.embargoes.united_nations_embargoes (a)",
    "us.ear.end_uses.supplement_2_items (a)",
    "us.ear.end_uses.other_entries (a)",
}


@pytest.mark.parametrize("line", lines(), ids=lambda line: line.id)
def test_line(line: Line) -> None:
    assert came(decisions()[line.id]) == line.expected


def test_what_is_owed() -> None:
    """Records are owed wherever an item that is subject to the EAR is moved or shown; lines name the other duties."""
    owed = {
        id_: {duty.rule.rsplit(".", 1)[-1] for duty in decision.obligations if duty.status == "due"}
        for id_, decision in decisions().items()
    }
    assert {line.id: line.owed for line in lines()} == {id_: duties - {"keep_records"} for id_, duties in owed.items()}
    assert "keep_records" in owed["weights-above"]
    assert "keep_records" not in owed["weights-published"]


@pytest.mark.slow
def test_every_limb_decides_alone_in_some_line() -> None:
    lacking = _lacking()
    for day, transfers in _days().items():
        formulas = Interpreter(library(), inventory(), day).formulas
        for rule, block, limbs in _blocks_of_rules():
            subjects = transfers if rule.entity == "Transfer" else list(inventory().entities.get(rule.entity, ()))
            names = [label for label, _ in limbs]
            for subject in subjects:
                if not any(lacking[name] for name in names):
                    break
                truths = [formulas.truth(part, {rule.variable: subject}) for _, part in limbs]
                for at, name in enumerate(names):
                    lacking[name] -= set(alone(block, truths, at))
    assert {name: words for name, words in lacking.items() if words} == {}


def _lacking() -> dict[str, set[str]]:
    """Each limb of each rule, and that nothing was seen yet where it alone stops its rule, or lets it through."""
    limbs = {label for _, _, limbs in _blocks_of_rules() for label, _ in limbs}
    return {limb: {"lets through"} if limb in NEVER_ALONE else {"lets through", "stops"} for limb in limbs}


def _days() -> dict[date | None, list[str]]:
    """The transfers, by the day that governs them, days with few of them first: totals over all are read there."""
    found = defaultdict(list)
    for line in lines():
        found[date_of(library(), inventory(), Subject("Transfer", line.id), None, None)].append(line.id)
    return dict(sorted(found.items(), key=lambda day: len(day[1])))


@cache
def _blocks_of_rules() -> list[tuple[Rule, n.Formula, list[tuple[str, n.Formula]]]]:
    rules = [rule for rule in library().rules.values() if rule.trigger is not None and rule.id.startswith("us.")]
    return [
        (rule, *block) for rule in rules if rule.trigger is not None for block in blocks(rule.trigger, f"{rule.group} ")
    ]


def blocks(formula: n.Formula, above: str) -> Iterator[tuple[n.Formula, list[tuple[str, n.Formula]]]]:
    """Each `all of` and `any of` of a rule and of the defines that it uses, with the addresses of its limbs.

    The limbs of a define bear the define's name, so that one rule that uses it may show what another does not.
    """
    if isinstance(formula, n.AllOf | n.AnyOf):
        own = [part for part in formula.parts if isinstance(part, n.Limb) and part.label.startswith("(")]
        limbs = [(above + limb.label, limb.part) for limb in own]
        if limbs:
            yield formula, limbs
        for part in formula.parts:
            yield from blocks(part, above)
    elif isinstance(formula, n.Limb):
        yield from blocks(formula.part, above + formula.label if formula.label.startswith("(") else f"{formula.label} ")
    elif isinstance(formula, n.Not):
        yield from blocks(formula.part, above)


def alone(block: n.Formula, truths: list[Truth], at: int) -> Iterator[str]:
    own, others = truths[at], truths[:at] + truths[at + 1 :]
    if isinstance(block, n.AllOf):
        if all(other is Truth.T for other in others):
            yield from ["stops"] if own is Truth.F else ["lets through"] if own is Truth.T else []
    elif all(other is Truth.F for other in others):
        yield from ["stops"] if own is Truth.F else ["lets through"] if own is Truth.T else []
