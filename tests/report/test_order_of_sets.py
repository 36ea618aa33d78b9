"""What is told of a set does not hang on the order in which a process happens to hold it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

POLICY = """
module m "M"
  authority L "Law"
entity Deal "deal"
  marks : set of text "marks"
  parts : set of Deal "parts"
  weight : number "weight"
decision verdict of d: Deal "verdict" outcomes no < yes otherwise no
rule r
  for d: Deal
  cites L "1"
  when (every m in d.marks satisfies (m is not "z")) and (some p in d.parts where (p.weight is at least 2))
  then verdict of d is yes
"""
FACTS = """
as_of: 2026-01-01
Deal:
  - {id: a, marks: [u, v, w, x, y], parts: [b, c, e, f, g]}
  - {id: b, weight: 2}
  - {id: c, weight: 3}
  - {id: e}
  - {id: f, weight: 4}
  - {id: g}
"""


def test_processes_tell_the_same(tmp_path: Path) -> None:
    (tmp_path / "p.licet").write_text(POLICY, encoding="utf-8")
    (tmp_path / "f.yaml").write_text(FACTS, encoding="utf-8")
    run = "from licet.cli.main import main; main()"
    words = [sys.executable, "-c", run, "explain", "f.yaml", "a", "--policy", "p.licet"]
    told = {
        subprocess.run(
            words, cwd=tmp_path, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(told) == 1
    assert told.pop().count(b"weight") > 2
