"""Whatever is typed, a command ends with one of its exit codes and a sentence. `benchmarks/fuzz_cli.py` types more."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from licet.cli.main import main
from tests.cli.lines import Runs, lines


@pytest.mark.slow
def test_lines_end_as_promised(tmp_path: Path) -> None:
    run = Runs(tmp_path)
    for (words, given), _ in zip(lines(random.Random(7)), range(200), strict=False):
        assert run(words, given) is None, (words, given)

    ended = Counter(key.rsplit(" ", 1)[1] for key in run.counts.elements())
    assert min(ended["0"], ended["2"]) > 30, ended
    assert all(any(key.startswith(f"{name} ") for key in run.counts) for name in main.commands), run.counts
