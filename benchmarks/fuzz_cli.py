"""The command line campaign: lines over every command and option, with odd values; each must end as is promised.

    python benchmarks/fuzz_cli.py [--lines 10000] [--seed 1]

Prints how often each command ended with each exit code, and every fault with the shortest line that shows it: an
exception, a stack trace, an exit code other than those of the command, an error without a word, or an input that was
written over. Exit code 1 if there is one.
"""

from __future__ import annotations

import argparse
import random
import shlex
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.cli.lines import Runs, lines, shrunk


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--lines", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    began, slowest = time.perf_counter(), (0.0, "")
    faults = 0
    with tempfile.TemporaryDirectory(prefix="fuzz-cli-") as parent:
        run = Runs(Path(parent))
        for number, (words, given) in zip(range(chosen.lines), lines(random.Random(chosen.seed)), strict=False):
            if number and number % 2_000 == 0:
                print(f"{number} so far, {time.perf_counter() - began:.0f} s, {faults} faults", flush=True)
            before = time.perf_counter()
            wrong = run(words, given)
            slowest = max(slowest, (time.perf_counter() - before, shown(words)))
            if wrong is not None:
                faults += 1
                short = shrunk(words, lambda fewer, given=given: run(fewer, given))
                print(f"{run(short, given)}: {shown(short)} < {given!r}", flush=True)
    ends: dict[str, list[str]] = defaultdict(list)
    for key, count in sorted(run.counts.items()):
        name, code = key.rsplit(" ", 1)
        ends[name].append(f"{count:,} with {code}")
    for name, found in ends.items():
        print(f"{name}: {', '.join(found)}")
    seconds = time.perf_counter() - began
    print(f"{chosen.lines:,} command lines in {seconds:.0f} s, {faults} internal faults")
    print(f"slowest {slowest[0]:.1f} s: {slowest[1]}")
    return 1 if faults else 0


def shown(words: list[str]) -> str:
    return shlex.join(["licet", *(word.encode("unicode_escape", "backslashreplace").decode() for word in words)])


if __name__ == "__main__":
    raise SystemExit(main())
