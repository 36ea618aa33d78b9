"""Random changes of one value or part of explanations: each has to be refused by the checker, or to be none.

    python benchmarks/refuse.py [--changes 10000] [--seed 1]

Prints how many were tried and refused, and each that was not. Exit code 1 if there is one.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.check_program.changed import changed, is_no_change
from tests.check_program.made import ASKED, DEALS, documents, made

from licet_check.checks import refusals


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--changes", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    drawn, right = random.Random(given.seed), [made(case) for case in (*DEALS, *ASKED)]
    start, tried, missed = time.perf_counter(), 0, 0
    while tried < given.changes:
        before = drawn.choice(right)
        after, what = changed(before, drawn)
        if not is_no_change(before, after):
            tried += 1
            if not refusals(*documents(), after)[0]:
                missed += 1
                print(f"not refused: {before['subject']['id']}, {what}", flush=True)
    print(f"{tried - missed:,} of {tried:,} changes refused, in {time.perf_counter() - start:.0f} s")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
