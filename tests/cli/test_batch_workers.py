"""However many threads decide a table, what is written is the same to the byte."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from csv import DictReader
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from pyarrow import csv, feather

import licet.cli.batch
from licet.cli.main import main
from licet.cli.progress import Progress
from licet.decide.table.streamed import split_to_decide
from licet.facts.files import line_ranges as line_ranges_
from licet.facts.files import sheets_csv, sheets_jsonl
from licet.facts.files.line_ranges import LineRange, line_ranges
from licet.facts.files.sheets_of import sheets_in

POLICY = """module deals "Deals" jurisdiction CH
entity Party "party"
  country : country "country"
entity Deal "deal"
  number : number "number"
  kind : one of sale, gift "kind"
  buyer : Party "buyer"
decision handling of d: Deal "handling" outcomes pass < ask < stop otherwise pass
rule many for d: Deal when d.number is at least 500 then handling of d is ask
rule far for d: Deal when d.kind is sale and d.buyer.country is KP then handling of d is stop
obligation told for d: Deal when d.number is at least 900 then d.buyer must "tell" by 2026-03-01
"""
ROWS, BATCH = 1000, 64
FORMATS = ["Deal.parquet", "Deal.csv", "Deal.jsonl"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(licet.cli.batch, "split_to_decide", partial(split_to_decide, rows_per_batch=BATCH))
    monkeypatch.setattr(line_ranges_, "_BLOCK", 1 << 10)
    monkeypatch.setattr(sheets_csv, "_LEAST", 1 << 10)
    monkeypatch.setattr(sheets_csv, "_BYTES_PER_ROW", 16)
    monkeypatch.setattr(sheets_jsonl, "_BYTES", 1 << 12)
    Path("policy.licet").write_text(POLICY, encoding="utf-8")
    Path("Party.csv").write_text("id,country\nA,KP\nB,CH\nC,\n", encoding="utf-8")
    write(deals())
    return tmp_path


def deals() -> dict[str, list[object]]:
    """Columns of cells, a few of them empty; the words of some row groups are not those of others."""
    return {
        "id": [f"d{i}" for i in range(ROWS)],
        "number": [None if i % 11 == 0 else i * 37 % 1000 for i in range(ROWS)],
        "kind": [None if i % 7 == 0 else "sale" if i // 200 % 2 else "gift" for i in range(ROWS)],
        "buyer": ["ABC"[i * i % 3] for i in range(ROWS)],
    }


def write(cells: dict[str, list[object]]) -> None:
    """The same facts in each format that is read in stretches."""
    table = pa.table(cells)
    pq.write_table(table, "Deal.parquet", row_group_size=50)
    csv.write_csv(table, "Deal.csv", csv.WriteOptions(quoting_style="none"))
    rows = [{name: cell for name, cell in row.items() if cell is not None} for row in table.to_pylist()]
    Path("Deal.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def decide(out: str, workers: int, *more: str, facts: str = "Deal.parquet") -> Result:
    words = ["batch", facts, "--with", "Party.csv", "--policy", "policy.licet", "--as-of", "2026-01-01"]
    words += ["-o", out, "--workers", str(workers), *more]
    return CliRunner().invoke(main, words, catch_exceptions=False)


def written(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("out", ["out.parquet", "out.csv", "out.jsonl"])
def test_one_two_and_three_threads_write_the_same(folder: Path, out: str) -> None:
    results = []
    for workers in (1, 2, 3):
        Path(f"w{workers}").mkdir()
        done = decide(f"w{workers}/{out}", workers)
        assert done.exit_code == 0
        assert "decided 1,000 Deal" in done.stderr
        results.append(written(folder / f"w{workers}"))

    assert results[0] == results[1] == results[2]


def test_rows_of_a_table_that_is_held_are_shared_too(folder: Path) -> None:
    body = "some e in Deal where (e.buyer is d.buyer and e.number is at least 900)"
    rule = f"rule often for d: Deal when {body} then handling of d is ask\n"
    Path("policy.licet").write_text(POLICY + rule, encoding="utf-8")
    said = []
    for workers in (1, 2):
        assert decide(f"out{workers}.csv", workers).exit_code == 0
        said.append(Path(f"out{workers}.csv").read_bytes())

    assert said[0] == said[1]


def spoiled() -> dict[str, list[object]]:
    cells = deals()
    cells["kind"][120] = "loan"
    cells["kind"][610] = "loan"
    cells["buyer"][611] = "Nobody"
    cells["id"][300] = "d7"  # of a stretch long before
    cells["id"][301] = "d299"  # of the same one
    cells["id"][990] = "d980"
    return cells


@pytest.mark.parametrize("facts", FORMATS)
def test_rows_are_left_out_as_by_one_thread(folder: Path, facts: str) -> None:
    write(spoiled())
    results = []
    for workers in (1, 2, 3):
        Path(f"w{workers}").mkdir()
        done = decide(f"w{workers}/out.parquet", workers, "--keep-going", facts=facts)
        assert done.exit_code == 1
        assert "6 rows were left out" in done.stderr
        results.append(written(folder / f"w{workers}"))

    assert results[0] == results[1] == results[2]
    assert len(results[0]["out.rejects.csv"].splitlines()) == 7


def test_lines_that_are_no_rows_are_found_where_they_stand(folder: Path) -> None:
    lines = Path("Deal.csv").read_bytes().splitlines(keepends=True)
    lines[700:700] = [b"x,1\r\n", b"y,2,sale\xff,A\n", b"\n"]
    Path("Deal.csv").write_bytes(b"".join(lines))
    said = []
    for workers in (1, 2):
        decide(f"out{workers}.csv", workers, "--keep-going", facts="Deal.csv")
        said.append(Path(f"out{workers}.rejects.csv").read_text(encoding="utf-8"))

    assert said[0] == said[1]
    assert [row["rejected_row"] for row in DictReader(said[0].splitlines())] == ["701", "702"]


@pytest.mark.parametrize("facts", FORMATS)
def test_what_is_wrong_is_said_as_by_one_thread(folder: Path, facts: str) -> None:
    cells = spoiled()
    cells["number"] = [f"many-{i // 10 % 30}" if i % 10 == 0 else "1" for i in range(ROWS)]  # type: ignore[assignment]
    write({**cells, "nomber": cells["number"]})
    before = {path.name for path in folder.iterdir()}
    said = [decide("out.csv", workers, facts=facts).stderr for workers in (1, 2)]

    assert said[0] == said[1]
    assert "`many-0` is not a value of `number`, in 4 rows" in said[0]
    assert "and 30 more rows like this in the column `number`" in said[0]
    assert "has no field `nomber`" in said[0]
    assert {path.name for path in folder.iterdir()} == before


def test_a_damaged_file_is_read_as_far_as_by_one_thread(folder: Path) -> None:
    write(spoiled())
    pages = pq.read_metadata("Deal.parquet").row_group(9).column(0)
    content = bytearray(Path("Deal.parquet").read_bytes())
    at = pages.dictionary_page_offset
    content[at : at + pages.total_compressed_size] = bytes(pages.total_compressed_size)
    Path("Deal.parquet").write_bytes(content)
    said = [decide("out.csv", workers).stderr for workers in (1, 2)]

    assert said[0] == said[1]
    assert "its pages are damaged" in said[0]
    assert "`d7` stands twice" in said[0]
    assert "`d980` stands twice" not in said[0]


@pytest.mark.parametrize("facts", FORMATS)
def test_every_format_is_cut(folder: Path, facts: str) -> None:
    sheet = next(iter(sheets_in(Path(facts))))

    assert len(sheet.stretches(BATCH)) > 6


def test_rows_that_quotation_marks_hold_together_are_not_cut(folder: Path) -> None:
    lines = Path("Deal.csv").read_text(encoding="utf-8")
    for text in (lines + 'x,1,"sale",A\n', lines.replace('"number"', '"num\nber"'), lines.replace("d700,", "d700\r")):
        Path("Deal.csv").write_text(text, encoding="utf-8", newline="")
        assert len(next(iter(sheets_in(Path("Deal.csv")))).stretches(BATCH)) == 1


def test_an_interrupted_run_goes_on_with_any_number_of_threads(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_: Progress, rows: int) -> None:
        if rows > 300:
            raise KeyboardInterrupt

    for out in ("out.csv", "out.parquet", "out.arrow"):
        whole = f"whole.{out}"
        decide(whole, 1)
        with monkeypatch.context() as patched:
            patched.setattr(Progress, "at", stop)
            stopped = decide(out, 3)
        assert stopped.exit_code == 130
        assert "350 rows are kept: go on with --resume" in stopped.stderr

        assert decide(out, 2, "--resume").exit_code == 0
        if out == "out.csv":
            assert Path(out).read_bytes() == Path(whole).read_bytes()
        else:
            read = feather.read_table if out == "out.arrow" else pq.read_table
            assert read(out).equals(read(whole))


# ---- whole processes


SLOW = f"""
import signal
import time
from functools import partial
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests may ignore it
import licet.cli.batch
from licet.cli.main import main
from licet.decide.table.batches import Decider
licet.cli.batch.split_to_decide = partial(licet.cli.batch.split_to_decide, rows_per_batch={BATCH})
known = Decider.slice
def slowly(self, given):
    time.sleep(1)
    return known(self, given)
