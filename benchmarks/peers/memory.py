"""Peak memory of `licet batch` and the processes that it starts, on tables of growing size.

    python benchmarks/peers/memory.py [--rules 200] [--rows 1e6,1e7]

Prints the peak of each run, what its processes have in memory together, looked at many times a second, and the ratio
to the first run's. What several processes share counts once, on Linux; elsewhere as often as they are. The tables are
generated first. Needs psutil.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from benchmarks.peers import facts
from benchmarks.peers.licet_ import write_policy
from benchmarks.peers.peak import peak
from benchmarks.peers.policy import AS_OF, Policy, generate


def written_apart(policy: Policy, path: Path, rows: int) -> None:
    """The facts, by a process of their own: a child's peak counts what its parent held when it was forked."""
    process = get_context("spawn").Process(target=facts.write, args=(policy, path, rows))
    process.start()
    process.join()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rules", type=int, default=200)
    options.add_argument("--rows", type=lambda text: [int(float(p)) for p in text.split(",")], default=[10**6, 10**7])
    options.add_argument("--missing", action="store_true", help="also say which facts are missing, row by row")
    chosen = options.parse_args()
    policy = generate(chosen.rules)
    print("| rules | rows | peak MiB | ratio | s |\n| ---: | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        written = write_policy(policy, folder)
        first = 0.0
        for rows in chosen.rows:
            path = folder / "Transfer.parquet"
            written_apart(policy, path, rows)
            command = [sys.executable, "-m", "licet", "batch", str(path), "-o", str(folder / "decided.parquet")]
            command += ["--policy", str(written), "--table", "Transfer", "--as-of", str(AS_OF), "--quiet"]
            command += ["--rules", "bitmaps", "--missing" if chosen.missing else "--no-missing"]
            size, seconds = peak(command)
            first = first or size
            print(f"| {chosen.rules:,} | {rows:,} | {size:,.0f} | {size / first:.2f} | {seconds:.1f} |", flush=True)


if __name__ == "__main__":
    main()
