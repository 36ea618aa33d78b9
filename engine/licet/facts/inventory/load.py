"""Inventories from disk or memory: YAML and table files, or a folder of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from licet.errors import FactsError
from licet.facts.inventory.from_tables import Reading, read_tables
from licet.facts.store import Facts
from licet.ir.policy import Policy


def load_facts(inventory: Path | Any, policy: Policy, table: str | None = None, mapping: Path | None = None) -> Facts:
    """The facts in a file, a folder or an Arrow table; `table` and `mapping` as in `read_tables`.

    Errors: `FactsError` with every finding, `UsageError` if nothing is there.
    """
    return facts_in(read_tables(inventory, policy, table=table, mapping=mapping))


def facts_in(reading: Reading) -> Facts:
    """The facts that were read. Errors: `FactsError` with every finding, if one of them is an error."""
    if any(d.severity == "error" for d in reading.diagnostics):
        raise FactsError(reading.diagnostics)
    return reading.facts
