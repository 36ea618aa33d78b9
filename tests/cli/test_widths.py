"""What is shown fits the terminal it is shown on."""

from __future__ import annotations

import os
import shutil

import click.testing
import pytest
from click.testing import CliRunner

from licet.cli.main import main
from tests.conftest import ROOT

FRONTIER = str(ROOT / "fixtures" / "frontier")
COMMANDS = {
    "audit-status": ["audit-status", FRONTIER],
    "coverage": ["coverage", "bis-export-compliance", FRONTIER],
    "explain": ["explain", FRONTIER, "demo-directed", "misuse_risk", "cost_of_pulling"],
    "licences": ["licences", FRONTIER],
    "roster": ["roster", FRONTIER],
    "watch": ["watch", FRONTIER, "--ahead", "60"],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_lines_fit_a_narrow_terminal_and_use_a_wide_one(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(click.testing._NamedTextIOWrapper, "isatty", lambda _: True, raising=False)
    longest = {}
    for columns in (60, 140):
        monkeypatch.setattr(shutil, "get_terminal_size", lambda *_, wide=columns: os.terminal_size((wide, 24)))
        shown = CliRunner().invoke(main, COMMANDS[name], env={"NO_COLOR": "1"}, catch_exceptions=False)
        assert shown.exit_code == 0, shown.output
        longest[columns] = max(map(len, shown.stdout.splitlines()))
    assert longest[60] <= 60 < longest[140] <= 140
