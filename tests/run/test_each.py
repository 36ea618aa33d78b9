"""What rows add to a set: every way in which the unknown may turn out is within what is said of each member."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import product

import pytest

from licet.facts.store import Facts, Record, Subject
from licet.run.columnar import engine as columnar
from licet.run.engines import Evaluate
from licet.run.forward import driver as forward
from licet.run.reference import interpreter as reference
from licet.run.reference.settled import Settled
from licet.values import Fact, Range, State, Truth
from tests.run.worlds import accepted

POLICY = """
module a "A"
entity Firm "firm"
  agents : set of Firm "agents"
  ally : Firm "ally"
  above : set of Firm derived "above"
relation owns(owner: Firm, owned: Firm, share: percent) "owners"
rule above
  for p: Firm
  then p.above includes each o.owner over o in owns where (o.owned is p and o.share is more than 50%)
    and p.above includes each o.owner.above over o in owns where (o.owned is p and o.share is more than 50%)
rule agents
  for p: Firm
  then p.above includes each q.agents over q in Firm where (q.ally is p)
"""
IDS = ("f1", "f2", "f3")
ABSENT, NOTHING = State.ABSENT, State.NOT_APPLICABLE
Row = tuple[object, object, object]  # owner, owned, share
World = tuple[tuple[Row, ...], Mapping[str, tuple[object, object]]]  # the rows; of each firm its agents and its ally


def worlds(number: int) -> Iterator[World]:
    chance = random.Random(7)
    shares = (Fraction(3, 5), Fraction(3, 5), Fraction(1, 5), ABSENT, Range(Fraction(2, 5), Fraction(3, 5)))
    for _ in range(number):
        rows = tuple(
            (chance.choice((*IDS, *IDS, ABSENT, NOTHING)), chance.choice((*IDS, *IDS, ABSENT)), chance.choice(shares))
            for _ in range(chance.randint(1, 3))
        )
        sets = (frozenset(), frozenset({"f1"}), frozenset({"f2", "f3"}), NOTHING, ABSENT)
        allies = (NOTHING, NOTHING, NOTHING, "f1", "f3", ABSENT)
        yield rows, {i: (chance.choice(sets), chance.choice(allies)) for i in IDS}


def ways(fact: object, of: str) -> Sequence[object]:
    """How a fact may turn out; a set is empty or has one member, which is enough to say whether it may have any."""
    if isinstance(fact, Range):
        return (fact.low, fact.high)
    if fact is not ABSENT:
        return (fact,)
    values: Mapping[str, Sequence[object]] = {
        "firm": IDS,
        "share": (Fraction(1, 5), Fraction(3, 5)),
        "set": (frozenset(), *(frozenset({i}) for i in IDS)),
    }
    return (*values[of], NOTHING)


def completions(world: World) -> Iterator[World]:
    rows, firms = world
    each_row = [product(ways(owner, "firm"), ways(owned, "firm"), ways(share, "share")) for owner, owned, share in rows]
    each_firm = [product(ways(agents, "set"), ways(ally, "firm")) for agents, ally in firms.values()]
    for found in product(product(*each_row), product(*each_firm)):
        yield found[0], dict(zip(IDS, found[1], strict=True))


def above(world: World) -> dict[str, set[object]]:
    """In a world in which everything is known."""
    rows, firms = world
    found: dict[str, set[object]] = {i: set() for i in IDS}
    for agents, ally in firms.values():
        if ally is not NOTHING and isinstance(agents, frozenset):
            found[str(ally)] |= agents
    while True:
        size = sum(map(len, found.values()))
        for owner, owned, share in rows:
            if NOTHING not in (owner, owned, share) and share > Fraction(1, 2):  # type: ignore[operator]
                found[str(owned)] |= {owner, *found[str(owner)]}
        if sum(map(len, found.values())) == size:
            return found


def as_facts(world: World) -> Facts:
    def record(**facts: object) -> Record:
        kept: dict[str, Fact] = {name: fact for name, fact in facts.items() if fact is not ABSENT}  # type: ignore[misc]
        return Record(kept)

    rows, firms = world
    owns = tuple(record(owner=owner, owned=owned, share=share) for owner, owned, share in rows)
    return Facts({"Firm": {i: record(agents=a, ally=ally) for i, (a, ally) in firms.items()}}, {"owns": owns})


@pytest.mark.parametrize("evaluate", [reference.evaluate, forward.evaluate, columnar.evaluate])
def test_every_completion_is_within_what_is_said(evaluate: Evaluate) -> None:
    made = accepted(POLICY)
    seen = dict.fromkeys(Truth, 0)
    for world in worlds(60):
        facts = as_facts(world)
        outcome = evaluate(made, facts, [Subject("Firm", i) for i in IDS], date(2026, 1, 1))
        settled = Settled(made, facts, outcome)
        said = {
            (one, other): settled.term("Firm", "above", None, one).contains(other) for one, other in product(IDS, IDS)
        }
        whole = list(map(above, completions(world)))
        for (one, other), truth in said.items():
            seen[truth] += 1
            among = {other in found[one] for found in whole}
            assert truth is not Truth.T or among == {True}, (world, one, other)
            assert truth is not Truth.F or among == {False}, (world, one, other)
            if len(whole) == 1:
                assert truth is not Truth.U, (world, one, other)
    assert min(seen.values()) > 40, seen


LED = """term led of p: Firm "led"
term free of p: Firm "free"
rule led for p: Firm when some a in p.ally.above where (a.ally is applicable) then p is led
rule free for p: Firm when every a in p.ally.above satisfies (a.ally is applicable) then p is free
"""


def test_members_of_what_a_reference_leads_to_are_those_that_the_reference_finds() -> None:
    """Nothing has none, and what is not known may have any; things of which a term says the same are judged once."""
    made = accepted(POLICY + LED)
    subjects = [Subject("Firm", i) for i in IDS]
    seen = dict.fromkeys(product((NOTHING, ABSENT, str), Truth), 0)
    for world in worlds(60):
        facts = as_facts(world)
        one, other = (
            engine(made, facts, subjects, date(2026, 1, 1)) for engine in (columnar.evaluate, reference.evaluate)
        )
        for rule, subject in product(made.rules, subjects):
            found = one.rules[rule, subject]
            assert found == other.rules[rule, subject], (world, rule, subject)
            ally = world[1][subject.id][1]
            if rule == "a.led":
                seen[str if isinstance(ally, str) else ally, found.body] += 1
    assert {key for key, times in seen.items() if not times} == {
        (NOTHING, Truth.U),
        (NOTHING, Truth.T),
        (ABSENT, Truth.F),
        (ABSENT, Truth.T),
    }
