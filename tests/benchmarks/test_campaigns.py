"""The campaigns run: each as its command does, on very little."""

from __future__ import annotations

import re
import runpy
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
COMMANDS = {
    "agree columnar": ("agree.py", "--engine", "columnar", "--decisions", "600", "--worlds", "3", "--pool", "20"),
    "agree forward": ("agree.py", "--engine", "forward", "--decisions", "300", "--worlds", "2", "--pool", "20"),
    "agree batch": ("agree.py", "--engine", "batch", "--decisions", "600", "--worlds", "3", "--pool", "20"),
    "agree gate": ("agree.py", "--engine", "gate", "--decisions", "60", "--worlds", "3", "--pool", "20"),
    "soundness": ("soundness.py", "--worlds", "3", "--completions", "8"),
    "soundness of small worlds": ("soundness.py", "--worlds", "4", "--small", "2", "--completions", "4"),
    "damaged policies": ("fuzz.py", "--examples", "60"),
    "damaged tables": ("fuzz_readers.py", "--tables", "3", "--format", "csv", "--format", "parquet"),
    "command lines": ("fuzz_cli.py", "--lines", "12"),
    "explanations": ("explanations.py", "--cases", "0", "--lines", "0", "--policies", "2", "--changes", "0"),
    "edits that are watched": ("watch_edits.py", "--edits", "60", "--faults", "0"),
    "large inventories that are watched": (
        "watch_large.py",
        "--transfers",
        "1000",
        "--parties",
        "100",
        "--changes",
        "20",
        "--mixes",
        "1",
    ),
    "causes": ("watch_stories.py", "--stories", "10"),
    "days": ("days.py", "--days", "60", "--every", "60", "--subjects", "4", "--policies", "2"),
    "running totals": ("running_totals.py", "--rows", "4000", "--consignees", "3"),
}
COUNTS = re.compile(
    r"\b[1-9][0-9,]* (decisions|answers|cases|worlds|findings|documents|tables|command lines|rows|subjects)\b"
)


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
def test_a_campaign_runs(
    command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """In this process, in which the library is read already."""
    program, *options = command
    monkeypatch.setattr(sys, "argv", [program, *options])
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    ended: object = 0
    try:
        runpy.run_path(str(ROOT / "benchmarks" / program), run_name="__main__")
    except SystemExit as end:
        ended = end.code
    said = capfd.readouterr()
    assert (ended or 0, said.err) == (0, ""), f"{said.out}\n{said.err}"
    assert COUNTS.search(said.out), said.out
