"""Every line of `fixtures/law`: its answer, what that rests on, its details, what of it is enforced, and what is owed.

Together the lines try every limb: in some line it alone stops its rule or define, in some it alone lets it through.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import pytest

from licet.decide.dates import date_of
from licet.facts.store import Subject
from licet.ir import nodes as n
from licet.ir.policy import Rule
from licet.ir.walk import Part, parts
from licet.run.reference.formulas import Environment, Formulas
from licet.run.reference.interpreter import Interpreter
from licet.values import Truth
from tests.policy.law import Line, came, decisions, inventory, library, lines

# Limbs that cannot decide alone: what is classified under another entry, or under 4E091 and goes to Russia or Iran, is
# never surely outside the EAR.
NEVER_ALONE = {
    "us.ear.embargoes.russia_belarus (a)",
    "us.ear.embargoes.iran_listed_items (a)",
    "us.ear.embargoes.united_nations_embargoes (a)",
    "us.ear.military_items.supplement_2_in_part (a)",
    "us.ear.military_items.supplement_2_before (a)",
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


Lacking = dict[str, set[str]]  # by a limb, what no line has shown of it


@dataclass(frozen=True)
class Block:
    """An `all of` or `any of` of rules or of a define that they use, and the quantifiers around it."""

    entity: str
    variable: str
    formula: n.AllOf | n.AnyOf
    around: tuple[n.Each, ...]

    @property
    def limbs(self) -> list[n.Limb]:
        return [part for part in self.formula.parts if isinstance(part, n.Limb) and part.label.startswith("(")]

    def bindings(self, formulas: Formulas, subject: str) -> Iterator[Environment]:
        """The subject alone, or with each member that the quantifiers run over."""
        found: Iterator[Environment] = iter([{self.variable: subject}])
        for each in self.around:
            found = _over(each, formulas, found)
        return found


def _over(each: n.Each, formulas: Formulas, outer: Iterator[Environment]) -> Iterator[Environment]:
    for env in outer:
        yield from (inner for inner, _ in formulas.members(each, None, env))


@pytest.mark.slow
def test_every_limb_decides_alone_in_some_line() -> None:
    """A limb of a define at every place where the define is used."""
    lacking, of_rules = defaultdict[Block, list[tuple[str, Lacking]]](list), Lacking()
    for group, block, names in _blocks_of_rules():
        fresh = {name: {"lets through"} if name in NEVER_ALONE else {"lets through", "stops"} for name in names}
        is_own = names[0].startswith(f"{group} ")  # of rules that are one in the text, one may show it
        words = {name: of_rules.setdefault(name, words) for name, words in fresh.items()} if is_own else fresh
        lacking[block].append((group, words))
    places = [place for uses in lacking.values() for place in uses]
    print(f"{sum(len(words) for _, words in places)} limbs in {len(places)} places, {len(lacking)} different blocks")
    for day, transfers in _days().items():
        formulas = Interpreter(library(), inventory(), day).formulas
        for block, uses in lacking.items():
            subjects = transfers if block.entity == "Transfer" else list(inventory().entities.get(block.entity, ()))
            for env in (env for subject in subjects for env in block.bindings(formulas, subject)):
                if not any(any(words.values()) for _, words in uses):
                    break
                shown = alone(block, formulas, env)
                for _, words in uses if shown else ():
                    for left, word in zip(words.values(), shown, strict=True):
                        left.discard(word)
    assert [(group, name, word) for group, words in places for name, left in words.items() for word in left] == []


def _days() -> dict[date | None, list[str]]:
    """The transfers, by the day that governs them, days with few of them first: totals over all are read there."""
    found = defaultdict[Any, list[str]](list)
    for line in lines():
        found[date_of(library(), inventory(), Subject("Transfer", line.id), None, None)].append(line.id)
    return dict(sorted(found.items(), key=lambda on_day: len(on_day[1])))


@cache
def _blocks_of_rules() -> list[tuple[str, Block, list[str]]]:
    """Each with the group of its rule and the addresses of its limbs."""
    rules = [rule for rule in library().rules.values() if rule.trigger is not None and rule.id.startswith("us.")]
    return [
        (rule.group, *found)
        for rule in rules
        if rule.trigger is not None
        for found in blocks(rule, rule.trigger, f"{rule.group} ")
    ]


def blocks(rule: Rule, formula: Part, above: str, around: tuple[n.Each, ...] = ()) -> Iterator[tuple[Block, list[str]]]:
    """Each block of a rule and of the defines that it uses, within quantifiers and totals too."""
    if isinstance(formula, n.AllOf | n.AnyOf):
        block = Block(rule.entity, rule.variable, formula, around)
        if block.limbs:
            yield block, [above + limb.label for limb in block.limbs]
    if isinstance(formula, n.Limb):
        above = above + formula.label if formula.label.startswith("(") else f"{formula.label} "
    if isinstance(formula, n.Some | n.Every | n.Aggregate):
        around = (*around, formula.each)
    for part in parts(formula):
        yield from blocks(rule, part, above, around)


def alone(block: Block, formulas: Formulas, env: Environment) -> list[str]:
    """What each limb alone does here; nothing where two of them, or what nobody knows, decide."""
    other = Truth.F if isinstance(block.formula, n.AllOf) else Truth.T  # what one limb may say against all others
    truths: list[Truth] = []
    for limb in block.limbs:
        truth = formulas.truth(limb.part, env)
        if truth is Truth.U or (truth is other and other in truths):
            return []
        truths.append(truth)
    usual, unusual = ("lets through", "stops") if other is Truth.F else ("stops", "lets through")
    if other not in truths:
        return [usual] * len(truths)
    return [unusual if truth is other else "" for truth in truths]
