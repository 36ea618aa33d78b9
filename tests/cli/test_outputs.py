"""What a run writes is nothing that it reads, and is written by one run at a time."""

from __future__ import annotations

import csv
import json
import os
import resource
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import fastexcel
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from licet.cli import batch as licet_batch
from licet.cli.main import main
from licet.decide.table.streamed import split_to_decide
from licet.report.claims import claimed
from licet.report.decisions import BY_SUFFIX
from tests.conftest import ROOT

POLICY = """module deals "Deals" jurisdiction CH
entity Party "party"
  size : number "size"
entity Deal "deal"
  buyer : Party "buyer"
  kind : text "kind"
set known of text = [a]
decision handling of d: Deal "handling" outcomes pass < ask otherwise pass
rule many for d: Deal when d.buyer.size is at least 500 then handling of d is ask
"""
FILES = {
    "policy.licet": POLICY.replace("set known of text = [a]\n", ""),
    "Deal.csv": "id,buyer,kind\nd1,p1,a\nd2,p2,b\n",
    "Party.csv": "id,size\np1,1\np2,1000\n",
    "map.yaml": "Deal:\n  from: foreign.csv\n  id: Nr\n  fields: {kind: Kind}\n",
    "foreign.csv": "Nr,Kind\nd1,a\n",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        Path(name).write_text(text, encoding="utf-8")
    return tmp_path


def licet(*words: str) -> Result:
    return CliRunner().invoke(main, [*words], catch_exceptions=False)


def batch(*words: str) -> Result:
    return licet("batch", "Deal.csv", "--with", "Party.csv", "--policy", "policy.licet", *words)


def unharmed(folder: Path) -> bool:
    """Whether everything is as it was, and nothing else is there."""
    return {p.name: p.read_text(encoding="utf-8") for p in folder.iterdir() if p.is_file()} == FILES


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["-o", "Deal.csv"], "OUT `Deal.csv` is read by this run"),
        (["-o", "./Party.csv"], "OUT `Party.csv` is read by this run"),
        (["-o", "out.csv", "--keep-going", "--rejects", "Deal.csv"], "the file of rejects `Deal.csv` is read"),
        (["-o", "out.csv", "--keep-going", "--rejects", "map.yaml", "--map", "map.yaml"], "`map.yaml` is read"),
        (["-o", "out.csv", "--keep-going", "--rejects", "policy.licet"], "`policy.licet` is read"),
        (["-o", "out.csv", "--keep-going", "--rejects", "out.csv"], "OUT and the file of rejects are the same file"),
        (["-o", "out.parquet", "--keep-going", "--rejects", "out.rules.arrow"], "are the same file"),
    ],
)
def test_what_is_read_is_not_written(folder: Path, words: list[str], says: str) -> None:
    done = batch(*words)

    assert done.exit_code == 2
    assert says in done.stderr
    assert unharmed(folder)


@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_a_file_is_known_by_any_of_its_names(folder: Path, link: object) -> None:
    link("Party.csv", "party-copy.csv")  # type: ignore[operator]

    done = batch("-o", "party-copy.csv")
    assert done.exit_code == 2
    assert "`party-copy.csv` is read by this run" in done.stderr
    assert Path("Party.csv").read_text(encoding="utf-8") == FILES["Party.csv"]


def test_a_list_or_table_of_the_policy_is_read_too(folder: Path) -> None:
    Path("lists").mkdir()
    Path("lists/known.csv").write_text("kind;kind of answer\n", encoding="utf-8")
    policy = POLICY + 'table chart decides handling hit first from "lists/known.csv"\n'
    Path("policy.licet").write_text(policy, encoding="utf-8")

    with pytest.raises(Exception, match="is read by this run"):
        _claim_as_batch("lists/known.csv")


def _claim_as_batch(out: str) -> None:
    from licet.cli.outputs import policy_inputs

    with claimed({"OUT": Path(out)}, policy_inputs([Path("policy.licet")])):
        pass


def test_a_folder_is_no_output(folder: Path) -> None:
    Path("dd.csv").mkdir()
    done = batch("-o", "dd.csv")

    assert done.exit_code == 2
    assert "OUT `dd.csv` is a folder; name a file" in done.stderr
    assert list(Path("dd.csv").iterdir()) == []


