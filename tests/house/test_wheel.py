"""The wheel: built, installed apart from this checkout, and run from another folder.

That what it declares to need is enough is shown where nothing else is: by the README's `Run it`, which `.ci/run` runs.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.mark.slow
def test_the_wheel_decides_from_another_folder(tmp_path: Path) -> None:
    site = tmp_path / "site"

    def run(*command: str | Path) -> str:
        words = [str(word) for word in command]
        apart = {**os.environ, "PYTHONPATH": str(site)}
        done = subprocess.run(words, cwd=tmp_path, env=apart, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", tmp_path / "dist", ROOT)
    wheel = next((tmp_path / "dist").glob("*.whl"))
    assert next((tmp_path / "dist").glob("*.tar.gz")).stat().st_size > 0
    run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", site, wheel)
    (tmp_path / "facts.yaml").write_text("as_of: 2026-11-20\nModel:\n  - {id: m, training_compute: 2e25}\n")

    for folder in run(sys.executable, "-c", PLACES).splitlines():
        assert Path(folder).is_relative_to(site)
    out = run(site / "bin" / "licet", "decide", "facts.yaml")

    assert "POLICY FACTS EXPLANATION" in run(site / "bin" / "licet-check", "--help")
    assert "presumed" in out
    assert "not legal advice" in out
    run(site / "bin" / "licet", "matrix", "facts.yaml", "-o", "map.html", "--destination", "CH")
    assert "72 items" in run(site / "bin" / "licet", "coverage", "nist-ai-rmf", "facts.yaml")
    assert "Release map" in (tmp_path / "map.html").read_text(encoding="utf-8")


PLACES = """
import licet
from licet.resources import grammar_file, policies_folder, schema_file
print(licet.__file__, grammar_file(), policies_folder(), schema_file("decision-1.json"), sep="\\n")
"""
