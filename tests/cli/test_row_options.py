"""Columns, derived facts, folders, and which subjects are decided: options of rows in a file."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from licet.cli.main import main

POLICY = """module deals "Deals" jurisdiction CH
entity Party "party"
  country : country "country"
  risky : boolean derived "risky"
entity Deal "deal"
  number : number "number"
  buyer : Party "buyer"
  tags : set of text "tags"
  marks : set of text derived "marks"
  due : date derived "due"
  day : date "day"
decision handling of d: Deal "handling" outcomes pass < ask < refuse otherwise pass
rule from_there for p: Party when p.country is IR then p is risky
rule many for d: Deal when d.number is at least 5 then handling of d is ask
rule risky_buyer for d: Deal when d.buyer is risky then handling of d is refuse
rule marked for d: Deal when d.tags includes "x" then d.marks includes "cross"
rule due_then for d: Deal when d.number is at least 5 then d.due is d.day
"""
DEALS = """id,number,buyer,tags,day
d1,1,p1,x,2026-01-01
d2,5,p1,,2026-01-02
d3,9,p2,y,
d4,,p3,x,2026-01-04
d5,5..7,p1,unknown,2026-01-05
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "facts").mkdir()
    Path("policy.licet").write_text(POLICY, encoding="utf-8")
    Path("facts/Deal.csv").write_text(DEALS, encoding="utf-8")
    Path("facts/Party.csv").write_text("id,country\np1,CH\np2,IR\np3,\n", encoding="utf-8")
    return tmp_path


def batch(*words: str) -> Result:
    given = ["batch", "facts", "--policy", "policy.licet", "--as-of", "2026-01-01", "--quiet", *words]
    return CliRunner().invoke(main, given, catch_exceptions=False)


def rows(*words: str, out: str = "out.csv") -> list[dict[str, str]]:
    done = batch("-o", out, *words)
    assert done.exit_code == 0, done.output
    with Path(out).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_columns(folder: Path) -> None:
    (first, *_) = rows("--columns", "id, handling.m*,handling_determined")
    assert list(first) == ["id", "handling.must", "handling.may", "handling.determined"]
    wrong = batch("-o", "x.csv", "--columns", "handling.mey")
    assert "there is no column `handling.mey`; did you mean `handling.may`?" in wrong.stderr
    wrong = batch("-o", "x.csv", "--columns", "id", "--fail-on", "ask")
    assert "--fail-on looks at answers" in wrong.stderr
    assert not Path("x.csv").exists()


@pytest.mark.parametrize("out", ["out.csv", "out.parquet", "out.jsonl", "out.arrow", "out.json"])
def test_names_without_dots(out: str) -> None:
    assert batch("-o", out, "--column-names", "snake", "--rules", "lists").exit_code == 0
    assert batch("-o", f"dots.{out.partition('.')[2]}", "--rules", "lists").exit_code == 0
    names = [names_in(name) for name in (out, f"dots.{out.partition('.')[2]}")]

    assert "handling_ch_possible_details" in names[0]
    assert "handling.CH.possible_details" in names[1]
    assert [name.replace(".", "_").lower() for name in names[1]] == names[0]


def names_in(out: str) -> list[str]:
    match Path(out).suffix:
        case ".csv":
            return Path(out).read_text(encoding="utf-8").splitlines()[0].replace('"', "").split(",")
        case ".parquet":
            return list(pq.read_schema(out).names)
        case ".arrow":
            return list(pa.ipc.open_file(out).schema.names)
        case ".jsonl":
            return list(json.loads(Path(out).read_text(encoding="utf-8").splitlines()[0]))
    return list(json.loads(Path(out).read_text(encoding="utf-8"))[0])


def test_derived_facts_are_columns() -> None:
    found = {row["id"]: row for row in rows("--derived", "risky,marks,due", "--columns", "id,type,handling.may")}
    assert [found[p]["risky"] for p in ("p1", "p2", "p3")] == ["no", "yes", "unknown"]
    assert [found[d]["marks"] for d in ("d1", "d3", "d5")] == ["cross", "", ""]
    assert [found[d]["marks.possible"] for d in ("d1", "d3", "d5")] == ["", "", "cross"]
    assert [found[d]["due"] for d in ("d1", "d2")] == ["", "2026-01-02"]
    assert found["d3"]["due"] == "unknown"
    assert found["p2"]["handling.may"] == found["d1"]["risky"] == ""
    (party, *_) = rows("--derived", "risky", "--type", "Party")
    assert party["type"] == "Party"
    assert (
        "no field `risk` is derived by rules; did you mean `risky`?" in batch("-o", "x.csv", "--derived", "risk").stderr
    )
    assert "no decision is about `Party`" in batch("-o", "x.csv", "--type", "Party").stderr