@pytest.mark.parametrize("name", ["", ".", "/", ".."])
@pytest.mark.parametrize("option", ["-o", "--rejects"])
def test_what_has_no_name_is_no_output(folder: Path, option: str, name: str) -> None:
    """Other files have names made of its name: of the rules' bits, and of what is rejected."""
    done = batch(option, name, *(("-o", "out.parquet", "--keep-going") if option == "--rejects" else ()))

    assert done.exit_code == 2
    assert "is a folder; name a file" in done.stderr


def test_a_folder_of_parts_that_holds_something_else_stays(folder: Path) -> None:
    Path("out.csv.parts").mkdir()
    Path("out.csv.parts/mine.txt").write_text("mine", encoding="utf-8")
    done = batch("-o", "out.csv")

    assert done.exit_code == 2
    assert "`mine.txt` stands there" in done.stderr
    assert Path("out.csv.parts/mine.txt").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("command", ["batch", "matrix"])
def test_a_second_run_with_the_same_output_is_told(folder: Path, command: str) -> None:
    Path("out.csv").write_text("of an earlier run\n", encoding="utf-8")
    facts = {
        "batch": ["Deal.csv", "--with", "Party.csv", "--policy", "policy.licet"],
        "matrix": [str(ROOT / "fixtures/frontier")],
    }
    with claimed({"OUT": Path("out.csv")}, []):
        done = licet(command, *facts[command], "-o", "out.csv")

    assert done.exit_code == 2
    assert f"another run (process {os.getpid()}) writes `out.csv`" in done.stderr
    assert Path("out.csv").read_text(encoding="utf-8") == "of an earlier run\n"
    assert licet("batch", *facts["batch"], "-o", "out.csv", "--quiet").exit_code == 0
    assert not [p.name for p in folder.iterdir() if p.name.startswith(".")]


def test_what_killed_runs_left_is_removed(folder: Path) -> None:
    for name in (".out.csv.4711.part", ".out.rejects.csv.4712.part", ".out.csv.lock", ".out.csv.mine.part"):
        Path(name).write_text("left", encoding="utf-8")
    assert batch("-o", "out.csv", "--keep-going").exit_code == 0

    assert [p.name for p in folder.iterdir() if p.name.startswith(".")] == [".out.csv.mine.part"]


# ---- formats

ROWS = {("d1", "pass", "pass"), ("d2", "ask", "ask")}


def rows_of(path: Path) -> set[tuple[str, str, str]]:
    """The id, `must` and `may` of each row of a file that is no text to read."""
    match path.suffix:
        case ".parquet":
            rows = pq.read_table(path).to_pylist()
        case ".arrow":
            rows = pa.ipc.open_file(path).read_all().to_pylist()
        case ".csv":
            rows = pa.csv.read_csv(path).to_pylist()
        case ".xlsx":
            rows = fastexcel.read_excel(path).load_sheet("Decisions").to_arrow().to_pylist()
            return {(row["Subject"], row["Handling: at least"], row["Handling: at most"]) for row in rows}
        case ".json":
            rows = json.loads(path.read_text(encoding="utf-8"))
        case _:
            rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    if "schema" in rows[0]:  # a document
        return {(r["subject"]["id"], r["overall"]["handling"]["must"], r["overall"]["handling"]["may"]) for r in rows}
    return {(row["id"], row["handling.must"], row["handling.may"]) for row in rows}


@pytest.mark.parametrize("suffix", [s for s in BY_SUFFIX if s != ".txt"])
@pytest.mark.parametrize("command", ["batch", "decide"])
def test_whatever_decides_writes_every_format(folder: Path, command: str, suffix: str) -> None:
    Path("inv").mkdir()
    Path("Deal.csv").rename("inv/Deal.csv")
    Path("Party.csv").rename("inv/Party.csv")
    out = f"out{suffix.upper() if suffix == '.json' else suffix}"
    done = licet(command, "inv", "--policy", "policy.licet", "-o", out, "--as-of", "2026-01-01")

    assert done.exit_code == 0, done.output
    Path(out).rename(f"out{suffix}")
    assert rows_of(Path(f"out{suffix}")) == ROWS