Decider.slice = slowly
main()
"""


def started(out: str) -> subprocess.Popen[bytes]:
    """A slow run in a session of its own, once it has begun to write."""
    words = [sys.executable, "-c", SLOW, "batch", "Deal.parquet", "--with", "Party.csv", "--policy", "policy.licet"]
    words += ["--as-of", "2026-01-01", "-o", out, "--workers", "2"]
    run = subprocess.Popen(words, stderr=subprocess.PIPE, start_new_session=True)
    until = time.monotonic() + 60
    while not Path(f"{out}.parts", "manifest.json").exists():
        assert run.poll() is None
        assert time.monotonic() < until
        time.sleep(0.05)
    time.sleep(0.5)  # while Arrow looks for packages, at first use, it hears no Ctrl-C
    return run


@pytest.mark.slow
def test_ctrl_c_ends_all_threads_and_says_one_thing(folder: Path) -> None:
    run = started("out.csv")
    os.killpg(run.pid, signal.SIGINT)  # as a terminal does
    _, said = run.communicate(timeout=60)

    assert run.returncode == 130, said.decode()
    assert len(said.decode().splitlines()) == 1
    assert not Path("out.csv").exists()
    assert decide("out.csv", 2, "--resume").exit_code == 0


# ---- stretches


def test_a_file_of_lines_is_cut_where_lines_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("licet.facts.files.line_ranges._BLOCK", 9)
    path = tmp_path / "lines"
    path.write_bytes(b"one\ntwo\nthree\n\nfive")

    def anything(_: bytes) -> bool:
        return True

    ranges = line_ranges(path, 9, anything)
    assert ranges == [LineRange(path, 0, 8, 1), LineRange(path, 8, 15, 3), LineRange(path, 15, 19, 5)]
    assert [range_.read() for range_ in ranges] == [b"one\ntwo\n", b"three\n\n", b"five"]
    assert line_ranges(path, 99, anything) == [LineRange(path, 0, 19, 1)]
    monkeypatch.setattr("licet.facts.files.line_ranges._BLOCK", 5)
    path.write_bytes(b"one\ntwenty\n")
    assert line_ranges(path, 9, anything) == [], "a line is longer than a block"
    assert line_ranges(path, 9, lambda block: b"f" not in block) == []
