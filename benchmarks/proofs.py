"""What solvers say of edited policies, tried at length: `python benchmarks/proofs.py --small N --edits N --neutral N`.

Random small policies are decided in all their worlds. The shipped library is edited, rule by rule and list by list;
what is proved no is looked for in random worlds and in those of all tests, what is shown was decided by the reference
interpreter. Of rewrites that change nothing none may be called a change.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from pathlib import Path

from tests.changes.law_edits import EDITS, NEUTRAL, edited
from tests.changes.small_policies import SUBJECT, pairs

from licet.changes.sides import SIDES, policy_diff
from licet.changes.solver.concrete import WorldFound
from licet.changes.solver.question import DecisionQuestion, moved
from licet.changes.solver.worlds import decided
from licet.facts.store import Facts, Record
from licet.ir import policy as ir
from licet.ir.types import Kind
from licet.loading.policy_files import load_policy
from licet.trials.examples import date_of_test, facts_of
from licet.trials.small_worlds import SmallWorlds
from licet.values import Fact, Range, State

LIBRARY = Path(__file__).parents[1] / "policies"
MOST_WORLDS = 3000  # of a small pair


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--small", type=int, default=0, help="pairs of small policies, decided in all their worlds")
    asked.add_argument("--edits", type=int, default=0, help="edits of the shipped library")
    asked.add_argument("--neutral", type=int, default=0, help="rewrites of the shipped library that change nothing")
    asked.add_argument("--worlds", type=int, default=200, help="random worlds for each edit of the library")
    asked.add_argument("--seed", type=int, default=1)
    given = asked.parse_args()
    if given.small:
        small(given.small, given.seed)
    if given.edits:
        library(given.edits, given.worlds, given.seed, EDITS)
    if given.neutral:
        library(given.neutral, given.worlds, given.seed, NEUTRAL)


def small(number: int, seed: int) -> None:
    began, counts = time.monotonic(), Counter[str]()
    for texts, policies, worlds in islice(pairs(random.Random(seed), MOST_WORLDS), number):
        found = _shown_in(policies, ((WorldFound(facts, SUBJECT, day)) for facts, day in worlds), "verdict")
        question = DecisionQuestion(policies, "verdict")
        counts["worlds"] += len(worlds)
        for side in SIDES:
            said = question.answer(side)
            word = "proved no" if said.said == "unsat" else "shown" if said.shown else "open"
            counts[word] += 1
            counts["open, and a world shows it"] += word == "open" and side in found
            counts["shown beyond those worlds"] += word == "shown" and side not in found
            if word == "proved no" and side in found:
                counts["WRONG"] += 1
                print(side, *texts, sep="\n")
    print(f"{number} pairs of small policies, {2 * number} sides, {counts.pop('worlds'):,} worlds decided")
    _print(counts, began)


def library(number: int, worlds: int, seed: int, sorts: Sequence[object]) -> None:
    """Every decision of the library against a copy with one edit."""
    old, dice, began = load_policy([LIBRARY]), random.Random(seed), time.monotonic()
    counts, why, tried, slowest = Counter[str](), Counter[str](), 0, 0.0
    for _ in range(number):
        what, new = edited(old, dice, tuple(sorts))
        start = time.monotonic()
        found = policy_diff(old, new, solvers=True)
        slowest = max(slowest, time.monotonic() - start)
        places = list(_worlds(old, new, worlds, dice.randrange(1 << 30)))
        for one in found.decisions:
            own = [world for world in places if world.subject.type == new.decisions[one.decision].entity]
            shown = {} if one.is_untouched else _shown_in((old, new), own, one.decision)
            tried += 0 if one.is_untouched else len(own)
            for side in SIDES:
                said = one.sides[side]
                counts[f"{said.verdict} ({said.by or 'not encoded'})"] += 1
                if said.verdict not in ("proved no", "shown"):
                    why.update(set(said.open) or {said.by})
                    print(f"  open: {what}: {one.decision} {side}; a world shows it: {side in shown}", flush=True)
                if said.verdict == "proved no" and side in shown:
                    counts["WRONG"] += 1
                    print(f"  WRONG: {what}: {one.decision} {side}", flush=True)
                if sorts is NEUTRAL and said.verdict == "shown":
                    counts["WRONG"] += 1
                    print(f"  WRONG: a rewrite is called a change: {what}: {one.decision} {side}", flush=True)
    sides = sum(v for k, v in counts.items() if k != "WRONG")
    kind = "rewrites" if sorts is NEUTRAL else "edits"
    print(f"{number} {kind} of the library, {sides} sides, {tried:,} worlds beside them, {slowest:.0f} s at most")
    _print(counts, began)
    for part, times in why.most_common(12):
        print(f"  {times:4}  stands in the way: {part}")


def _shown_in(policies: tuple[ir.Policy, ir.Policy], worlds: Iterable[WorldFound], decision: str) -> set[str]:
    """The sides that some world shows."""
    found: set[str] = set()
    for world in worlds:
        answers = decided(policies, world, decision).answers
        found |= {side for side in SIDES if moved(side, answers)}
        if len(found) == len(SIDES):
            break
    return found


def _worlds(old: ir.Policy, new: ir.Policy, number: int, seed: int) -> Iterator[WorldFound]:
    """Random worlds, and those of the tests, made complete."""
    made = SmallWorlds(new, [rule.body for rule in old.rules.values() if rule.body is not None], seed)
    entities = sorted({decision.entity for decision in new.decisions.values()})
    given = [(made.world(), made.random.choice(list(made.days()))) for _ in range(number)]
    given += [(facts_of(test), day) for test in new.tests if isinstance(day := date_of_test(new, test), date)]
    for facts, day in given:
        complete = _complete(new, facts, made)
        for entity in entities if complete is not None else ():
            assert complete is not None
            yield from (WorldFound(complete, subject, day) for subject in complete.subjects(entity))


def _complete(policy: ir.Policy, facts: Facts, made: SmallWorlds) -> Facts | None:
    """What is not said does not apply, or is some value where it always does; None where there is none."""
    owners = {name: entity.fields for name, entity in policy.entities.items()}
    owners |= {name: relation.parameters for name, relation in policy.relations.items()}
    try:
        entities = {
            name: {id_: _filled(owners[name], record, facts, made) for id_, record in records.items()}
            for name, records in facts.entities.items()
        }
        rows = {
            name: tuple(_filled(owners[name], row, facts, made) for row in several)
            for name, several in facts.relations.items()
        }
    except LookupError:
        return None
    return Facts(entities, rows, facts.as_of, {}, facts.members)


def _filled(fields: Mapping[str, ir.Field], record: Record, facts: Facts, made: SmallWorlds) -> Record:
    told = {f.name: _fact(f, record.get(f.name), facts, made) for f in fields.values() if not f.derived}
    return Record(told)


def _fact(field: ir.Field, fact: Fact, facts: Facts, made: SmallWorlds) -> Fact:
    if isinstance(fact, Range):
        return fact.high if fact.low is None else fact.low  # type: ignore[return-value]
    if fact not in (State.ABSENT, State.UNDETERMINED):
        return fact
    if not field.always:
        return State.NOT_APPLICABLE
    if field.type.kind is Kind.ENTITY:
        return next(iter(facts.entities[field.type.name]))
    found = made.value(field.type)
    return found if found is not None else State.NOT_APPLICABLE


def _print(counts: Counter[str], began: float) -> None:
    counts.setdefault("WRONG", 0)
    for name, count in sorted(counts.items()):
        print(f"  {count:6}  {name}")
    print(f"  {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
