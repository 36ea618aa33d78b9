"""Chains of edits over an inventory: what is decided again beside what a full run by the reference says, row for row.

Faults may be planted in what a change is said to touch; each has to be seen in some wrong row.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from typing import Any

import pyarrow as pa

from licet.changes.watch.again import KnownRows, TracedRows, decided_again
from licet.changes.watch.answers import columns_kept
from licet.changes.watch.touched import touched_by_facts, touched_by_law
from licet.decide.from_outcome import decidable
from licet.decide.table.batches import Asked, decidable_types, schema_of
from licet.facts.store import Facts, Opening, Record, Subject
from licet.ir import policy as ir
from licet.run.reference.interpreter import Interpreter
from licet.run.reference.traced import HEAD, MARK, UNSTATED, WHOLE, ReadKey
from licet.values import Day, Range, State
from tests.changes.stories import POLICY, edited_law, edited_once

WIDER = (
    POLICY.replace("key owner, owned", "")
    + """
rule crowd for d: Deal cites L "11"
  when d.amount is at least 3 and count x in takes_part where (x.who is blocked) is at least 2
  then licensing of d is ask
rule alone for d: Deal cites L "12"
  when d.land is CN and every q in Party satisfies (q.listed or q.country is CN) then licensing of d is never
rule spare for d: Deal cites L "13" when d.deadline is on or after as_of and d.buyer.country is not in late
  then licensing of d is ask with form
rule soon for d: Deal cites L "14"
  when d.amount is at most 1 and count x in permit where (x.until is after as_of) is at least 2
  then licensing of d is ask
parameter least : number "least" is 2 until 2025-10-01 is 3 from 2025-10-01
rule then for d: Deal cites L "17" when d.land is JP and d.amount is at least least on d.deadline
  then licensing of d is never
module parties "Parties" jurisdiction EU
use deals
decision risk of p: Party "risk" outcomes low < middle < high otherwise low
rule crowded for p: Party cites L "15"
  when p.country is CH and count x in takes_part where (x.who.listed) is at least 3 then risk of p is high
