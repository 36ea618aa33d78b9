"""A running total for each consignee and year, over more and more transfers.

    python benchmarks/running_totals.py [--rows 1e5,2e5,4e5] [--consignees 1000]

Prints seconds and peak memory of `licet batch`, all its processes together, for each number of rows, and how many times
the seconds a row of the run before it took. Exit code 1 if a row takes more than 1.3 times as long as before, or a run
of more than a million rows more than 1.3 times the memory of the one before: time must grow with the rows, however many
transfers each consignee has, and memory must not. `--missing 0.01` leaves out one cell of a hundred. Needs psutil.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.peers.peak import peak

POLICY = """
module demo "Demo"
  jurisdiction US
  authority EAR "15 CFR"
unit TPP "total processing performance"
entity Party "party"
  country : country "country"
entity Transfer "transfer"
  made : date "day of the transfer"
  tpp : quantity TPP "performance"
  consignee : Party "consignee"
  basis : one of LPP, licence "basis"
decision licensing of t: Transfer "licence duty" as of t.made
  outcomes free < licence_exception < licence_required
  otherwise free
rule circuits "Circuits"
  for t: Transfer
  cites EAR "742.6"
  then licensing of t is licence_required
exception lpp "A calendar year and a consignee at a time"
  to circuits
  for t: Transfer
  cites EAR "740.29"
  when t.tpp + total s.tpp over s in Transfer where (s is earlier than t and s.basis is LPP
      and s.consignee is t.consignee and year of s.made is year of t.made) is at most 500 TPP
  then licensing of t is licence_exception
"""
FIRST, DAYS = date(2024, 1, 1), 730
MOST = 1.3  # times the seconds a row, or the memory, of the run before
MANY = 10**6  # rows, from which on the memory is looked at


def write(folder: Path, rows: int, consignees: int, missing: float) -> None:
    """Transfers of two years in the order of their days, and who gets them."""
    chance = random.Random(rows)
    days = sorted(chance.randrange(DAYS) for _ in range(rows))
    transfers = {
        "id": [f"t{i:08}" for i in range(rows)],
        "made": [FIRST + timedelta(days=day) for day in days],
        "tpp": [chance.randint(1, 9) for _ in range(rows)],
        "consignee": [f"p{chance.randrange(consignees)}" for _ in range(rows)],
        "basis": [chance.choice(("LPP", "licence")) for _ in range(rows)],
    }
    for name in ("made", "tpp", "consignee", "basis") if missing else ():
        transfers[name] = [None if chance.random() < missing else cell for cell in transfers[name]]
    parties = {"id": [f"p{i}" for i in range(consignees)], "country": ["CH"] * consignees}
    (folder / "policy.licet").write_text(POLICY, encoding="utf-8")
    pq.write_table(pa.table(transfers), folder / "Transfer.parquet")
    pq.write_table(pa.table(parties), folder / "Party.parquet")


def numbers(text: str) -> list[int]:
    return [int(float(part)) for part in text.split(",")]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=numbers, default=[100_000, 200_000, 400_000])
    options.add_argument("--consignees", type=int, default=1000)
    options.add_argument("--missing", type=float, default=0.0)
    chosen = options.parse_args()
    before, memory = 0.0, 0.0
    worst = 0.0
    for rows in sorted(chosen.rows):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write(folder, rows, chosen.consignees, chosen.missing)
            command = [sys.executable, "-m", "licet", "batch", str(folder / "Transfer.parquet")]
            command += ["--with", str(folder / "Party.parquet"), "--policy", str(folder / "policy.licet")]
            command += ["-o", str(folder / "out.parquet"), "--rules", "none", "--quiet"]
            size, seconds = peak(command, subprocess.DEVNULL)
        a_row = seconds / rows
        growth = a_row / before if before else 1.0
        print(
            f"{rows:>9,} rows: {seconds:6.1f} s, {a_row * 1e6:5.1f} µs a row ({growth:.2f}), peak {size:,.0f} MiB",
            flush=True,
        )
        before, worst = a_row, max(worst, growth, size / memory if memory else 0)
        memory = size if rows >= MANY else 0.0
    sys.exit(1 if worst > MOST else 0)


if __name__ == "__main__":
    main()
