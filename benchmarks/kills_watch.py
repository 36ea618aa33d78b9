"""Runs of `licet watch` that are killed while a snapshot is written: `python benchmarks/kills_watch.py [--kills 50]`.

Each run is a process of its own, which is killed (SIGKILL) at a random moment after it began to write. Then the last
snapshot has to be whole, every file as it was written, and has to read back; and the next run has to go on from it and
leave nothing half written. Prints how many runs were killed before a snapshot stood, after it stood, and how many came
to their end; exit code 1 if something was lost.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from licet.changes.watch import snapshots
from licet.changes.watch.kept_facts import read_again
from licet.changes.watch.run import policy_of
from licet.cli.main import main as licet

POLICY = """module trade "Trade" jurisdiction US
  authority L "Law"
entity Deal "deal"
  amount : number "amount"
  land : country "land"
decision licensing of d: Deal "licensing" outcomes free < ask < never otherwise free
rule large for d: Deal cites L "1" when d.amount is at least 100 then licensing of d is ask
rule there for d: Deal cites L "2" when d.land is CU then licensing of d is never
"""
DEALS = 400  # so that there is something to write


def facts(folder: Path, number: int) -> None:
    told = (f"  - {{id: d{i}, amount: {(i * 7 + number) % 150}, land: CH}}\n" for i in range(DEALS))
    (folder / "deals.yaml").write_text("as_of: 2026-03-02\nDeal:\n" + "".join(told), encoding="utf-8")


def watch(folder: Path) -> None:
    words = ["watch", str(folder / "deals.yaml"), "--policy", str(folder / "policy.licet")]
    licet([*words, "--snapshot", str(folder / "kept")], standalone_mode=False)


def run(folder: Path, moment: float | None) -> bool:
    """Whether it came to its end; with a moment it is killed so many seconds after it began to write."""
    process = os.fork()
    if not process:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        if moment is not None:
            _killed_after(moment)
        with suppress(SystemExit):
            watch(folder)
        os._exit(0)
    _, status = os.waitpid(process, 0)
    return os.WIFEXITED(status)


def reads_back(last: snapshots.Snapshot) -> bool:
    return bool(read_again(last, policy_of(last)).facts.fingerprint == last.about["facts"]["fingerprint"])


def _killed_after(moment: float) -> None:
    signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    begun = snapshots.Snapshots.begun

    def counted(self: snapshots.Snapshots, number: int) -> Any:
        signal.setitimer(signal.ITIMER_REAL, max(moment, 1e-6))
        return begun(self, number)

    snapshots.Snapshots.begun = counted  # type: ignore[method-assign]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--kills", type=int, default=50)
    options.add_argument(
        "--longest", type=float, default=0.05, help="seconds after which a run is killed at the latest"
    )
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    dice, how, lost = random.Random(asked.seed), Counter[str](), 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "policy.licet").write_text(POLICY, encoding="utf-8")
        facts(folder, 0)
        assert run(folder, None)
        number = 0
        while how["killed before it stood"] + how["killed after it stood"] < asked.kills:
            number += 1
            facts(folder, number)
            kept = snapshots.Snapshots(folder / "kept")
            before = kept.numbers()[-1]
            ended = run(folder, dice.uniform(0, asked.longest))
            half = any(kept.folder.glob(".partial-*"))
            stood = kept.numbers()[-1] > before
            how["came to its end" if ended else f"killed {'after' if stood else 'before'} it stood"] += 1
            how["left something half written"] += half
            last = kept.last()  # an error where a file is not what was written
            if (
                last is None
                or read_again(last, policy_of(last)).facts.fingerprint != last.about["facts"]["fingerprint"]
            ):
                lost += 1
            if not run(folder, None) or any(kept.folder.glob(".partial-*")):
                lost += 1
            if kept.numbers()[-1] != (before + 2 if stood else before + 1):
                lost += 1
            if len(kept.numbers()) > 5:
                for old in kept.numbers()[:-2]:
                    shutil.rmtree(kept.folder / str(old))
    print(", ".join(f"{count} {name}" for name, count in sorted(how.items())) + f"; {lost} lost")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