rule takes for p: Party cites L "16" when some x in takes_part where (x.who is p) then risk of p is middle
"""
)
_COUNTRIES = ("CH", "JP", "CN", "HK", "MO")
_ABSENT = State.ABSENT


def wider_facts(dice: random.Random) -> Facts:
    """Ten parties and fourteen deals; facts are left out, some rows do not say whom they are of, tables are open."""
    parties = [f"p{i}" for i in range(10)]
    deals = [f"d{i}" for i in range(14)]
    entities = {
        "Party": {
            id_: _record(country=dice.choice((*_COUNTRIES, _ABSENT)), listed=dice.choice((False, False, True, _ABSENT)))
            for id_ in parties
        },
        "Deal": {id_: _deal(parties, dice) for id_ in deals},
    }
    marked = [Subject("Party", id_) for id_ in dice.sample(parties, 2)]
    opened: dict[str, tuple[Opening, ...]] = {"owns": tuple(Opening((("owned", one.id),), one) for one in marked)}
    opened["permit"] = tuple(Opening((("of", id_),), Subject("Deal", id_)) for id_ in dice.sample(deals, 1))
    if dice.random() < 0.3:
        opened["Party"] = ()
    return Facts(entities, _relations(parties, deals, dice), None, opened)


def _relations(parties: list[str], deals: list[str], dice: random.Random) -> Mapping[str, tuple[Record, ...]]:
    """Each with some rows that do not say what the filters ask."""

    def perhaps(value: str, often: float = 0.1) -> object:
        return _ABSENT if dice.random() < often else value

    def some() -> str:
        return dice.choice(parties)

    shares = (Fraction(1, 4), Fraction(1, 2), 1)
    owns = [_record(owner=some(), owned=perhaps(some()), share=dice.choice(shares)) for _ in range(9)]
    takes_part = [_record(deal=perhaps(dice.choice(deals)), who=perhaps(some(), 0.2)) for _ in range(9)]
    permits = [_record(of=perhaps(dice.choice(deals)), until=_day(dice)) for _ in range(8)]
    return {"owns": tuple(owns), "takes_part": tuple(takes_part), "permit": tuple(permits)}


def _deal(parties: list[str], dice: random.Random) -> Record:
    vague = dice.choice((_ABSENT, Range(_day(dice), None), State.NOT_APPLICABLE))
    own = dice.choice((*[State.NOT_APPLICABLE] * 5, _day(dice), _day(dice), vague))
    return _record(
        buyer=dice.choice((*parties, _ABSENT)),
        land=dice.choice((*_COUNTRIES, _ABSENT)),
        amount=dice.choice((1, 2, 3, Range(1, 3), _ABSENT)),
        deadline=dice.choice((_day(dice), _ABSENT)),
        date=own,
    )


def _day(dice: random.Random) -> date:
    return date(2025, 6, 1) + timedelta(days=dice.randint(0, 300))


def _record(**facts: Any) -> Record:
    return Record({name: fact for name, fact in facts.items() if fact is not _ABSENT})


# ---- two ways to the rows of a day


class PlainRows(TracedRows):
    """The law: each subject by the reference, which traces nothing."""

    def _world(self, day: Day, *, enforced_only: bool) -> Interpreter:
        return Interpreter(self._policy, self._facts, day, enforced_only=enforced_only)


@dataclass(frozen=True)
class EditedWorld:
    """A policy, an inventory, and the day of a run."""

    policy: ir.Policy
    facts: Facts
    today: date
    as_if: bool

    @property
    def subjects(self) -> list[Subject]:
        return list(decidable(self.policy, self.facts))

    @property
    def schema(self) -> pa.Schema:
        types = decidable_types(self.policy, [name for name, records in self.facts.entities.items() if records])
        return schema_of(self.policy, Asked(types, columns=columns_kept(self.policy, types)))

    def in_full(self) -> KnownRows:
        rows = PlainRows(self.policy, self.facts, self.today, as_if=self.as_if)
        return decided_again(rows, self.subjects, self.schema, self.today, None, ())[0]

    @cached_property
    def traced(self) -> TracedRows:
        return TracedRows(self.policy, self.facts, self.today, as_if=self.as_if)

    def again(self, known: KnownRows | None, touched: Iterable[ReadKey]) -> tuple[KnownRows, int]:
        return decided_again(self.traced, self.subjects, self.schema, self.today, known, frozenset(touched))


def touched(before: EditedWorld, after: EditedWorld) -> frozenset[ReadKey] | None:
    """None where everything may read otherwise."""
    by_law = touched_by_law(before.policy, after.policy)
    if by_law is None:
        return None
    return frozenset((*by_law, *touched_by_facts(before.facts, after.facts, after.policy)))


# ---- faults

Fault = Callable[[frozenset[ReadKey]], frozenset[ReadKey]]


def without(unseen: Callable[[ReadKey], bool]) -> Fault:
    """A change set in which some keys are forgotten."""
    return lambda keys: frozenset(key for key in keys if not unseen(key))


_CLOCKS = "clocks"
FAULTS: Mapping[str, Fault] = {
    "facts of a record": without(lambda key: key[0] == "fact"),
    "rows that say a value": without(lambda key: key[0] == "in" and len(key) == 4 and key[3] != UNSTATED),
    "rows that do not say": without(lambda key: key[-1] == UNSTATED),
    "whole collections": without(lambda key: key[0] == "in" and key[-1] == WHOLE),
    "marks of further records": without(lambda key: key[-1] == MARK),
    "members of lists": without(lambda key: key[0] == "list" and key[-1] != HEAD),
    "parameters": without(lambda key: key[0] == "parameter"),
    "rules": without(lambda key: key[0] == "law"),
    _CLOCKS: lambda keys: keys,  # see `forgetting`
}


def forgetting(fault: str, known: KnownRows) -> KnownRows:
    """Where clocks are forgotten, no day on which anything may turn is known."""
    return replace(known, next_turn=[None] * len(known.next_turn)) if fault == _CLOCKS else known


# ---- the campaign


@dataclass
class EditTally:
    """What was compared: `wrong` are rows that are not those of a full run; `caught` counts them by planted fault."""

    edits: int = 0
    steps: int = 0
    answers: int = 0
    decided: int = 0
    changed: int = 0
    wrong: int = 0
    caught: Counter[str] = field(default_factory=Counter)
    first_wrong: str = ""


def chain(policy: ir.Policy, dice: random.Random, steps: int, tally: EditTally, faults: Iterable[str] = ()) -> None:
    """One inventory through some steps of one to three edits, of facts, sometimes of the law, sometimes with days."""
    world = EditedWorld(policy, wider_facts(dice), date(2025, 8, 1), dice.random() < 0.3)
    run_chain(world, lambda: wider_facts(dice), dice, steps, tally, faults)


def run_chain(
    world: EditedWorld,
    other: Callable[[], Facts],
    dice: random.Random,
    steps: int,
    tally: EditTally,
    faults: Iterable[str] = (),
) -> None:
    """From one world on; each planted fault goes on from right rows at each step, so that it is counted once a step."""
    known, _ = world.again(None, ())
    full = known.table.to_pylist()
    for _ in range(steps):
        after, edits = _edited(world, other(), dice)
        keys = touched(world, after)
        found, again = after.again(None if keys is None else known, keys or ())
        before, full = full, after.in_full().table.to_pylist()
        wrong = [(a, b) for a, b in zip(full, found.table.to_pylist(), strict=True) if a != b]
        tally.edits, tally.steps, tally.answers = tally.edits + edits, tally.steps + 1, tally.answers + len(full)
        tally.decided, tally.wrong = tally.decided + again, tally.wrong + len(wrong)
        was = {(row["type"], row["id"]): row for row in before}
        tally.changed += sum(_changed(row, was.get((row["type"], row["id"]))) for row in full)
        if wrong and not tally.first_wrong:
            tally.first_wrong = f"{wrong[0]}\n{sorted(keys or ())}"
        for fault in faults if keys is not None else ():
            if FAULTS[fault](keys) == keys and (fault != _CLOCKS or after.today == world.today):
                continue  # there is nothing to forget
            spoilt, _ = after.again(forgetting(fault, known), FAULTS[fault](keys))
            tally.caught[fault] += sum(a != b for a, b in zip(full, spoilt.table.to_pylist(), strict=True))
        world, known = after, found


def _changed(row: Mapping[str, Any], was: Mapping[str, Any] | None) -> bool:
    return was is not None and any(row[name] != was.get(name) for name in row if name not in ("as_of", "rules.holds"))


def _edited(world: EditedWorld, other: Facts, dice: random.Random) -> tuple[EditedWorld, int]:
    edits = dice.randint(1, 3)
    facts, policy = world.facts, world.policy
    for _ in range(edits):
        facts = edited_once(facts, other, policy, dice)
    if dice.random() < 0.2:
        policy, edits = _with_law(policy, dice), edits + 1
    days = dice.choice((0, 0, 1, dice.randint(2, 40)))
    return replace(world, policy=policy, facts=facts, today=world.today + timedelta(days)), edits


def _with_law(policy: ir.Policy, dice: random.Random) -> ir.Policy:
    """A member of a list comes or goes, a parameter is another, or anything else of the law."""
    match dice.choice(("member", "member", "parameter", "any")):
        case "member":
            name = dice.choice(sorted(policy.lists))
            dated, code = policy.lists[name], dice.choice(_COUNTRIES)
            kept = tuple(m for m in dated.members if m.member != code)
            if len(kept) == len(dated.members):
                kept = (*kept, ir.Membership(code, ir.Interval(None, None), ""))
            return replace(policy, lists={**policy.lists, name: replace(dated, members=kept)})
        case "parameter" if policy.parameters:
            name = dice.choice(sorted(policy.parameters))
            rows = policy.parameters[name].rows
            rows = tuple(replace(row, value=dice.choice((1, 2, 3))) for row in rows)
            return replace(policy, parameters={**policy.parameters, name: replace(policy.parameters[name], rows=rows)})
        case _:
            return edited_law(policy, dice)


def campaign(policy: ir.Policy, wanted: int, number: int, *, with_faults: bool) -> Iterator[EditTally]:
    """Chains until so many edits were made; the tally after each."""
    tally, seed = EditTally(), number
    while tally.edits < wanted:
        chain(policy, random.Random(seed), 20, tally, FAULTS if with_faults else ())
        seed += 1
        yield tally