@pytest.mark.parametrize("suffix", [*BY_SUFFIX, ".html"])
def test_a_matrix_is_written_in_every_format(folder: Path, suffix: str) -> None:
    done = licet("matrix", str(ROOT / "fixtures/frontier"), "-o", f"out{suffix}", "--destination", "CH")

    assert done.exit_code == 0, done.output
    assert Path(f"out{suffix}").stat().st_size > 1000


@pytest.mark.parametrize("command", ["batch", "decide", "matrix", "explain"])
@pytest.mark.parametrize("out", ["out.docx", "out", "out.htm", "out.parqet"])
def test_an_unknown_suffix_is_refused_before_anything_is_read(folder: Path, command: str, out: str) -> None:
    done = licet(command, "no-such-file.csv", *(["d1"] if command == "explain" else []), "-o", out)

    assert done.exit_code == 2
    assert f"`{out}` has no known format; name it" in done.stderr


def test_a_table_to_read_is_no_table_of_bytes(folder: Path) -> None:
    words = ["decide", "Party.csv", "--policy", "policy.licet"]
    assert "name a file with -o" in licet(*words, "--format", "parquet").stderr
    text = licet("batch", "Deal.csv", "--with", "Party.csv", "--policy", "policy.licet", "-o", "out.txt", "--quiet")

    assert text.exit_code == 0
    assert "Deal d2" in Path("out.txt").read_text(encoding="utf-8")
    assert "handling                 ask" in Path("out.txt").read_text(encoding="utf-8")


def test_an_explanation_has_the_format_of_its_name(folder: Path) -> None:
    words = ["explain", str(ROOT / "fixtures/frontier"), "t-swiss", "-o"]

    assert licet(*words, "out.json").exit_code == 0
    assert json.loads(Path("out.json").read_text(encoding="utf-8"))
    assert licet(*words, "out.csv").exit_code == 2


# ---- runs that are told to end, from outside

RUN = """
import signal
import sys
from functools import partial
for ending in (signal.SIGTERM, signal.SIGHUP):
    signal.signal(ending, signal.SIG_DFL)  # whoever runs the tests may ignore them
import licet.cli.batch, licet.report.parts as parts
from licet.cli.main import main
from licet.cli.progress import Progress
licet.cli.batch.split_to_decide = partial(licet.cli.batch.split_to_decide, rows_per_batch=64)
parts.SECONDS = float(sys.argv.pop(1))
last = int(sys.argv.pop(1))
def at(self, rows):
    if rows >= last:
        print("now", flush=True)
        sys.stdin.readline()
Progress.at = at
main()
"""


def running(seconds: float, last: int, *words: str) -> subprocess.Popen[str]:
    """A run in a process of its own that has decided so many rows and waits."""
    command = [sys.executable, "-c", RUN, str(seconds), str(last), "batch", *words]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "now\n", process.communicate()
    return process


