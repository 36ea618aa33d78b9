"""Soundness by brute force, at length: generated worlds, and every way in which they may turn out.

    python benchmarks/soundness.py [--worlds 2000] [--completions 60] [--seed 1] [--small 40]

Each answer of each subject (the range of each decision in each jurisdiction, overall and as enforced, its details,
scores, terms, rules) is compared with what a second, two-valued reading of the language says of every completion of
what is not known; where there are more than `--completions`, of so many and of as many at random. And what is missing
is compared with what can change an answer. Prints how much was compared, and every contradiction. Exit code 1 if there
is one.

With `--small`, so many small worlds are made of each that is drawn, in which one or two facts are left unknown. One
subject of each is asked everything in every completion (where there are more than `--completions`, in so many and as
many at random); answers are the reference's, and in one world of forty those of all engines, which have to agree.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from hypothesis import HealthCheck, Phase, given, seed, settings
from tests.run.recall import Recall, with_few_unknown
from tests.run.soundness import SmallWorlds, Soundness
from tests.run.test_soundness import cases
from tests.run.worlds import DATES, compiled

from licet.facts.store import Facts


def campaign(wanted: int, sound: Soundness, recall: Recall, number: int) -> tuple[Counter[str], list[str]]:
    """Every contradiction in so many worlds."""
    seen: Counter[str] = Counter()
    found: list[str] = []

    def compare(case: tuple[str, Facts], as_of: date | None) -> None:
        text, facts = case
        policy = compiled(text)
        seen["worlds" if policy else "refused"] += 1
        if policy is None:
            return
        wrong = [*sound.of(policy, facts, as_of), *recall.of(policy, facts, as_of)]
        if wrong:
            found.append("\n".join([text, str(facts), str(as_of), *wrong]))
        if seen["worlds"] % 500 == 0:
            print(f"  {seen['worlds']:,} worlds, {len(found)} with contradictions", flush=True)

    seed(number)(drawn(wanted)(given(cases(), DATES)(compare)))()
    return seen, found


def drawn(wanted: int) -> settings:
    """So many draws, none of them repeated or made smaller."""
    return settings(
        max_examples=wanted,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def small_worlds(wanted: int, small: SmallWorlds, each: int, number: int) -> list[str]:
    """Every contradiction in so many small worlds, `each` of one that is drawn."""
    found: list[str] = []
    chance = small.chance
    start = time.perf_counter()

    def compare(case: tuple[str, Facts], as_of: date | None) -> None:
        policy = compiled(case[0])
        if policy is None:
            small.seen["refused"] += 1
            return
        for _ in range(each):
            facts = with_few_unknown(policy, case[1], chance)
            wrong = small.of(policy, facts, as_of)
            if wrong:
                found.append("\n".join([case[0], str(facts), str(as_of), *wrong]))
                print(found[-1], flush=True)
        if small.seen["worlds"] % 1000 < each:
            seconds = time.perf_counter() - start
            print(f"  {small.seen['worlds']:,} worlds, {len(found)} contradicted, {seconds:.0f} s", flush=True)

    draws = -(-wanted // each)
    seed(number)(drawn(draws)(given(cases(), DATES)(compare)))()
    return found


def said_of_small(small: SmallWorlds, found: list[str], start: float) -> None:
    seen, seconds = small.seen, time.perf_counter() - start
    print(f"{seen['worlds']:,} small worlds, {seen['by all engines']:,} of them by all engines, in {seconds:.0f} s")
    print(f"  {seen['refused']:>12,} policies refused by the checker")
    print(f"  {seen['exhausted']:>12,} worlds compared with every completion,")
    print(f"               the others with {small.most} in order and {small.most} at random")
    print(f"  {seen['completions']:>12,} completions, {seen['no world']:,} more that break the vocabulary")
    print(f"  {seen['questions']:>12,} answers of decisions, {seen['answers']:,} of completions")
    print(f"{len(found)} worlds with contradictions")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--worlds", type=int, default=2000)
    options.add_argument("--completions", type=int, default=60)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--small", type=int, default=0, metavar="EACH")
    chosen = options.parse_args()
    start = time.perf_counter()
    if chosen.small:
        small = SmallWorlds(chosen.completions, random.Random(chosen.seed))
        found = small_worlds(chosen.worlds, small, chosen.small, chosen.seed)
        said_of_small(small, found, start)
        sys.exit(1 if found else 0)
    sound, recall = Soundness(chosen.completions, chosen.seed), Recall(random.Random(chosen.seed))
    seen, found = campaign(chosen.worlds, sound, recall, chosen.seed)
    print(*found, sep="\n")
    seconds = time.perf_counter() - start
    asked, missing = sound.seen, recall.seen
    print(f"{seen['worlds']:,} worlds, {seen['refused']:,} refused, in {seconds:.0f} s")
    print(f"  {asked['questions']:>12,} answers, {asked['exhausted']:,} of them compared with every completion")
    print(f"  {asked['completions']:>12,} completions, {asked['without an answer']:,} more without an answer")
    print(f"  {missing['answers']:>12,} answers compared with what is missing:")
    print(f"  {missing['settled']:>12,} settled, {missing['open for good']:,} open for good")
    print(f"{len(found)} worlds with contradictions")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
