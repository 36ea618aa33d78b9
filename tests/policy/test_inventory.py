"""A made-up inventory and the shipped library: what is said of all subjects, missing facts too, is what the reference
says of each alone.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from benchmarks.inventory import Inventory, write

import licet
from licet.decide.from_outcome import decide
from licet.decide.table.result_table import result_table
from licet.run.reference import interpreter as reference
from tests.policy.test_streamed import plain


@pytest.mark.slow
def test_a_made_up_inventory(tmp_path: Path) -> None:
    write(Inventory(1, parties=120).tables(transfers=25), tmp_path)
    policy = licet.load()
    facts = policy.facts(tmp_path)

    subjects = [*facts.subjects("Model"), *facts.subjects("Transfer")]
    today = date(2026, 6, 1)

    mine = policy.decide_table(tmp_path, types=["Model", "Transfer"], today=today)
    found = decide(policy.checked, facts, subjects, today=today, evaluate=reference.evaluate)
    expected = result_table(policy.checked, found, mine.schema)

    assert sum(len(cell) for cell in mine["missing"].to_pylist()) > 50
    for name in mine.schema.names:
        assert plain(mine[name].to_pylist()) == plain(expected[name].to_pylist()), name
