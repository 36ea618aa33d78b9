"""Soundness by brute force, at length: generated worlds, and every way in which they may turn out.

    python benchmarks/soundness.py [--worlds 2000] [--completions 60] [--seed 1]

Each answer of each subject (the range of each decision in each jurisdiction, overall and as enforced, its details,
scores, terms, rules) is compared with what a second, two-valued reading of the language says of every completion of
what is not known; where there are more than `--completions`, of so many and of as many at random. And what is missing
is compared with what can change an answer. Prints how much was compared, and every contradiction. Exit code 1 if there
is one.
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
from tests.run.recall import Recall
from tests.run.soundness import Soundness
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

    quiet = settings(
        max_examples=wanted,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    seed(number)(quiet(given(cases(), DATES)(compare)))()
    return seen, found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--worlds", type=int, default=2000)
    options.add_argument("--completions", type=int, default=60)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    start = time.perf_counter()
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
