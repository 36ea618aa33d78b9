"""Answers as a function of the day: what steps cost beside one day, and that they say what deciding each day says.

    python benchmarks/days.py [--days 700] [--every 1] [--subjects 0] [--policies 500] [--seed 1]

Of the frontier inventory: the processor time of its steps over so many days from 2025-06-01 on beside that of one day,
by the same reference and by `decide`, which also says what is missing. Then each `--every`th day (0: none), and the day
before and the day of each step, is decided anew by an interpreter that remembers nothing; `--subjects` takes so many of
them (0: all). Of so many generated inventories and policies that compare days in every way (ends of rules and lists,
days with offsets, months, years, ranges, no day) every day is decided anew. Prints how many answers were compared;
exit code 1 if one is another.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from tests.conftest import ROOT
from tests.policy import law
from tests.run.test_kinetic import CONDITIONS, POLICY, cases, on_each_day, spread
from tests.run.worlds import accepted

from licet.decide.from_outcome import decidable, decide
from licet.decide.steps import OverTime, steps
from licet.facts.inventory.load import load_facts
from licet.facts.store import Facts, Subject
from licet.ir.policy import Policy
from licet.run.reference import interpreter as reference

START = date(2025, 6, 1)
AIM = 10  # times one day


def compared(policy: Policy, facts: Facts, found: Sequence[OverTime], days: Sequence[date]) -> tuple[int, int]:
    """How many answers on these days were compared with those of each day, and how many are others."""
    tried = wrong = 0
    for told, said in zip(found, on_each_day(policy, facts, found, days), strict=True):
        for day, own, other in zip(days, spread(told, days), said, strict=True):
            tried += 1
            if own != other:
                wrong += 1
                print(f"  another: {told.subject}, {told.decision}, {day}", flush=True)
    return tried, wrong


def frontier(days: int, every: int, most: int) -> int:
    policy = law.library()
    facts = load_facts(ROOT / "fixtures" / "frontier", policy)
    subjects: list[Subject] = list(decidable(policy, facts))
    if most:
        subjects = subjects[:: -(-len(subjects) // most)]
    last = START + timedelta(days - 1)
    steps(policy, facts, subjects, START, START)  # what is remembered of a policy is remembered by now
    begun = time.process_time()
    steps(policy, facts, subjects, START, START)
    one = time.process_time() - begun
    begun = time.process_time()
    decide(policy, facts, subjects, as_of=START, evaluate=reference.evaluate)
    decided = time.process_time() - begun
    begun = time.process_time()
    found = steps(policy, facts, subjects, START, last)
    all_ = time.process_time() - begun
    answers, turning = len(found), sum(len(told.steps) - 1 for told in found)
    days_decided = sum(told.tried for told in found)
    within = "within" if all_ <= AIM * one else "above"
    print(f"frontier, {len(subjects)} subjects, {answers} answers over {days} days: {all_:.1f} s of processor time")
    print(f"  {all_ / one:.1f} times one day ({one:.2f} s), {within} {AIM} times; {all_ / decided:.1f} times `decide`")
    print(f"  {turning} steps; each answer was decided on {days_decided / answers:.1f} days in the mean")
    if not every:
        return 0
    near = {step.start - timedelta(n) for told in found for step in told.steps[1:] for n in (0, 1)}
    asked = sorted(near | {START + timedelta(n) for n in range(0, days, every)})
    tried, wrong = compared(policy, facts, found, asked)
    print(f"frontier: {tried:,} answers on {len(asked)} of {days} days decided anew, {wrong} others")
    return wrong


def generated(days: int, number: int, start: int) -> int:
    drawn: list[tuple[tuple[str, str, str], Facts]] = []

    @seed(start)
    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.tuples(*[st.sampled_from(CONDITIONS)] * 3), cases())
    def draw(asked: tuple[str, str, str], facts: Facts) -> None:
        drawn.append((asked, facts))

    draw()
    every = [START - timedelta(180) + timedelta(n) for n in range(days)]
    tried = wrong = turning = 0
    for asked, facts in drawn:
        policy = accepted(POLICY.format(one=asked[0], two=asked[1], three=asked[2]))
        found = steps(policy, facts, list(decidable(policy, facts)), every[0], every[-1])
        turning += sum(len(told.steps) - 1 for told in found)
        more, others = compared(policy, facts, found, every)
        tried, wrong = tried + more, wrong + others
    print(
        f"{len(drawn)} generated inventories: {tried:,} answers on each of {days} days, {turning} steps, {wrong} others"
    )
    return wrong


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, most in (("days", 700), ("every", 1), ("subjects", 0), ("policies", 500), ("seed", 1)):
        options.add_argument(f"--{name}", type=int, default=most)
    asked = options.parse_args()
    begun = time.perf_counter()
    wrong = frontier(asked.days, asked.every, asked.subjects)
    wrong += generated(asked.days, asked.policies, asked.seed) if asked.policies else 0
    print(f"{time.perf_counter() - begun:.0f} s")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
