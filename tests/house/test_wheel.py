"""The wheel: built, installed where nothing else is, and run from another folder."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.mark.slow
def test_the_wheel_decides_from_another_folder(tmp_path: Path) -> None:
    def run(*command: str | Path) -> str:
        words = [str(word) for word in command]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", tmp_path / "dist", ROOT)
    wheel = next((tmp_path / "dist").glob("*.whl"))
    assert next((tmp_path / "dist").glob("*.tar.gz")).stat().st_size > 0
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", wheel)
    (tmp_path / "facts.yaml").write_text("as_of: 2026-11-20\nModel:\n  - {id: m, training_compute: 2e25}\n")

    out = run(tmp_path / "env" / "bin" / "licet", "decide", "facts.yaml")

    assert "presumed" in out
    assert "not legal advice" in out
    run(tmp_path / "env" / "bin" / "licet", "matrix", "facts.yaml", "-o", "map.html", "--destination", "CH")
    assert "Release map" in (tmp_path / "map.html").read_text(encoding="utf-8")
