"""Each source and format that is read, decided by one command, beside what DuckDB and Polars take to read it bare.

    python benchmarks/readers.py [--rows 500000]

Prints a table in Markdown, rows a second: of `licet batch` from the start of the process to the file of rows, of
reading and checking alone (`licet batch --dry-run`), and of DuckDB and Polars that read all columns into memory, in a
process that runs already. A dash: not tried, or not read. The policy is small, so that reading is measured more than
deciding.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.databases import postgresql

from licet.facts.files.addresses import located
from licet.facts.files.connections import connected

POLICY = """module deals "Deals" jurisdiction CH
entity Deal "deal"
  number : number "number"
  weight : number "weight"
  place : country "place"
  kind : one of [sale, loan, gift] "kind"
  day : date "day"
decision handling of d: Deal "handling" outcomes pass < ask otherwise pass
rule many for d: Deal when d.number is at least 500 then handling of d is ask
"""
ROWS = """select 'd' || i as id, (i * 37) % 1000 as number, (i % 977) / 4 as weight,
['CH', 'JP', 'CN', 'US'][1 + i % 4] as place, ['sale', 'loan', 'gift'][1 + i % 3] as kind,
date '2026-01-01' + (i % 300)::int as day from range({rows}) t(i)"""


SHEET = 50_000  # rows of the workbook
COPIES = {
    "Deal.csv": "header",
    "Deal.csv.gz": "header, compression gzip",
    "Deal.csv.zst": "header, compression zstd",
    "Deal.tsv": "header, delimiter '\t'",
    "Deal.jsonl": "format json",
    "Deal.parquet": "format parquet",
    "Deal": "format parquet, partition_by (place, kind)",
}


def made(folder: Path, rows: int, address: str) -> Any:
    """A connection of DuckDB, after all files and tables were written."""
    con = duckdb.connect()
    con.execute(f"create table deals as {ROWS.format(rows=rows)}")
    for name, said in COPIES.items():
        con.execute(f"copy deals to '{folder / name}' ({said})")
    table = con.sql("from deals").to_arrow_table()
    with pa.ipc.new_file(folder / "Deal.arrow", table.schema) as out:
        out.write_table(table)
    con.sql(f"from deals limit {SHEET}").pl().write_excel(folder / "Deal.xlsx")
    for place in (str(folder / "f.duckdb"), str(folder / "f.sqlite"), address):
        with connected(located(place), writes=True) as into, into.cursor() as cursor:
            cursor.adbc_ingest("deal", table, mode="create")
            into.commit()
    return con


def sources(folder: Path, con: Any, address: str) -> dict[str, tuple[str, Any, Any]]:
    """Of each source the words of the command, and how DuckDB and Polars read it."""

    def duck(text: str) -> Callable[[], Any]:
        return lambda: con.sql(text.format(folder)).to_arrow_table()

    def table(place: str) -> Callable[[], Any]:
        return lambda: pl.read_database_uri("select * from deal", place, engine="adbc")

    def of(name: str, text: str | None, read: Callable[..., Any], **options: Any) -> tuple[str, Any, Any]:
        return str(folder / name), duck(text) if text else None, partial(read, folder / name, **options)

    parts = f"{folder}/Deal/**/*.parquet"
    hive = partial(pl.read_parquet, parts, hive_partitioning=True)
    return {
        "CSV": of("Deal.csv", "from read_csv('{}/Deal.csv')", pl.read_csv),
        "CSV, gzip": of("Deal.csv.gz", "from read_csv('{}/Deal.csv.gz')", pl.read_csv),
        "CSV, zstd": of("Deal.csv.zst", "from read_csv('{}/Deal.csv.zst')", pl.read_csv),
        "TSV": of("Deal.tsv", "from read_csv('{}/Deal.tsv')", pl.read_csv, separator="\t"),
        "JSONL": of("Deal.jsonl", "from read_json('{}/Deal.jsonl')", pl.read_ndjson),
        "Parquet": of("Deal.parquet", "from '{}/Deal.parquet'", pl.read_parquet),
        "Parquet in twelve folders": (str(folder / "Deal"), duck(f"from read_parquet('{parts}')"), hive),
        "Arrow": of("Deal.arrow", None, pl.read_ipc),
        f"XLSX, {SHEET:,} rows": of("Deal.xlsx", None, pl.read_excel),
        "DuckDB": (str(folder / "f.duckdb"), None, None),
        "SQLite": (str(folder / "f.sqlite"), None, table(f"sqlite:///{folder / 'f.sqlite'}")),
        "PostgreSQL": (address, None, table(address)),
    }


def seconds(work: Callable[[], Any] | None) -> float | None:
    if work is None:
        return None
    begun = time.perf_counter()
    try:
        work()
    except (pl.exceptions.PolarsError, duckdb.Error, TypeError, ImportError) as error:
        print(f"not read: {type(error).__name__}: {str(error)[:80]}", file=sys.stderr)
        return None
    return time.perf_counter() - begun


def command(folder: Path, facts: str, *words: str) -> Callable[[], Any]:
    given = ["batch", facts, "--policy", str(folder / "policy.licet"), "-o", str(folder / "out.parquet"), *words]
    run = [sys.executable, "-c", "from licet.cli.main import main; main()", *given, "--as-of", "2026-01-01", "--quiet"]
    return lambda: subprocess.run(run, check=True, stderr=subprocess.DEVNULL)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=500_000)
    rows = parser.parse_args().rows
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="licet-readers-")))
        (folder / "policy.licet").write_text(POLICY, encoding="utf-8")
        address = stack.enter_context(postgresql())
        print(f"| {rows:,} rows | read and decided, rows/s | read (`--dry-run`) | DuckDB reads | Polars reads |")
        print("| --- | --- | --- | --- | --- |")
        con = made(folder, rows, address)
        for name, (facts, duck, polar) in sources(folder, con, address).items():
            own = SHEET if "XLSX" in name else rows
            took = [seconds(w) for w in (command(folder, facts), command(folder, facts, "--dry-run"), duck, polar)]
            said = ["-" if one is None else f"{own / one:,.0f}" for one in took]
            print(f"| {name} | {' | '.join(said)} |", flush=True)


main()