@pytest.fixture
def many(folder: Path) -> list[str]:
    lines = "".join(f"d{i},p1,a\n" for i in range(1000))
    Path("Deal.csv").write_text("id,buyer,kind\n" + lines, encoding="utf-8")
    return ["Deal.csv", "--with", "Party.csv", "--policy", "policy.licet", "-o", "out.csv", "--as-of", "2026-01-01"]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_is_told_to_end_keeps_what_is_done(
    many: list[str], number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = running(3600, 300, *many, "--workers", "1")
    process.send_signal(number)
    _, said = process.communicate(timeout=30)

    assert process.returncode == 128 + number
    assert "stopped; 320 rows are kept: go on with --resume" in said
    refused = licet("batch", *many, "--resume")
    assert "`rows of a batch` differs from the run that did not end" in refused.stderr
    monkeypatch.setattr(licet_batch, "split_to_decide", partial(split_to_decide, rows_per_batch=64))
    assert licet("batch", *many, "--resume").exit_code == 0
    assert Path("out.csv").read_text(encoding="utf-8").count("\n") == 1001


@pytest.mark.slow
def test_two_runs_at_once_do_not_disturb_each_other(many: list[str]) -> None:
    process = running(-1, 300, *many, "--workers", "1")
    second = licet("batch", *many)
    assert second.exit_code == 2
    assert f"another run (process {process.pid}) writes `out.csv`" in second.stderr
    _, said = process.communicate("go on\n" * 100, timeout=30)

    assert process.returncode == 0, said
    assert Path("out.csv").read_text(encoding="utf-8").count("\n") == 1001


def test_where_nothing_is_kept_nobody_is_told_to_go_on(many: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("licet.report.parts.Parts.write", stop)
    done = licet("batch", *many)
    assert done.exit_code == 130, done.output
    assert "stopped; no rows are kept" in done.stderr
    monkeypatch.setattr(licet_batch, "split_to_decide", stop)
    done = licet("batch", *many)

    assert done.exit_code == 130, done.output
    assert "stopped; nothing was written" in done.stderr
    assert "--resume" not in done.stderr
    assert not Path("out.csv.parts").exists()


@pytest.mark.slow
@pytest.mark.parametrize("out", ["out.csv", "out.parquet", "out.jsonl", "out.xlsx"])
def test_a_full_disk_is_said(many: list[str], out: str) -> None:
    """The system's limit on the size of a file stands for a disk that is full."""
    many[many.index("out.csv")] = out

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))

    command = [sys.executable, "-m", "licet.cli.main", "batch", *many, "--workers", "1"]
    command[1:3] = ["-c", "from licet.cli.main import main; main()"]
    done = subprocess.run(command, preexec_fn=limit, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "error: File too large" in done.stderr
    assert "Traceback" not in done.stderr
    assert "internal fault" not in done.stderr
    assert not Path(out).exists()


# ---- answers in the folder of the facts


@pytest.mark.parametrize("suffix", BY_SUFFIX)
@pytest.mark.parametrize("command", ["batch", "decide"])
def test_answers_may_stand_beside_the_facts(folder: Path, command: str, suffix: str) -> None:
    Path("map.yaml").unlink()
    Path("foreign.csv").unlink()
    words = [command, ".", "--policy", "policy.licet", "-o", f"answers{suffix}", "--as-of", "2026-01-01"]
    words += ["--keep-going"] if command == "batch" else []
    for _ in range(2):
        done = licet(*words)
        assert done.exit_code == 0, done.output
    checked = licet("check", "--facts", ".", "--policy", "policy.licet")

    assert checked.exit_code == 0
    assert "4 records" in checked.output
    assert f"`answers{suffix}`" in checked.output  # what is not read is said


@pytest.mark.parametrize("name", ["Deal.csv", "Party.csv", "Party.txt", "sub/owns.jsonl"])
def test_facts_of_a_folder_are_not_written(folder: Path, name: str) -> None:
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).write_text("id\tsize\np1\t1\n", encoding="utf-8")
    done = licet("decide", ".", "--policy", "policy.licet", "-o", name)

    assert done.exit_code == 2
    assert "is read by this run" in done.stderr


# ---- rows that are left out


def read(file: str) -> list[dict[str, str]]:
    with Path(file).open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


def test_rows_that_were_left_out_are_mended_and_read_again(folder: Path) -> None:
    deals = ["id,buyer,kind", "d5,p9,a", "d1,p1,a", "d4,p3,a", "d1,p2,-", "d3,p2,b"]
    Path("Deal.csv").write_text("\n".join(deals) + "\n", encoding="utf-8")
    Path("Party.csv").write_text("id,size\np1,1\np2,1000\np3,-5x\n", encoding="utf-8")
    words = ["--policy", "policy.licet", "--as-of", "2026-01-01"]
    done = batch("-o", "out.csv", "--keep-going")
    left = read("out.rejects.csv")

    assert done.exit_code == 1
    assert "4 rows were left out: out.rejects.csv and out.rejects.Party.csv say why" in done.stderr
    assert [(r["id"], r["buyer"], r["kind"], r["rejected_row"]) for r in left] == [
        ("d5", "p9", "a", "2"),
        ("d4", "p3", "a", "4"),
        ("d1", "p2", "'-", "5"),
    ]
    assert "names the Party `p9`" in left[0]["reason"]
    assert "stands twice" in left[2]["reason"]
    assert "is not a value of `kind`" in left[2]["reason"]

    for name, change in (("out.rejects.csv", ("d1,p2,'-", "d2,p2,b")), ("out.rejects.Party.csv", ("'-5x", "600"))):
        text = Path(name).read_text(encoding="utf-8")
        assert change[0] in text
        Path(name.replace("out.", "mended.")).write_text(text.replace(*change).replace("p9", "p1"), encoding="utf-8")
    Path("Party.csv").write_text("id,size\np1,1\np2,1000\n", encoding="utf-8")
    again = ["mended.rejects.csv", "--table", "Deal", "--with", "Party.csv"]
    again += ["--with", "mended.rejects.Party.csv", "-o", "2.csv", *words]
    done = licet("batch", *again)
    assert done.exit_code == 0, done.output
    assert {(r["id"], r["handling.may"]) for r in read("2.csv")} == {
        ("d5", "pass"),
        ("d4", "ask"),
        ("d2", "ask"),
    }


