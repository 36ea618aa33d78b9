"""Facts from databases, and answers into them: the same as of files, whole or not there, and no password anywhere."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pytest
from click.testing import CliRunner, Result

import licet.cli.batch
import licet.report.parts
from licet.cli.main import main
from licet.decide.table.streamed import split_to_decide
from licet.errors import UsageError
from licet.facts.files.addresses import located
from licet.facts.files.connections import connected
from licet.report.decisions_sql import LEDGER, TableParts
from tests.databases import PASSWORD, drivers, postgresql

POLICY = """module deals "Deals" jurisdiction CH
entity Deal "deal"
  number : number "number"
  signed : date "signed"
  tags : set of text "tags"
  big : boolean "big"
score weight of d: Deal "weight"
  source unverified "invented"
  range 0 to 9
  add 2.5 when d.big because "big"
  bands low from 0, high from 2
decision handling of d: Deal "handling" outcomes pass < ask otherwise pass
rule many for d: Deal when d.number is at least 500 then handling of d is ask
rule tagged for d: Deal when d.tags includes "x" then handling of d is ask
"""
ROWS, BATCH = 600, 64
COLUMNS = (
    *("id", "as_of", "handling.must", "handling.may", "handling.determined"),
    *("weight.low", "weight.high", "rules.holds"),
)
KINDS = ("postgresql", "sqlite", "duckdb")


@pytest.fixture(scope="module", autouse=True)
def _drivers() -> None:
    drivers()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgresql() as address:
        yield address


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(licet.cli.batch, "split_to_decide", partial(split_to_decide, rows_per_batch=BATCH))
    Path("policy.licet").write_text(POLICY, encoding="utf-8")
    lines = "".join(
        f"d{i},{i * 37 % 1000}.5,2026-01-{1 + i % 28:02},a; x,{['yes', 'no', ''][i % 3]}\n" for i in range(ROWS)
    )
    Path("Deal.csv").write_text("id,number,signed,tags,big\n" + lines, encoding="utf-8")
    return tmp_path


@pytest.fixture(params=KINDS)
def address(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """A database without tables."""
    if request.param != "postgresql":
        yield f"{request.param}:///facts.db"
        return
    address = request.getfixturevalue("server")
    execute(address, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
    yield address


def execute(address: str, *statements: str) -> list[tuple[Any, ...]]:
    """The rows of the last statement."""
    with connected(located(address), writes=True) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        rows = cursor.fetchall() if statements[-1].startswith("SELECT") else []
        connection.commit()
        return [tuple(row) for row in rows]


def licet_(*words: str) -> Result:
    done = CliRunner().invoke(main, list(words), catch_exceptions=False)
    assert PASSWORD not in done.output
    assert "w0rd" not in done.output
    return done


def batch(*words: str) -> Result:
    return licet_("batch", *words, "--policy", "policy.licet", "--as-of", "2026-01-01", "--rules", "lists")


def fill(address: str, name: str = "Deal") -> None:
    """The same deals as those of the file."""
    given = pa_csv.read_csv("Deal.csv")
    big = [{"yes": True, "no": False, "": None}[text] for text in given["big"].to_pylist()]
    if "sqlite" in address:
        big = [None if truth is None else "yes" if truth else "no" for truth in big]
    given = given.set_column(4, "big", [pa.array(big)])
    with connected(located(address), writes=True) as connection, connection.cursor() as cursor:
        cursor.adbc_ingest(name, given, mode="replace")
        connection.commit()


def expected(*words: str) -> bytes:
    assert batch("Deal.csv", "-o", "expected.csv", *words).exit_code == 0
    return Path("expected.csv").read_bytes()


@pytest.mark.parametrize("name", ["Deal", "deals"])
def test_the_tables_of_a_database_are_an_inventory(address: str, name: str) -> None:
    fill(address, name)
    done = batch(address, "-o", "out.csv")

    assert done.exit_code == 0, done.output
    assert Path("out.csv").read_bytes() == expected()


def number_in(address: str, select: str) -> str:
    """What is decided about a deal with this number, or what is wrong with it."""
    done = batch(address, "--query", f"select 'd1' as id, {select}", "--table", "Deal", "-o", "out.csv")
    if done.exit_code:
        return done.output
    return Path("out.csv").read_text(encoding="utf-8").splitlines()[1].split(",")[3].strip('"')


def test_types_that_drivers_give_as_something_else(address: str) -> None:
    """Money comes in hundredths, and the largest integers of DuckDB with a sign."""
    if "sqlite" in address:
        pytest.skip("SQLite has no such types")
    if "duckdb" in address:
        execute(address, "CREATE TABLE unused (a int)")
        assert number_in(address, "'340282366920938463463374607431768211455'::uhugeint as number") == "ask"
        assert number_in(address, "'1234567890123456789012345678901234567890'::varint as number") == "ask"
    else:
        assert number_in(address, "12.50::money as number, array[1::money] is null as big") == "pass"
        assert number_in(address, "500::money as number") == "ask"
        assert "`infinity` is not" in number_in(address, "'infinity'::date::text as signed")
    assert "write 2026-06-30, if the day in " in number_in(address, "timestamptz '2026-06-30 12:00+00' as signed")
    assert "`3 days` is not a value of `signed`" in number_in(address, "interval '3 days' as signed")
    assert "expected each member to be a value" in number_in(address, "array['a', null] as tags")


def test_a_query(address: str) -> None:
    fill(address, "contracts")
    query = "select id, number, signed, tags, big from contracts where number < 900; "
    done = batch(address, "--query", query, "--table", "Deal", "-o", "out.csv")
    assert done.exit_code == 0, done.output
    head, *lines = Path("Deal.csv").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if float(line.split(",")[1]) < 900]
    Path("Deal.csv").write_text("\n".join([head, *kept]) + "\n", encoding="utf-8")

    assert Path("out.csv").read_bytes() == expected()


def test_what_a_database_refuses_is_told(address: str) -> None:
    fill(address, "Deal")
    for words, says in {
        ("--query", "select number from contracts", "--table", "Deal"): "contracts",
        ("--query", 'delete from "Deal"', "--table", "Deal"): "",
        ("--table", "Contract"): "has no table called like an entity or relation, but `Deal`",
    }.items():
        done = batch(address, *words, "-o", "out.csv")
        assert done.exit_code == 2
        assert says in done.stderr
        assert "Traceback" not in done.stderr
    assert execute(address, 'SELECT count(*) FROM "Deal"') == [(ROWS,)]


def test_types_of_postgresql(server: str, folder: Path) -> None:
    execute(
        server,
        "DROP SCHEMA public CASCADE",
        "CREATE SCHEMA public",
        "CREATE TYPE tag AS ENUM ('x', 'y')",
        "CREATE TABLE deal (id uuid, number numeric(30, 10), signed timestamp, tags tag[], big boolean)",
        "INSERT INTO deal VALUES ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 12345678901234567.0000000001, "
        "'2026-02-03 00:00', '{x,y}', true)",
    )
    query = "select id, number, signed, tags::text[] as tags, big from deal"
    done = batch(server, "--query", query, "--table", "Deal", "-o", "out.jsonl")
    assert done.exit_code == 0, done.output
    facts = licet.load(Path("policy.licet")).facts(Path("Deal.csv"))
    assert facts is not None
    text = Path("out.jsonl").read_text(encoding="utf-8")
    assert '"id":"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"' in text
    assert '"handling.must":"ask"' in text


def test_columns_of_several_types_in_sqlite(folder: Path) -> None:
    address = "sqlite:///facts.db"
    rows = ", ".join(f"('d{i}', {i}, NULL)" for i in range(3000))
    execute(address, "CREATE TABLE deal (id, number, signed)", f"INSERT INTO deal VALUES {rows}")
    execute(address, "INSERT INTO deal VALUES ('late', '7.5', '2026-01-02'), ('real', 0.1, NULL)")
    done = batch(address, "-o", "out.csv")

    assert done.exit_code == 0, done.output
    assert len(Path("out.csv").read_text(encoding="utf-8").splitlines()) == 3003


# ---- into a table


def table_of(address: str, name: str = "decided") -> list[tuple[Any, ...]]:
    rows = execute(address, f"SELECT {', '.join(column.replace('.', '_') for column in COLUMNS)} FROM {name}")
    plain = [
        (
            id_,
            str(day),
            must,
            may,
            bool(known),
            float(low),
            float(high),
            held if isinstance(held, str) else "; ".join(held),
        )
        for id_, day, must, may, known, low, high, held in rows
    ]
    return sorted(plain)


def expected_rows(*words: str) -> list[tuple[Any, ...]]:
    expected(*words)
    strings = pa_csv.ConvertOptions(column_types={"rules.holds": pa.string()}, strings_can_be_null=False)
    table = pa_csv.read_csv("expected.csv", convert_options=strings)
    names = [
        "id",
        "as_of",
        "handling.must",
        "handling.may",
        "handling.determined",
        "weight.low",
        "weight.high",
        "rules.holds",
    ]
    rows = zip(*(table[name].to_pylist() for name in names), strict=True)
    return sorted((a, str(b), c, d, bool(e), float(f), float(g), h) for a, b, c, d, e, f, g, h in rows)


def test_rows_are_those_of_a_file(address: str) -> None:
    done = batch("Deal.csv", "-o", address, "--into", "decided")
    assert done.exit_code == 0, done.output
    assert "written to the table `decided` of " in done.stderr
    assert table_of(address) == expected_rows()
    execute(address, "CREATE VIEW asked AS SELECT id FROM decided WHERE handling_may = 'ask'")
    assert batch("Deal.csv", "-o", address, "--into", "decided", "--quiet").exit_code == 0
    assert table_of(address) == expected_rows()
    assert execute(address, "SELECT count(*) FROM asked") == [(ROWS,)]
    assert execute(address, f"SELECT count(*) FROM {LEDGER}") == [(0,)]


def test_another_table_is_left_alone(address: str) -> None:
    execute(address, "CREATE TABLE decided (id TEXT, price INTEGER)", "INSERT INTO decided VALUES ('a', 1)")
    done = batch("Deal.csv", "-o", address, "--into", "decided")

    assert done.exit_code == 2
    assert "the table `decided` is another: it has `price` and has no `type`" in done.stderr
    assert execute(address, "SELECT price FROM decided") == [(1,)]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["-o", "sqlite:///x.db"], "name the table with --into TABLE"),
        (["-o", "x.csv", "--into", "t"], "--into is a table of a database"),
        (["-o", "x.duckdb", "--into", "t", "--format", "csv"], "--format is for files"),
        (["-o", "x.duckdb", "--into", "t", "--engine", "reference"], "leave out `--engine reference`"),
        (["--query", "select 1", "-o", "x.csv"], "--query asks a database, and `Deal.csv` is none"),
    ],
)
def test_options_that_do_not_fit(folder: Path, words: list[str], says: str) -> None:
    done = licet_("batch", "Deal.csv", "--policy", "policy.licet", *words)

    assert done.exit_code == 2
    assert says in done.stderr


def test_no_password_is_told(server: str, folder: Path) -> None:
    wrong = server.replace("@", "x@").replace("/postgres", "/postgres?sslmode=disable")
    fill(server)
    for words in (
        [wrong, "-o", "out.csv"],
        ["Deal.csv", "-o", wrong, "--into", "t"],
        [server, "-o", server, "--into", "t"],
    ):
        done = batch(*words)
        assert ("password authentication failed" in done.stderr) == (wrong in words)
    assert "w0rd" not in str(execute(server, f"SELECT * FROM {LEDGER}"))


def test_two_runs_into_one_table(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write = TableParts.write
    others: list[Result] = []

    def writing(self: TableParts, decided: Any) -> None:
        write(self, decided)
        if not others:
            others.append(Result(CliRunner(), b"", b"", b"", None, 0, None))
            others[0] = batch("Deal.csv", "-o", address, "--into", "decided", "--resume", "--quiet")

    monkeypatch.setattr(licet.report.parts, "SECONDS", -1)
    monkeypatch.setattr(TableParts, "write", writing)
    done = batch("Deal.csv", "-o", address, "--into", "decided", "--quiet", "--workers", "1")

    assert others[0].exit_code == 0, others[0].output
    assert done.exit_code == 2
    assert "another run writes into `decided`" in done.stderr
    assert table_of(address) == expected_rows()


# ---- killed

# Every batch is a part. The process kills itself, as the kernel would, at a chosen moment.
KILLED = f"""
import os, signal, sys
from functools import partial
import licet.cli.batch, licet.report.parts as parts
from licet.cli.main import main
from licet.report.decisions_sql import TableParts
licet.cli.batch.split_to_decide = partial(licet.cli.batch.split_to_decide, rows_per_batch={BATCH})
parts.SECONDS = -1
moment = sys.argv.pop(1)
enter, clear, keep = TableParts._enter, TableParts._clear, TableParts.keep
kill = lambda: os.kill(os.getpid(), signal.SIGKILL)
def entering(self, cursor, part):
    enter(self, cursor, part)
    if moment == "within" and self._done.parts == 3: kill()
