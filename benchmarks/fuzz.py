"""The parser campaign: damaged policies through parser, checker and renderer.

python benchmarks/fuzz.py --examples 200000 [--seed 1]
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.language.mutants import mutants
from tests.language.test_fuzz import look_at


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--examples", type=int, default=200_000)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    start = time.perf_counter()
    findings, slowest = 0, 0.0
    for number, text in enumerate(mutants(chosen.examples, chosen.seed)):
        if number and number % 20_000 == 0:
            print(f"{number} so far, {time.perf_counter() - start:.0f} s", flush=True)
        before = time.perf_counter()
        findings += look_at(text)
        slowest = max(slowest, time.perf_counter() - before)
    seconds = time.perf_counter() - start
    print(f"{chosen.examples} damaged policies in {seconds:.0f} s: {findings} findings, each with a place, no crash")
    print(f"slowest {slowest * 1000:.0f} ms")


if __name__ == "__main__":
    main()