def test_a_folder_for_each_value() -> None:
    assert batch("-o", "out", "--partition-by", "handling.may,handling.determined").exit_code == 0
    found = ds.dataset("out", partitioning="hive").to_table()
    whole = {row["id"]: row for row in rows()}
    assert {row["id"]: row["handling.may"] for row in found.to_pylist()} == {
        i: r["handling.may"] for i, r in whole.items()
    }
    assert sorted(path.name for path in Path("out").iterdir()) == [
        "handling.may=ask",
        "handling.may=pass",
        "handling.may=refuse",
    ]
    assert "is there; remove it" in batch("-o", "out", "--partition-by", "handling.may").stderr
    assert "has lists, and a folder has one value" in batch("-o", "o2", "--partition-by", "missing").stderr
    assert "there is no column `may`" in batch("-o", "o2", "--partition-by", "may").stderr
    assert batch("-o", "o3.csv", "--partition-by", "type", "--format", "csv").exit_code == 2
    assert not list(Path().glob("o[23]*"))


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        (["number >= 5"], ["d2", "d3", "d5"]),
        (["number > 5"], ["d3"]),
        (["number < 8"], ["d1", "d2", "d5"]),
        (["number = unknown"], ["d4"]),
        (["number != unknown", "buyer = p1"], ["d1", "d2", "d5"]),
        (["tags = x"], ["d1", "d4"]),
        (["day <= 2026-01-02"], ["d1", "d2"]),
        (["id = d3"], ["d3"]),
    ],
)
def test_some_subjects(where: list[str], ids: list[str]) -> None:
    words = [word for text in where for word in ("--where", text)]
    assert [row["id"] for row in rows(*words, "--type", "Deal")] == ids


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--where", "number ~ 5"], "`number ~ 5` is no comparison of a fact"),
        (["--where", "nmber = 5"], "`Deal` has no fact `nmber`; did you mean `number`?"),
        (["--where", "number = heavy"], "`heavy` is not a value of `number`: write a number"),
        (["--where", "marks = cross"], "`marks` is derived by rules"),
        (["--where", "id = nobody"], "no subject is chosen by --where, --sample and --limit"),
        (["--sample", "0"], "`0` is no share"),
        (["--sample", "120%"], "`120%` is no share"),
    ],
)
def test_what_chooses_nothing_is_told(words: list[str], says: str) -> None:
    done = batch("-o", "x.csv", "--type", "Deal", *words)
    assert done.exit_code == 2
    assert says in done.stderr
    assert not Path("x.csv").exists()


def test_a_share_is_the_same_each_time_and_a_limit_is_of_each_type() -> None:
    Path("facts/Deal.csv").write_text("id,number\n" + "".join(f"d{i},{i}\n" for i in range(2000)), encoding="utf-8")
    tenth, fifth = ({row["id"] for row in rows("--sample", share)} for share in ("10%", "0.2"))
    assert 120 < len(tenth) < 280
    assert tenth < fifth
    assert tenth == {row["id"] for row in rows("--sample", "10%")}
    limited = rows("--limit", "2", "--derived", "risky")
    assert [row["id"] for row in limited] == ["d0", "d1", "p1", "p2"]


def test_a_dry_run_reads_and_writes_nothing() -> None:
    done = batch("-o", "x.csv", "--dry-run", "--where", "number >= 5", "--columns", "id")
    assert done.exit_code == 0
    assert "would write 1 column to x.csv: id" in done.stderr
    assert "would decide 3 Deal; nothing was written" in done.stderr
    Path("facts/Deal.csv").write_text("id,number\na,heavy\n", encoding="utf-8")
    wrong = batch("-o", "x.csv", "--dry-run")
    assert wrong.exit_code == 2
    assert "Deal.csv:2:number" in wrong.stderr
    assert not list(Path().glob("x.csv*"))


@pytest.mark.parametrize("format_", ["arrow-schema", "sql-ddl"])
def test_the_tables_as_others_declare_them(format_: str) -> None:
    done = CliRunner().invoke(
        main, ["vocabulary", "--policy", "policy.licet", "--format", format_], catch_exceptions=False
    )
    assert done.exit_code == 0
    if format_ == "arrow-schema":
        tables = json.loads(done.stdout)
        assert [column["name"] for column in tables["Deal"]] == ["id", "number", "buyer", "tags", "day"]
        assert next(c for c in tables["decided"] if c["name"] == "handling.may")["one of"] == ["pass", "ask", "refuse"]
    else:
        duckdb = pytest.importorskip("duckdb")
        with duckdb.connect() as connection:
            connection.execute(done.stdout)
            names = [
                name for (name,) in connection.execute("SELECT table_name FROM information_schema.tables").fetchall()
            ]
        assert sorted(names) == ["deal", "decided", "party"]
