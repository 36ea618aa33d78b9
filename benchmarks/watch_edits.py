"""Incremental runs of `licet watch` at length: chains of edits over random inventories, each beside a full run.

    python benchmarks/watch_edits.py [--edits 100000] [--seed 1] [--faults 3000] [--minutes 5]

Each step edits facts once to three times (fields, rows, records, marks of further rows, facts that are left out),
sometimes the law, and lets some days pass. What is decided again is compared with the reference, which decides
everything, row for row. For the first `--faults` edits each kind of key is forgotten in turn, and the wrong rows that
this brings are counted: a kind of which none is seen fails. Prints counts; exit code 1 if a row was wrong. It stops
after `--minutes`, and says how far it came.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.changes.editing import FAULTS, WIDER, EditTally, campaign
from tests.run.worlds import accepted


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--edits", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", type=int, default=3_000)
    parser.add_argument("--minutes", type=float, default=60.0)
    given = parser.parse_args()
    end = time.monotonic() + given.minutes * 60
    planted = _until(end, given.faults, given.seed, with_faults=True)
    idle = [fault for fault in FAULTS if not planted.caught[fault]]
    if given.faults:
        caught = ", ".join(f"{fault} {planted.caught[fault]:,}" for fault in FAULTS)
        print(f"{planted.edits:,} edits with faults planted: {len(FAULTS) - len(idle)} of {len(FAULTS)} kinds caught")
        print(f"wrong rows by what was forgotten: {caught}")
    sound = _until(end, given.edits, given.seed + 1_000_000, with_faults=False)
    wrong = planted.wrong + sound.wrong
    for one in (planted, sound):
        if one.first_wrong:
            print(one.first_wrong)
    print(f"{sound.edits:,} of {given.edits:,} edits in {sound.steps:,} steps: {sound.answers:,} rows compared")
    print(f"{sound.changed:,} changed answers; {sound.decided:,} of {sound.answers:,} decided again; {wrong:,} wrong")
    return 1 if wrong or (given.faults and idle) else 0


def _until(end: float, edits: int, seed: int, *, with_faults: bool) -> EditTally:
    found = EditTally()
    if edits:
        for tally in campaign(accepted(WIDER), edits, seed, with_faults=with_faults):
            found = tally
            if time.monotonic() > end:
                break
    return found


if __name__ == "__main__":
    sys.exit(main())
