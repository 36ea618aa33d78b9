"""Damaged tables of every format, read in every way: whatever is wrong is a finding, never a fault of Licet's.

    python benchmarks/fuzz_readers.py --tables 100000

Each format is read in a process of its own, so that one that dies is counted too. Exit code 1 where anything else than
findings came out; what was read then is kept, and its path printed.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.facts.damage import FORMATS, VOCABULARY, damages, look_at
from tests.run.worlds import compiled

_AT_A_TIME = 500


def run(format_: str, seed: int, tables: int, folder: Path, out: Any) -> None:
    """Reads so many damaged tables; what was counted, and the faults with the files that show them, go to `out`."""
    policy = compiled(VOCABULARY)
    assert policy is not None
    draw = random.Random(f"{format_} {seed}")
    counts: Counter[str] = Counter()
    faults: list[str] = []
    files = damages(policy, folder, format_, draw)
    for number in range(tables):
        file = next(files)
        try:
            counts += look_at(file, policy, draw)
        except BaseException:  # noqa: BLE001 - faults of libraries in other languages are no `Exception`
            kept = folder.parent / f"{format_}-{seed}-{number}{file.suffix}"
            shutil.copy(file, kept)
            faults.append(f"{kept}\n{traceback.format_exc()}")
        counts["tables"] += 1
    out.put((counts, faults))


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--tables", type=int, default=2_000, help="of each format")
    options.add_argument("--format", dest="formats", action="append", choices=FORMATS)
    options.add_argument("--seed", type=int, default=0)
    given = options.parse_args()
    kept = Path(tempfile.mkdtemp(prefix="fuzz-readers-"))
    spawn = multiprocessing.get_context("spawn")
    failed = 0
    for format_ in given.formats or FORMATS:
        began, counts = time.monotonic(), Counter[str]()
        for start in range(0, given.tables, _AT_A_TIME):
            out: Any = spawn.SimpleQueue()
            folder = kept / f"{format_}-{start}"
            folder.mkdir()
            tables = min(_AT_A_TIME, given.tables - start)
            process = spawn.Process(target=run, args=(format_, given.seed + start, tables, folder, out))
            process.start()
            process.join()
            if out.empty():
                counts["deaths"] += 1
                sys.stdout.write(f"a process died at {folder}: exit code {process.exitcode}\n")
                continue
            if process.exitcode:  # after the last table: a thread of a library that is not joined
                counts["deaths"] += 1
                sys.stdout.write(f"a process died when it ended, at {folder}: exit code {process.exitcode}\n")
            found, faults = out.get()
            counts += found
            counts["faults"] += len(faults)
            for fault in faults[:3]:
                sys.stdout.write(f"{fault}\n")
            shutil.rmtree(folder)
        failed += counts["faults"] + counts["deaths"]
        said = ", ".join(f"{counts[word]:,} {word}" for word in ("told", "usable", "streamed", "faults", "deaths"))
        sys.stdout.write(f"{format_}: {counts['tables']:,} tables, {said}, {time.monotonic() - began:.0f} s\n")
        sys.stdout.flush()
    sys.stdout.write(f"{failed} internal faults\n")
    if not failed:
        shutil.rmtree(kept)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
