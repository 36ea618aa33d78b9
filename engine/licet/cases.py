"""Rows decided apart from each other, beside an inventory that is read once: what SQL functions and frames ask of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from licet.api import Policy
from licet.decide.parallel.spark_task import Partitions, SentTask
from licet.decide.table.batches import Asked, decidable_types
from licet.errors import FactsError, UsageError
from licet.facts.inventory.from_tables import read_sources
from licet.facts.inventory.sources import source_of
from licet.run.columnar.batch import is_named
from licet.suggest import did_you_mean


def cases_of(
    policy: Policy,
    inventory: str | Path | Mapping[str, Any],
    of: str,
    as_of: date | None,
    today: date | None,
    jurisdictions: tuple[str, ...],
) -> Partitions:
    """What decides batches of rows of `of`. Errors: `FactsError` about the inventory; `UsageError` where rows of `of`
    are not decided, cannot be one by one, or stand in the inventory too.
    """
    known = decidable_types(policy.checked, policy.checked.entities)
    if of not in known:
        raise UsageError(
            f"no decision is about `{of}`; {did_you_mean(of, known) or 'decided are: ' + ', '.join(known)}"
        )
    if is_named(policy.checked, of):
        raise UsageError(f"records name others of `{of}`, so that they cannot be decided apart; use `decide_table`")
    named = inventory if isinstance(inventory, Mapping) else {None: inventory}
    reading = read_sources([(source_of(given), name) for name, given in named.items()], policy.checked)
    if not reading.usable:
        raise FactsError(reading.diagnostics)
    if of in reading.tables.entities:
        raise UsageError(f"the inventory has records of `{of}` too; rows that are asked about are the only ones")
    asked = Asked((of,), as_of, today, jurisdictions, lists=False)
    return Partitions(SentTask.of(policy.checked, reading.tables, asked))
