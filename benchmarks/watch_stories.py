"""Causes at length: random stories of two worlds, and for each answer that moved what has to be undone.

    python benchmarks/watch_stories.py [--stories 10000] [--seed 1] [--minutes 60]

A story is a world, and the world after some edits of facts, half of the time one of the law, and some days. Each set
that is told was undone: the first answer came back, and with no part of it did; all that changed, undone, is the first
answer too. Then one of the kinds of change that are named is forgotten: nothing may be told that does not hold, and a
cause that needed it must end as a fault. Prints counts; exit code 1 where one was wrong. It stops after `--minutes`,
and says how far it came.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.changes.stories import POLICY, story, telling_facts
from tests.changes.test_causes import Forgotten, Told
from tests.run.worlds import accepted


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--stories", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=60.0)
    given = parser.parse_args()
    end = time.monotonic() + given.minutes * 60
    policy, told, forgotten, told_of, wrong = accepted(POLICY), Told(), Forgotten(), 0, 0
    while told_of < given.stories and time.monotonic() < end:
        dice = random.Random(f"{given.seed} {told_of}")
        worlds = story(policy, telling_facts(dice), telling_facts(dice), None, dice)
        told_of += 1
        try:
            told.tell(*worlds)
            forgotten.tell(*worlds, dice)
        except AssertionError as error:
            wrong += 1
            print(f"seed {given.seed}, story {told_of}: {error}")
    explained = sum(told.how[how] for how in ("alone", "together", "either", "overlapping"))
    how = ", ".join(f"{name} {number:,}" for name, number in sorted(told.how.items()))
    print(f"{told_of:,} of {given.stories:,} stories: {explained:,} answers explained ({how}); {wrong:,} wrong")
    print("kinds of change named: " + ", ".join(f"{kind} {number:,}" for kind, number in sorted(told.kinds.items())))
    print(
        f"a kind of change forgotten {forgotten.tried:,} times: {sum(forgotten.caught.values()):,} faults told ("
        + ", ".join(f"{kind} {number:,}" for kind, number in sorted(forgotten.caught.items()))
        + ")"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
