"""Each source and format that is read, decided by one command, beside what DuckDB and Polars take to read it bare.

    python benchmarks/readers.py [--rows 500000] [--out benchmarks/readers.md] [--only CSV]

Writes a table in Markdown, rows a second: of `licet batch` from the start of its process to the file of rows; of the
same in a process that runs already; and of DuckDB and Polars that read all columns into memory, in such a process too,
without checking cells, ids and references. Each answer is counted and compared with what the rows were made to say.
The policy is small, so that reading is measured more than deciding. What was not read is told below the table.
"""

from __future__ import annotations

import argparse
import io
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.served import served
from tests.databases import postgresql

import licet
from licet.cli.main import main as command
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
COPIES = {
    "Deal.csv": "header",
    "Deal.csv.gz": "header, compression gzip",
    "Deal.csv.zst": "header, compression zstd",
    "Deal.tsv": "header, delimiter '\t'",
    "Deal.txt": "header, delimiter '\t'",
    "semicolon/Deal.csv": "header, delimiter ';'",
    "Deal.jsonl": "format json",
    "Deal.jsonl.gz": "format json, compression gzip",
    "Deal.parquet": "format parquet",
    "Deal": "format parquet, partition_by (place, kind)",
}
SHORT = {"JSON": 50_000, "YAML": 5_000, "XLSX": 50_000, "a list of dicts": 50_000}  # rows, where all would take long
AS_OF = "2026-01-01"


@dataclass
class Source:
    """How a source is read: by the words of a command, by Licet in Python, and bare."""

    words: tuple[str, ...] = ()
    frame: Callable[[], Any] | None = None
    duck: str | Callable[[], Any] = ""
    polars: Callable[[], Any] | None = None
    stdin: str = ""
    why_not: dict[str, str] = field(default_factory=dict)


# ---- files


