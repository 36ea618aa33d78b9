"""Whatever is typed, a command ends with one of its exit codes and a sentence. `benchmarks/fuzz_cli.py` types more."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from licet.cli.main import main
from tests.cli.lines import Runs, lines


@pytest.mark.slow
def test_lines_end_as_promised(tmp_path: Path) -> None:
    run = Runs(tmp_path)
    for (words, given), _ in zip(lines(random.Random(7)), range(300), strict=False):
        assert run(words, given) is None, (words, given)

    for command in main.commands:
        assert any(run.counts[f"{command} {code}"] for code in (0, 1)), command
        assert run.counts[f"{command} 2"], command
