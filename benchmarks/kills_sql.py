"""Runs into a database that are killed at random moments and go on, until the table is whole: is it that of one run?

    python benchmarks/kills_sql.py [postgresql://... | f.duckdb | f.sqlite] [--kills 20] [--rows 1e6] [--postgresql]

Without an address it starts a PostgreSQL of its own, and takes files of DuckDB and SQLite too, unless `--postgresql`.
PostgreSQL has the facts too, in a table of its own; the others get them from a file. Prints for each database
how many kills there were, how many fell before a part was committed and after one, and whether the rows are
equal to those of a run into a file. The table is read after each kill: it must be whole or not there.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.databases import postgresql

from licet.errors import UsageError
from licet.facts.files.addresses import located
from licet.facts.files.connections import connected
from licet.report.decisions_sql import LEDGER

POLICY = """module deals "Deals" jurisdiction CH
entity Deal "deal"
  number : number "number"
decision handling of d: Deal "handling" outcomes pass < ask otherwise pass
rule many for d: Deal when d.number is at least 500 then handling of d is ask
"""
# Parts of a twentieth of a second, so that kills fall everywhere.
RUN = """import sys, licet.report.parts as parts
parts.SECONDS = 0.05
from functools import partial
import licet.cli.batch
licet.cli.batch.split_to_decide = partial(licet.cli.batch.split_to_decide, rows_per_batch=8192)
from licet.cli.main import main
main()
"""


def rows_in(address: str, statement: str) -> list[tuple[object, ...]]:
    try:
        with connected(located(address), writes=True) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return [tuple(row) for row in cursor.fetchall()]
    except UsageError:
        return []


def run(folder: Path, facts: str, *words: str) -> subprocess.Popen[bytes]:
    given = ["batch", facts, "--policy", "policy.licet", "--as-of", "2026-01-01", "--rules", "lists", "--quiet"]
    return subprocess.Popen([sys.executable, "-c", RUN, *given, *words], cwd=folder, stderr=subprocess.PIPE)


def campaign(address: str, kills: int, rows: int, folder: Path) -> None:
    facts = "Deal.csv"
    if "://" in address:
        facts = address
        with connected(located(address), writes=True) as connection, connection.cursor() as cursor:
            made = "CREATE TABLE deals AS SELECT 'd' || i AS id, i * 37 % 1000 AS number"
            cursor.execute(f"{made} FROM generate_series(0, {rows} - 1) t(i)")
            connection.commit()
    into = ("-o", address, "--into", "decided", "--resume")
    chance = random.Random(1)
    begun = time.monotonic()
    whole = run(folder, "Deal.csv", "-o", "whole.csv")
    assert whole.wait() == 0, whole.stderr and whole.stderr.read()
    longest = (time.monotonic() - begun) * (1 if facts == "Deal.csv" else 1.7)  # from a database they are copied first
    done, fell = 0, Counter[str]()
    sees = "SELECT count(*) FROM decided"
    while done < kills:
        process = run(folder, facts, *into)
        try:
            process.wait(chance.uniform(longest / 3, longest * 1.2))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            done += 1
            fell["after parts" if rows_in(address, f"SELECT 1 FROM {LEDGER}") else "before a part"] += 1
        else:
            assert process.returncode == 0, process.stderr and process.stderr.read()
            fell["runs to the end"] += 1
        assert rows_in(address, sees) in ([], [(rows,)]), "half a table"
    process = run(folder, facts, *into)
    assert process.wait() == 0, process.stderr and process.stderr.read()
    found = sorted(rows_in(address, "SELECT id, handling_must FROM decided"))
    lines = (folder / "whole.csv").read_text(encoding="utf-8").splitlines()[1:]
    expected = sorted(tuple(line.replace('"', "").split(",")[at] for at in (1, 3)) for line in lines)
    kind = address.split(":", 1)[0] if "://" in address else Path(address).suffix[1:]
    print(
        f"{kind}: {rows:,} rows, {done} kills ({dict(fell)}), rows equal: {found == expected}, ledger empty: ", end=""
    )
    print(rows_in(address, f"SELECT count(*) FROM {LEDGER}") == [(0,)], flush=True)
    assert found == expected


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address", nargs="?")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--rows", type=float, default=400_000)
    parser.add_argument("--postgresql", action="store_true", help="of the three only this one")
    given = parser.parse_args()
    rows = int(given.rows)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="licet-kills-")))
        (folder / "policy.licet").write_text(POLICY, encoding="utf-8")
        lines = "".join(f"d{i},{i * 37 % 1000}\n" for i in range(rows))
        (folder / "Deal.csv").write_text("id,number\n" + lines, encoding="utf-8")
        own = [given.address] if given.address else []
        files = [] if given.postgresql else [str(folder / "out.duckdb"), str(folder / "out.sqlite")]
        own = own or [stack.enter_context(postgresql()), *files]
        for address in own:
            campaign(address, given.kills, rows, folder)


main()
