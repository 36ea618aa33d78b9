"""A run that is killed leaves nothing half done, and goes on where it was."""

from __future__ import annotations

import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import fastexcel
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

import licet.cli.batch
import licet.report.parts
from licet.cli.main import main
from licet.cli.progress import Progress
from licet.decide.table.streamed import split_to_decide

POLICY = """module deals "Deals" jurisdiction CH
entity Deal "deal"
  number : number "number"
decision handling of d: Deal "handling" outcomes pass < ask otherwise pass
rule many for d: Deal when d.number is at least 500 then handling of d is ask
"""
ROWS, BATCH = 1000, 64

# Every batch is a part. The process kills itself, as the kernel would, at a chosen moment.
KILLED = f"""
import os, signal, sys
from functools import partial
import licet.cli.batch, licet.report.parts as parts
from licet.cli.main import main
licet.cli.batch.split_to_decide = partial(licet.cli.batch.split_to_decide, rows_per_batch={BATCH})
parts.SECONDS = -1
moment = sys.argv.pop(1)
kill = lambda: os.kill(os.getpid(), signal.SIGKILL)
keep, name, write = parts.Parts.keep, parts._name, parts._Part.write
def keeping(self):
    keep(self)
    if moment == "between" and len(self._manifest.parts) == 5: kill()
def writing(self, decided):
    write(self, decided)
    if moment == "within" and self.path.name.startswith("part-00007"): kill()
def naming(file, out):
    name(file, out)
    if moment == "naming": kill()
parts.Parts.keep, parts._name, parts._Part.write = keeping, naming, writing
main()
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(licet.cli.batch, "split_to_decide", partial(split_to_decide, rows_per_batch=BATCH))
    Path("policy.licet").write_text(POLICY, encoding="utf-8")
    lines = "".join(f"d{i},{i * 37 % 1000}\n" for i in range(ROWS))
    Path("Deal.csv").write_text("id,number\n" + lines, encoding="utf-8")
    return tmp_path


def words(out: str) -> list[str]:
    return ["batch", "Deal.csv", "--policy", "policy.licet", "-o", out, "--as-of", "2026-01-01"]


def licet_(*given: str) -> Result:
    return CliRunner().invoke(main, list(given), catch_exceptions=False)


def killed(moment: str, out: str) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, moment, *words(out)], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("moment", "out"),
    [
        ("within", "out.parquet"),
        ("between", "out.csv"),
        ("between", "out.xlsx"),
        ("between", "out.json"),
        ("between", "out.arrow"),
    ],
)
def test_a_killed_run_goes_on(folder: Path, moment: str, out: str) -> None:
    Path("whole").mkdir()
    assert licet_(*words(f"whole/{out}")).exit_code == 0
    killed(moment, out)
    left = {p.name for p in folder.iterdir()}

    assert out not in left
    assert f"{out}.parts" in left
    refused = licet_(*words(out))
    assert refused.exit_code == 2
    assert "rows of a run that did not end; go on with --resume" in refused.stderr
    done = licet_(*words(out), "--resume")
    assert done.exit_code == 0
    assert "decided 1,000 Deal" in done.stderr
    assert said(folder / out) == said(folder / "whole" / out)
    assert not (folder / f"{out}.parts").exists()


def said(path: Path) -> object:
    if path.suffix in (".csv", ".json"):
        return path.read_bytes()
    if path.suffix == ".arrow":
        return pa.ipc.open_file(path).read_all().to_pylist()
    if path.suffix == ".xlsx":
        book = fastexcel.read_excel(path)
        return [book.load_sheet(name).to_arrow().to_pylist() for name in book.sheet_names]
    bits = pa.ipc.open_file(path.with_suffix(".rules.arrow")).read_all()
    return pq.read_table(path).to_pylist(), bits.to_pylist()


@pytest.mark.slow
def test_a_run_that_is_killed_between_two_names_goes_on(folder: Path) -> None:
    killed("naming", "out.parquet")
    assert Path("out.rules.arrow").exists()
    assert not Path("out.parquet").exists()

    assert licet_(*words("out.parquet"), "--resume").exit_code == 0
    assert pq.read_metadata("out.parquet").num_rows == ROWS
    assert sorted(p.name for p in folder.iterdir()) == ["Deal.csv", "out.parquet", "out.rules.arrow", "policy.licet"]


def test_ctrl_c_keeps_what_is_done(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_: Progress, rows: int) -> None:
        if rows > 300:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Progress, "at", stop)
        done = licet_(*words("out.jsonl"))
    assert done.exit_code == 130
    assert "stopped; 320 rows are kept: go on with --resume" in done.stderr
    assert not Path("out.jsonl").exists()

    assert licet_(*words("out.jsonl"), "--resume").exit_code == 0
    assert Path("out.jsonl").read_text(encoding="utf-8").count("\n") == ROWS


def test_what_changed_cannot_be_gone_on_with(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_: Progress, rows: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Progress, "at", stop)
        licet_(*words("out.csv"))

    again = licet_(*words("out.csv"), "--resume", "--rules", "none")
    assert again.exit_code == 2
    assert "cannot go on with `out.csv.parts`: `--rules` differs from the run that did not end" in again.stderr
    Path("policy.licet").write_text(POLICY.replace("500", "600"), encoding="utf-8")
    Path("Deal.csv").write_text("id,number\nd1,1\n", encoding="utf-8")
    again = licet_(*words("out.csv"), "--resume")
    assert again.exit_code == 2
    assert "policy, facts differ" in again.stderr
