"""Checking a policy takes work that grows with its rules, and no faster. Work is counted in calls, not in time."""

from __future__ import annotations

import cProfile
import pstats
from pathlib import Path

import pytest
from benchmarks.check_speed import policy

from licet.loading.policy_files import check_files


def calls(folder: Path, rules: int, shape: str) -> int:
    """The function calls that one more check of so many rules takes."""
    file = folder / f"{shape}{rules}.licet"
    file.write_text(policy(rules, shape), encoding="utf-8")
    check_files([file])
    profile = cProfile.Profile()
    found = profile.runcall(check_files, [file])
    assert len(found.policy.rules) == rules
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]


@pytest.mark.slow
@pytest.mark.parametrize("shape", ["plain", "exceptions"])
def test_twice_the_rules_are_twice_the_work(tmp_path: Path, shape: str) -> None:
    few, many = calls(tmp_path, 200, shape), calls(tmp_path, 400, shape)

    assert many < 2.1 * few
