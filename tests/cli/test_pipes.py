"""Whoever reads what a command prints may go: that is nobody's error."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT


@pytest.mark.skipif(os.name != "posix", reason="a pipe that nobody reads is another error there")
@pytest.mark.parametrize("words", [["vocabulary"], ["help", "E010"]])
def test_a_reader_that_has_gone_is_no_error(words: list[str]) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    done = subprocess.run(
        [sys.executable, "-m", "licet", *words],
        cwd=ROOT,
        stdout=writes,
        stderr=subprocess.PIPE,
        env=environment,
        check=False,
    )
    os.close(writes)
    assert (done.returncode, done.stderr) == (141, b"")
