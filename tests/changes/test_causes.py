"""Causes: whatever is named brings the first answer back when it is undone, and no part of it does."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import combinations
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from licet.changes.causes.causes import Causes, MovedAnswer, causes_by_group, causes_of
from licet.changes.causes.change import Kind, WorldChange
from licet.changes.causes.worlds import WorldOnDay, WorldsBetween
from licet.facts.store import Facts, Record, Subject
from tests.changes.stories import POLICY, decided, moved, story, telling_facts
from tests.examples import each_once, examples
from tests.run.worlds import DATES, accepted, compiled, policy_texts, worlds


def check(before: WorldOnDay, after: WorldOnDay, between: WorldsBetween, one: MovedAnswer, found: Causes) -> None:
    """Complete, verified, minimal; and undone by hand where all that is named are facts, of records that stay."""

    def undone(changes: tuple[WorldChange, ...]) -> object:
        return between.answers(one.subject, one.decision, frozenset(changes))

    assert not found.fault, (one, found.fault)
    for named in found.sets:
        assert undone(named) == one.before, (one, named)
        parts = (part for size in range(len(named)) for part in combinations(named, size))
        assert all(undone(part) != one.before for part in parts), (one, named)
        if all(change.kind == "fact" for change in named):
            by_hand = replace(after, facts=with_facts_of(after.facts, before.facts, named))
            assert decided(by_hand, one.subject, one.decision) == one.before, (one, named)
    first = found.sets[0]
    if found.how == "either":
        assert all(undone((other,)) == one.after for other in first if len(first) == 2)


def with_facts_of(facts: Facts, before: Facts, named: tuple[WorldChange, ...]) -> Facts:
    entities = {type_: dict(records) for type_, records in facts.entities.items()}
    for change in named:
        type_, _, id_ = change.of.partition("/")
        told = dict(entities[type_][id_].facts)
        told.pop(change.field, None)
        was = before.entities[type_][id_].facts
        named_before = was.get(change.field)
        for other, records in before.entities.items():  # whatever is referred to is there
            if isinstance(named_before, str) and named_before in records:
                entities.setdefault(other, {}).setdefault(named_before, records[named_before])
        entities[type_][id_] = Record(told | ({change.field: was[change.field]} if change.field in was else {}))
    return replace(facts, entities=entities)


class Told:
    """What was explained so far, by how, and by the kinds of change that were named."""

    def __init__(self) -> None:
        self.how, self.kinds = Counter[str](), Counter[str]()

    def tell(self, before: WorldOnDay, after: WorldOnDay) -> None:
        between = WorldsBetween(before, after)
        for one, found in causes_by_group(between, moved(before, after)):
            check(before, after, between, one, found)
            self.how[found.how] += 1
            self.how["two ways"] += len(found.sets) > 1
            self.kinds.update(change.kind for named in found.sets for change in named)


def test_what_is_named_brings_the_first_answer_back_and_no_part_of_it_does() -> None:
    policy, told = accepted(POLICY), Told()
    for seed in range(examples(1000)):
        dice = random.Random(seed)
        told.tell(*story(policy, telling_facts(dice), telling_facts(dice), None, dice))

    assert sum(told.how.values()) > 300, told.how
    assert all(told.how[how] > 2 for how in ("together", "either", "overlapping", "two ways")), told.how
    assert set(get_args(Kind)) - {"list", "parameter"} <= told.kinds.keys(), told.kinds


class Incomplete(WorldsBetween):
    """Worlds of which one kind of change was forgotten."""

    def __init__(self, before: WorldOnDay, after: WorldOnDay, unseen: Kind) -> None:
        super().__init__(before, after)
        self._unseen = unseen

    def changes(self, subject: Subject, decision: str) -> list[WorldChange]:
        return [change for change in super().changes(subject, decision) if change.kind != self._unseen]


class Forgotten:
    """How often a kind of change was forgotten, and how often that was told as a fault, by kind."""

    def __init__(self) -> None:
        self.tried, self.caught = 0, Counter[str]()

    def tell(self, before: WorldOnDay, after: WorldOnDay, dice: random.Random) -> None:
        """Of each answer that moved, one of the kinds that its causes name; what is told in spite of it is right."""
        between = WorldsBetween(before, after)
        for one in moved(before, after):
            sets = causes_of(between, one).sets
            kinds = sorted({change.kind for named in sets for change in named})
            unseen = dice.choice(kinds)
            found = causes_of(Incomplete(before, after, unseen), one)
            self.tried += 1
            if found.fault:
                self.caught[unseen] += 1
            else:
                check(before, after, between, one, found)
                assert all(change.kind != unseen for named in found.sets for change in named)


def test_a_kind_of_change_that_is_forgotten_is_a_fault_and_no_cause() -> None:
    policy, forgotten = accepted(POLICY), Forgotten()
    for seed in range(examples(375)):
        dice = random.Random(seed)
        forgotten.tell(*story(policy, telling_facts(dice), telling_facts(dice), None, dice), dice)

    assert sum(forgotten.caught.values()) > forgotten.tried * 0.7, (forgotten.tried, forgotten.caught)
    assert {"fact", "row", "open", "rule", "day", "rule clock"} <= forgotten.caught.keys(), forgotten.caught


def test_the_same_of_generated_policies() -> None:
    told = Told()

    @settings(max_examples=examples(100))
    @given(policy_texts(), worlds(), worlds(), DATES, st.integers(0, 1 << 32))
    @each_once
    def of_a_text(text: str, facts: Facts, other: Facts, day: date | None, seed: int) -> None:
        policy, dice = compiled(text), random.Random(seed)
        for _ in range(8 if policy is not None else 0):
            told.tell(*story(policy, facts, other, day, dice))

    of_a_text()
    assert sum(told.how.values()) > 25, told.how