def test_a_mended_row_under_a_name_of_its_own_is_read(folder: Path) -> None:
    """Whatever a file of rejects is called after somebody mended it, its facts are facts."""
    Path("inv").mkdir()
    Path("Deal.csv").rename("inv/Deal.csv")
    Path("inv/Party.csv").write_text("id,size\np1,1\n", encoding="utf-8")
    added = "id,size,rejected_from,rejected_row,reason\np2,1000,Party.csv,3,mended\n"
    Path("inv/added.csv").write_text(added, encoding="utf-8")
    done = licet("decide", "inv", "--policy", "policy.licet", "--as-of", "2026-01-01", "--format", "json")

    assert done.exit_code == 0, done.output
    assert '"of": "p2"' not in done.stdout
    assert "is read by this run" in licet("decide", "inv", "--policy", "policy.licet", "-o", "inv/added.csv").stderr


def test_what_an_earlier_run_left_out_goes(folder: Path) -> None:
    Path("Party.csv").write_text("id,size\np1,1\np2,1000\np3,many\n", encoding="utf-8")
    assert batch("-o", "out.csv", "--keep-going").exit_code == 1
    assert Path("out.rejects.Party.csv").exists()
    Path("Party.csv").write_text(FILES["Party.csv"], encoding="utf-8")

    assert batch("-o", "out.csv", "--keep-going").exit_code == 0
    assert not Path("out.rejects.Party.csv").exists()
    assert Path("out.rejects.csv").read_text(encoding="utf-8") == "rejected_from,rejected_row,reason\n"


def test_further_files_of_rejects_are_no_inputs(folder: Path) -> None:
    Path("Party.csv").rename("out.rejects.Party.csv")
    words = ["batch", "Deal.csv", "--with", "out.rejects.Party.csv", "--policy", "policy.licet", "-o", "out.csv"]

    assert "`out.rejects.Party.csv` is read by this run" in licet(*words, "--keep-going").stderr


# ---- what was asked for


TWO_LAWS = """module home "Home" jurisdiction US
use core.decisions
use core.contradictions
rule asked for t: Transfer when t.kind is export then licensing of t is licence_required because "asked"
module abroad "Abroad" jurisdiction EU
use core.decisions
rule large for m: Model when m.parameters is more than 1 then systemic_risk of m is presumed because "large"
"""


@pytest.mark.parametrize("command", ["batch", "decide"])
def test_a_jurisdiction_that_decides_nothing_is_told(folder: Path, command: str) -> None:
    Path("two.licet").write_text(TWO_LAWS, encoding="utf-8")
    words = [str(ROOT / "fixtures/frontier"), "--policy", "two.licet", "--jurisdiction", "EU", "--quiet"]
    done = licet(command, *words, *(["-o", "out.csv", "--type", "Transfer"] if command == "batch" else []))

    assert done.exit_code == (2 if command == "batch" else 0), "nothing else was asked for"
    told = {
        "decide": "decides about Transfer; rules about it stand in US",
        "batch": "concludes any decision about Transfer",
    }
    assert f"no rule of EU {told[command]}" in done.stderr


def test_an_inventory_is_checked_against_a_policy(folder: Path) -> None:
    Path("inv").mkdir()
    Path("Deal.csv").rename("inv/Deal.csv")
    Path("Party.csv").rename("inv/Party.csv")

    assert licet("check", "--facts", "inv", "--policy", "policy.licet").exit_code == 0
    assert licet("check", "--facts", "inv").exit_code == 1
