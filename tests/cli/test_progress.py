"""What a long run says of itself on a terminal."""

from __future__ import annotations

import pytest

from licet.cli import progress
from licet.cli.progress import Progress, duration, line


def test_a_line_says_how_much_how_fast_and_how_long() -> None:
    assert line(1_310_720, 10_000_000, 1.6) == "1,310,720 of 10,000,000 rows, 819,200 a second, 0:11 left"
    assert line(5, 0, 2.0) == "5 rows, 2 a second"
    assert line(50, 100, 1.0, about=True) == "50 of about 100 rows, 50 a second, 0:01 left"
    assert duration(3725) == "1:02:05"


def test_nothing_is_said_soon_or_elsewhere(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    Progress(100, shown=True).at(50)
    Progress(100).at(50)
    assert capsys.readouterr().err == ""

    monkeypatch.setattr(progress, "_SOON", 0.0)
    shown = Progress(100, shown=True)
    shown.at(50)
    shown.at(60)  # too soon after
    shown.end()
    said = capsys.readouterr().err
    assert "50 of 100 rows" in said
    assert "60 of" not in said
    assert said.endswith("\r\x1b[K")
