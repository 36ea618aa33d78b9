"""What `licet batch` takes on the same policy and rows before a change and after it, in turns.

    python benchmarks/before_after.py REVISION [--rules 200] [--rows 1e6] [--repeats 5]

The revision is checked out beside this tree. A policy of plain rules, with nothing that is new, is decided by the
engine of each side, one after the other and the other way round in the next turn. Prints the times, the medians, their
ratio, that of the best turns and the spread of the turns. Exit code 1 if the ratio is above 1 by more than the greater
spread, or if the two results differ.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.peers import facts
from benchmarks.peers.licet_ import write_policy
from benchmarks.peers.policy import AS_OF, generate

ROOT = Path(__file__).parent.parent


def decided(tree: Path, policy: Path, rows: Path, out: Path) -> float:
    """The seconds that one side takes for the whole run."""
    out.unlink(missing_ok=True)
    command = [sys.executable, "-m", "licet", "batch", str(rows), "--policy", str(policy), "-o", str(out)]
    command += ["--as-of", str(AS_OF), "--rules", "bitmaps", "--no-missing", "--quiet"]
    start = time.perf_counter()
    subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": str(tree / "engine")})
    return time.perf_counter() - start


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("revision")
    options.add_argument("--rules", type=int, default=200)
    options.add_argument("--rows", type=float, default=1e6)
    options.add_argument("--repeats", type=int, default=5)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        before = folder / "before"
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--detach", "--quiet", str(before), chosen.revision], check=True)
        try:
            policy = generate(chosen.rules, 1)
            written = write_policy(policy, folder)
            rows = facts.write(policy, folder / "Transfer.parquet", int(chosen.rows))
            sides = {"before": before, "after": ROOT}
            taken: dict[str, list[float]] = {side: [] for side in sides}
            for turn in range(chosen.repeats + 1):
                for side in sorted(sides, reverse=turn % 2 == 0):
                    seconds = decided(sides[side], written, rows, folder / f"{side}.parquet")
                    if turn:  # the first one warms the machine up
                        taken[side].append(seconds)
            results = [pq.read_table(folder / f"{side}.parquet") for side in sides]
        finally:
            subprocess.run([*git, "remove", "--force", str(before)], check=True)
    for side, seconds in taken.items():
        print(f"{side:>6}: {median(seconds):.2f} s of {', '.join(f'{s:.2f}' for s in seconds)}")
    ratio = median(taken["after"]) / median(taken["before"])
    best = min(taken["after"]) / min(taken["before"])
    spread = max((max(s) - min(s)) / median(s) for s in taken.values())
    names = [set(result.column_names) for result in results]
    shared = [n for n in results[0].column_names if n in names[1]]
    same = results[0].select(shared).equals(results[1].select(shared))
    print(f"after / before: {ratio:.3f}, of the best turns {best:.3f}; spread of the turns: {spread:.3f}")
    alone = ", ".join(sorted(names[0] ^ names[1])) or "none"
    print(f"results {'equal' if same else 'differ'} in {len(shared)} columns; columns of one side only: {alone}")
    sys.exit(0 if same and ratio <= 1 + spread else 1)


if __name__ == "__main__":
    main()