def made(folder: Path, rows: int, address: str) -> Any:
    """A connection of DuckDB, after all files and tables were written."""
    con = duckdb.connect()
    con.execute(f"create table deals as {ROWS.format(rows=rows)}")
    (folder / "semicolon").mkdir()
    for name, said in COPIES.items():
        con.execute(f"copy deals to '{folder / name}' ({said})")
    text = (folder / "Deal.csv").read_text(encoding="utf-8")
    _compressed(folder, text)
    whole = (folder / "semicolon" / "Deal.csv").read_text(encoding="utf-8")
    (folder / "semicolon" / "Deal.csv").write_text("sep=;\n" + whole, encoding="utf-8")
    head, _, body = text.partition("\n")
    lines = body.splitlines(keepends=True)
    for part in range(4):
        piece = lines[part * len(lines) // 4 : (part + 1) * len(lines) // 4]
        (folder / f"Deal-{part}.csv").write_text(head + "\n" + "".join(piece), encoding="utf-8")
    _documents(folder, con)
    table = con.sql("from deals").to_arrow_table()
    with pa.ipc.new_file(folder / "Deal.arrow", table.schema) as out:
        out.write_table(table)
    for place in (str(folder / "f.duckdb"), str(folder / "f.sqlite"), address):
        with connected(located(place), writes=True) as into, into.cursor() as cursor:
            cursor.adbc_ingest("deal", table, mode="create")
            into.commit()
    return con


def _compressed(folder: Path, text: str) -> None:
    with pa.CompressedOutputStream(str(folder / "Deal.csv.bz2"), "bz2") as out:
        out.write(text.encode())
    with ZipFile(folder / "Deal.zip", "w", ZIP_DEFLATED) as archive:
        archive.writestr("Deal.csv", text)
    for encoding in ("utf-16", "utf-32"):
        (folder / encoding).mkdir()
        (folder / encoding / "Deal.csv").write_text(text, encoding=encoding)


def _documents(folder: Path, con: Any) -> None:
    json = con.sql(f"from deals limit {SHORT['JSON']}").pl()
    (folder / "document").mkdir()
    (folder / "document" / "facts.json").write_text(f'{{"Deal": {json.write_json()}}}', encoding="utf-8")
    records = con.sql(f"from deals limit {SHORT['YAML']}").pl().to_dicts()
    fields = ["\n    ".join(f"{name}: {value}" for name, value in record.items()) for record in records]
    (folder / "facts.yaml").write_text("Deal:\n  - " + "\n  - ".join(fields) + "\n", encoding="utf-8")
    con.sql(f"from deals limit {SHORT['XLSX']}").pl().write_excel(folder / "Deal.xlsx")


# ---- sources


def of_files(folder: Path) -> Iterator[tuple[str, Source]]:
    def of(name: str, duck: str = "", read: Callable[..., Any] | None = None, *words: str, **options: Any) -> Source:
        text = duck.format(folder / name) if duck else ""
        return Source(
            (str(folder / name), *words), None, text, partial(read, folder / name, **options) if read else None
        )

    csv, ndjson = "from read_csv('{}')", "from read_json('{}')"
    yield "CSV", of("Deal.csv", csv, pl.read_csv)
    yield "CSV from standard input", Source(("-", "--table", "Deal"), stdin=str(folder / "Deal.csv"))
    yield "CSV, gzip", of("Deal.csv.gz", csv, pl.read_csv)
    yield "CSV, zstd", of("Deal.csv.zst", csv, pl.read_csv)
    yield "CSV, bzip2", of("Deal.csv.bz2", csv, pl.read_csv)
    yield "CSV in a ZIP archive", of("Deal.zip", csv, pl.read_csv)
    yield "CSV, UTF-16", of("utf-16/Deal.csv", "from read_csv('{}', encoding='utf-16')", pl.read_csv)
    yield "CSV, UTF-32", of("utf-32/Deal.csv", csv, pl.read_csv)
    yield "CSV that begins with `sep=;`", of("semicolon/Deal.csv", csv, pl.read_csv, separator=";", skip_rows=1)
    yield "CSV, four files by a pattern", of("Deal-*.csv", csv, pl.read_csv, "--table", "Deal")
    yield "TSV", of("Deal.tsv", csv, pl.read_csv, separator="\t")
    yield "TXT", of("Deal.txt", csv, pl.read_csv, separator="\t")
    yield "JSONL", of("Deal.jsonl", ndjson, pl.read_ndjson)
    yield "JSONL, gzip", of("Deal.jsonl.gz", ndjson, pl.read_ndjson)
    yield "JSON", of("document/facts.json", "from (select unnest(Deal, recursive := true) from '{}')", pl.read_json)
    yield "YAML", of("facts.yaml")
    yield "Parquet", of("Deal.parquet", "from '{}'", pl.read_parquet)
    parts = f"{folder}/Deal/**/*.parquet"
    hive = partial(pl.read_parquet, parts, hive_partitioning=True)
    yield "Parquet in twelve folders", Source((str(folder / "Deal"),), None, f"from read_parquet('{parts}')", hive)
    yield "Arrow", of("Deal.arrow", "", pl.read_ipc)
    yield "XLSX", of("Deal.xlsx", "from read_xlsx('{}')", pl.read_excel)


def elsewhere(folder: Path, server: str, address: str) -> Iterator[tuple[str, Source]]:
    web = f"http://{server}/Deal.parquet"
    yield "Parquet by HTTP", Source((web,), None, f"from '{web}'", partial(pl.read_parquet, web))
    text = web.replace(".parquet", ".csv")
    yield "CSV by HTTP", Source((text,), None, f"from read_csv('{text}')", partial(pl.read_csv, text))
    options = {"aws_endpoint_url": f"http://{server}", "aws_region": "eu-central-1", "aws_allow_http": "true"}
    options |= {"aws_access_key_id": "k", "aws_secret_access_key": "s"}
    asked = f"?region=eu-central-1&scheme=http&endpoint_override={server}"
    bucket = partial(pl.read_parquet, "s3://bucket/Deal.parquet", storage_options=options)
    yield (
        "Parquet in S3",
        Source((f"s3://bucket/Deal.parquet{asked}",), None, "from 's3://bucket/Deal.parquet'", bucket),
    )

    def table(place: str) -> Callable[[], Any]:
        return lambda: pl.read_database_uri("select * from deal", place, engine="adbc")

    def attached(place: str, kind: str) -> Callable[[], Any]:
        def read() -> Any:
            with duckdb.connect() as own:
                own.execute(f"attach '{place}' as place{kind}")
                return own.sql("from place.deal").to_arrow_table()

        return read

    file, light = folder / "f.duckdb", folder / "f.sqlite"
    yield "DuckDB", Source((str(file),), None, attached(str(file), " (read_only)"))
    yield "SQLite", Source((str(light),), None, attached(str(light), " (type sqlite)"), table(f"sqlite:///{light}"))
    yield "PostgreSQL", Source((address,), None, attached(address, " (type postgres)"), table(address))
    asked = "select * from deal where number >= 0"
    query = Source((address, "--query", asked, "--table", "Deal"))
    query.polars = lambda: pl.read_database_uri(asked, address, engine="adbc")
    yield "PostgreSQL, a query", query


def of_frames(folder: Path, con: Any) -> Iterator[tuple[str, Source]]:
    table = pq.read_table(folder / "Deal.parquet")
    frames: dict[str, Any] = {
        f"pandas {version('pandas').split('.')[0]}": table.to_pandas(),
        "Polars": pl.from_arrow(table),
        "Polars, Categorical": pl.from_arrow(table).with_columns(pl.col("place", "kind").cast(pl.Categorical)),
        "pyarrow": table,
        "a list of dicts": table.slice(0, SHORT["a list of dicts"]).to_pylist(),
    }
    for name, frame in frames.items():
        bare = {"polars": partial(pl.DataFrame if isinstance(frame, list | pd.DataFrame) else pl.from_arrow, frame)}
        own = Source(frame=partial(_same, frame), polars=None if isinstance(frame, pl.DataFrame) else bare["polars"])
        if not isinstance(frame, list):
            own.duck = partial(_bare, con, frame)
        yield f"a frame: {name}" if name != "a list of dicts" else name, own
    path = folder / "Deal.parquet"
    yield "Polars, lazy", Source(frame=lambda: pl.scan_parquet(path), polars=lambda: pl.scan_parquet(path).collect())
    yield "a dataset of pyarrow", Source(frame=lambda: ds.dataset(path), duck=lambda: _bare(con, ds.dataset(path)))
    relation = partial(con.sql, f"from '{path}'")
    yield "a relation of DuckDB", Source(frame=relation, duck=lambda: relation().to_arrow_table())


def _same(frame: Any) -> Any:
    return frame


def _bare(con: Any, given: Any) -> Any:
    """What DuckDB reads of a frame or dataset, which it finds by the name of the variable."""
    assert given is not None
    return con.sql("from given").to_arrow_table()


# ---- measuring


@dataclass
class Took:
    """Seconds on the clock and of the processor."""

    wall: float
    cpu: float

    def rate(self, rows: int) -> str:
        return f"{rows / self.wall:,.0f} ({rows / self.cpu:,.0f})" if self.cpu > 1e-4 else f"{rows / self.wall:,.0f}"


def took(work: Callable[[], Any], turns: int) -> Took:
    found = []
    for _ in range(turns):
        wall, before = time.perf_counter(), os.times()
        work()
        after = os.times()
        cpu = sum(after[:4]) - sum(before[:4])  # of processes that ended, too
        found.append(Took(time.perf_counter() - wall, cpu))
    return Took(median(t.wall for t in found), median(t.cpu for t in found))


class Run:
    """All sources of one folder, one after the other."""

    def __init__(self, folder: Path, rows: int, turns: int, con: Any) -> None:
        self._folder, self._rows, self._turns, self._con = folder, rows, turns, con
        self._policy = licet.load(folder / "policy.licet")
        self.notes: list[str] = []
        self._within(Source((str(folder / "Deal.csv"),)), rows)  # whatever is imported late is there then

    def line(self, name: str, source: Source) -> str:
        """One line of the table. Errors: `AssertionError` where an answer is not what the rows say."""
        rows = min(self._rows, SHORT.get(name, self._rows))
        cells = [f"{name}, {rows:,} rows" if name in SHORT else name]
        cells.append(self._rate(rows, name, "", lambda: self._command(source, rows)) if source.words else "-")
        within = (lambda: self._within(source, rows)) if source.words and not source.stdin else None
        if source.frame is not None:
            within = lambda: self._frame(source, rows)  # noqa: E731 - one of three ways
        cells.append(self._rate(rows, name, "", within) if within else "-")
        duck = source.duck
        reads = (lambda: self._con.sql(duck).to_arrow_table()) if isinstance(duck, str) and duck else duck
        cells.append(self._rate(rows, name, "DuckDB", reads) if reads else "-")
        cells.append(self._rate(rows, name, "Polars", source.polars) if source.polars else "-")
        return f"| {' | '.join(cells)} |"

    def _rate(self, rows: int, name: str, library: str, work: Any) -> str:
        try:
            return took(work, self._turns).rate(rows)
        except Exception as error:
            if not library:
                raise
            said = " ".join(f"{type(error).__name__}: {error}".split())
            self.notes.append(f"{name}, {library}: {said[:110]}")
            return "-"

    def _words(self, source: Source) -> list[str]:
        given = ["--policy", str(self._folder / "policy.licet"), "-o", str(self._folder / "out.parquet")]
        return ["batch", *source.words, *given, "--as-of", AS_OF, "--quiet"]

    def _command(self, source: Source, rows: int) -> None:
        run = [sys.executable, "-m", "licet", *self._words(source)]
        with Path(source.stdin or os.devnull).open("rb") as given:
            done = subprocess.run(run, stdin=given, stderr=subprocess.PIPE, check=False)
        assert done.returncode == 0, done.stderr.decode()
        self._is_right(pq.read_table(self._folder / "out.parquet", columns=["handling.must"]), rows)

    def _within(self, source: Source, rows: int) -> None:
        said = io.StringIO()
        with redirect_stderr(said), redirect_stdout(said):
            try:
                command(self._words(source), standalone_mode=False)
            except SystemExit as end:
                if end.code:
                    raise AssertionError(said.getvalue()) from end
        self._is_right(pq.read_table(self._folder / "out.parquet", columns=["handling.must"]), rows)

    def _frame(self, source: Source, rows: int) -> None:
        assert source.frame is not None
        found = self._policy.decide_table(source.frame(), table="Deal", as_of=AS_OF, missing=True)
        self._is_right(found, rows)

    def _is_right(self, found: pa.Table, rows: int) -> None:
        expected = sum(i * 37 % 1000 >= 500 for i in range(rows))
        asks = pc.sum(pc.equal(found["handling.must"].cast(pa.string()), "ask")).as_py()
        assert (len(found), asks) == (rows, expected), (len(found), asks, rows, expected)


def head(rows: int, turns: int) -> list[str]:
    load = ", ".join(f"{x:.1f}" for x in os.getloadavg())
    names = ("licet", "pyarrow", "duckdb", "polars", "pandas")
    made_with = ", ".join(f"{name} {version(name)}" for name in names)
    return [
        "# Readers",
        "",
        f"Written by `python benchmarks/readers.py --rows {rows} --turns {turns}` on {date.today()}.",  # noqa: DTZ011 - the day here
        "",
        f"- Python {platform.python_version()}, {os.cpu_count()} cores, load average at the start {load}; {made_with}",
        f"- {rows:,} rows of six fields, medians of {turns}; rows a second, in brackets of processor time",
        "- *command*: `licet batch` from the start of its process to the file of rows, the start included",
        "- *in a process*: read, checked, decided and written (frames: into a table) where the policy's code is loaded",
        "- *reads*: all columns into memory, bare: no cell, id or reference is checked, nothing is decided",
        "- *by HTTP*: a server on this machine, without TLS; *in S3*: one that speaks as much of S3 as reading needs",
        "",
        "| source | Licet, command | Licet, in a process | DuckDB reads | Polars reads |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--out", type=Path, help="also write it into this file")
    parser.add_argument("--only", default="", help="sources whose name has this in it")
    given = parser.parse_args()
    lines = head(given.rows, given.turns)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="licet-readers-")))
        (folder / "policy.licet").write_text(POLICY, encoding="utf-8")
        address = stack.enter_context(postgresql())
        con = made(folder, given.rows, address)
        server = stack.enter_context(served(folder))
        os.environ |= {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}
        run = Run(folder, given.rows, given.turns, con)
        print("\n".join(lines), flush=True)
        sources = [*of_files(folder), *elsewhere(folder, server, address), *of_frames(folder, con)]
        for name, source in sources:
            if given.only in name:
                lines.append(run.line(name, source))
                print(lines[-1], flush=True)
    notes = [f"- {note.replace(str(folder), '').replace(address, 'postgresql://…')}" for note in run.notes]
    lines += ["", "Not read, or not tried in this installation:", "", *notes] if notes else []
    print("\n".join(notes))
    if given.out:
        given.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