def keeping(self):
    keep(self)
    if moment == "between" and self._done.parts == 4: kill()
def clearing(self, cursor):
    clear(self, cursor)
    if moment == "naming": kill()
TableParts._enter, TableParts._clear, TableParts.keep = entering, clearing, keeping
main()
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("address", "moment"),
    [("postgresql", "within"), ("sqlite", "between"), ("duckdb", "naming")],
    indirect=["address"],
)
def test_a_run_that_was_killed_goes_on(address: str, moment: str) -> None:
    words = ["batch", "Deal.csv", "--policy", "policy.licet", "-o", address, "--into", "decided"]
    words += ["--as-of", "2026-01-01", "--rules", "lists", "--quiet", "--workers", "1"]
    done = subprocess.run([sys.executable, "-c", KILLED, moment, *words], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    refused = licet_(*words)
    assert refused.exit_code == 2
    assert "of a run that did not end; go on with --resume" in refused.stderr
    other = licet_(*words, "--resume", "--no-missing")
    assert "`--missing` differs from the run that did not end" in other.stderr
    assert licet_(*words, "--resume").exit_code == 0

    assert table_of(address) == expected_rows()
    assert execute(address, f"SELECT count(*) FROM {LEDGER}") == [(0,)]


def test_without_the_drivers_the_extra_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "adbc_driver_manager", None)
    with pytest.raises(UsageError, match=r"pip install 'licet\[sql\]'"), connected(located("postgresql://host/db")):
        pass
