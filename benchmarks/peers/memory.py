"""Peak memory of `licet batch` as a process of its own, on tables of growing size.

    python benchmarks/peers/memory.py [--rules 200] [--rows 1e6,1e7]

Prints the peak resident size of each run and, for each, the ratio to the first one's. The tables are generated first.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from benchmarks.peers import facts
from benchmarks.peers.licet_ import write_policy
from benchmarks.peers.policy import AS_OF, Policy, generate


def peak(command: list[str]) -> tuple[float, float]:
    """The peak resident size in MiB, and seconds. Errors: `CalledProcessError`."""
    start = time.perf_counter()
    process = subprocess.Popen(command)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    unit = 1024 if sys.platform == "darwin" else 1
    return used.ru_maxrss / unit / 1024, time.perf_counter() - start


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
