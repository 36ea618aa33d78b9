"""The long differential campaign: reference and forward on generated policies and facts.

    python benchmarks/agree.py --examples 100000 [--seed 1]

Prints how many cases and statuses were compared, and every difference. Exit code 1 if there is one.
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from hypothesis import HealthCheck, Phase, given, seed, settings
from tests.run.test_engines_agree import CASES, SEEN, differences

from licet.facts.store import Facts


def campaign(examples: int, number: int) -> int:
    """Compares `examples` cases; the number of differences."""
    found: list[str] = []

    @seed(number)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(*CASES)
    def compare(text: str, facts: Facts, as_of: date | None, enforced_only: bool, skipped: int) -> None:
        different = differences(text, facts, as_of, enforced_only, skipped)
        SEEN["refused" if different is None else "compared"] += 1
        if different:
            found.append("\n".join([text, str(facts), f"{as_of}, {enforced_only}, {skipped}", *different]))

    compare()
    for one in found:
        print(one)
    return len(found)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--examples", type=int, default=20_000)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    start = time.perf_counter()
    different = campaign(chosen.examples, chosen.seed)
    seconds = time.perf_counter() - start
    print(f"{SEEN['compared']} cases compared in {seconds:.0f} s, {SEEN['refused']} policies refused, statuses:")
    for status in ("holds", "fails", "unknown", "defeated", "not_in_force"):
        print(f"  {status:13} {SEEN[status]:>10,}")
    print(f"{different} differences")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
