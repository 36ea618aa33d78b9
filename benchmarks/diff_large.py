"""`licet diff OLD NEW --facts` over a large inventory, beside one run of `licet batch` over it.

    python benchmarks/diff_large.py [--transfers 1e6] [--parties 20000] [--seed 1]

NEW has three edits of a policy of a dozen rules: a limit is lowered, a country comes on a list, a rule is repealed. The
inventory is that of `watch_large.py`. Prints seconds of both and the ratio of processor time; and how many rows each
edit is said to be responsible for beside how many get their old answer back when it alone is undone, decided by `licet
batch` of the whole inventory. Exit code 1 if one of these numbers is another, or if a row was not looked into.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parent))

from watch_large import LISTS, POLICY, MadeUp, Took, write_list

LIMIT = ("t.amount is at least 500000", "t.amount is at least 400000")
MEMBER = "KZ"
REPEALED = next(line for line in POLICY.splitlines(keepends=True) if line.startswith("rule parent"))
EDITS = {"trade.larger": "limit", "watched": "member", "trade.parent": "rule"}


def write_policy(folder: Path, edits: Sequence[str]) -> Path:
    text = POLICY.replace(*LIMIT) if "limit" in edits else POLICY
    folder.mkdir()
    (folder / "trade.licet").write_text(text.replace(REPEALED, "") if "rule" in edits else text)
    for name, members in LISTS.items():
        write_list(folder, name, [*members, MEMBER] if "member" in edits and name == "watched" else members)
    return folder


def run(*line: str) -> tuple[Took, str]:
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-m", "licet", *line]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"licet {line[0]} ended with exit code {done.returncode}: {done.stderr[-2000:]}")
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Took(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime), done.stdout


def answers(facts: Path, policy: Path, out: Path) -> tuple[Took, Any]:
    """The overall answers of all transfers, as texts, in the order of the table."""
    took, _ = run("batch", str(facts), "--policy", str(policy), "-o", str(out))
    table = pq.read_table(out, columns=["type", "licensing.must", "licensing.may"])
    columns = [np.array(table.column(name).cast("string").to_pylist(), np.str_) for name in table.column_names]
    of_transfers = columns[0] == "Transfer"
    return took, np.char.add(columns[1], columns[2])[of_transfers]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--transfers", type=float, default=1_000_000)
    options.add_argument("--parties", type=int, default=20_000)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        return measured(asked, Path(scratch))


def measured(asked: argparse.Namespace, home: Path) -> int:
    facts, every = home / "facts", tuple(EDITS.values())
    facts.mkdir()
    for name, table in MadeUp(int(asked.transfers), asked.parties, asked.seed).tables.items():
        pq.write_table(table, facts / f"{name}.parquet")
    old, new = write_policy(home / "old", ()), write_policy(home / "new", every)
    one_run, was = answers(facts, old, home / "old.parquet")
    _, now = answers(facts, new, home / "new.parquet")
    took, said = run("diff", str(old), str(new), "--facts", str(facts), "--no-solvers", "--format", "json")
    moves = [m for m in json.loads(said)["moves"] if m["jurisdiction"] == "overall" and m["what"] == "answer"]
    moved = was != now
    print(f"{len(was):,} rows, of which {int(moved.sum()):,} moved in {len(moves)} ways")
    print(f"diff {took}, one run {one_run}, ratio {took.processor / one_run.processor:.2f}")
    told: Counter[str] = Counter()
    others = left = 0
    for move in moves:
        left += move["rows"] - sum(one["rows"] for one in move["responsible"])
        for one in move["responsible"]:
            alone = {change[0]["of"] for change in one["sets"] if len(change) == 1}
            told.update(dict.fromkeys(alone, one["rows"]))
            others += 0 if alone else one["rows"]
    wrong = left
    for item, edit in EDITS.items():
        without = [other for other in every if other != edit]
        _, again = answers(facts, write_policy(home / edit, without), home / f"{edit}.parquet")
        back = int((moved & (again == was)).sum())
        wrong += back != told[item]
        print(f"{item}: said of {told[item]:,} rows, {back:,} have their old answer when it is undone")
    print(f"{others:,} rows have several edits together; {left:,} were not looked into")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
