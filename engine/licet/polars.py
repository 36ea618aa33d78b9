"""Decisions beside a frame of Polars, eager or lazy: the same rows with the columns that are asked for.

import licet, licet.polars

asked = licet.polars.with_decisions(transfers, licet.load(), "inventory/", of="Transfer", columns=["licensing.may"])
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from licet.api import Day, Policy
from licet.decide.asked_for import names_of
from licet.decide.table.batches import Asked, schema_of
from licet.decide.table.from_tables import table_of
from licet.errors import UsageError
from licet.facts.cells.values_from_python import day_from_python
from licet.facts.inventory.sources import source_of
from licet.report.column_names import chosen_columns


def with_decisions(
    frame: Any,
    policy: Policy,
    inventory: str | Path | Mapping[str, Any],
    *,
    of: str,
    columns: Sequence[str] = ("*.must", "*.may", "*.determined"),
    as_of: Day = None,
    today: Day = None,
    jurisdictions: str | Sequence[str] = (),
) -> Any:
    """The rows of a frame, in their order, with columns of the result table: names, or patterns such as `licensing.*`.

    A lazy frame gives a lazy one: it is collected when that is, since rules may look at all rows at once. `inventory`
    has what rows refer to. Errors: `FactsError` with every finding, `UsageError` for a column that there is not, or
    that the frame has too.
    """
    pl = import_module("polars")
    asked = Asked(
        (of,), day_from_python(as_of, "as_of"), day_from_python(today, "today"), names_of(jurisdictions), lists=True
    )
    wanted = chosen_columns(schema_of(policy.checked, asked).names, columns)
    lazy = isinstance(frame, pl.LazyFrame)
    own = frame.collect_schema().names()
    if twice := [name for name in wanted if name in own]:
        raise UsageError(f"the frame has a column `{twice[0]}` too; rename it, or leave it out of `columns`")
    named = inventory if isinstance(inventory, Mapping) else {None: inventory}
    sources = [(source_of(given), name) for name, given in named.items()]

    def decided(rows: Any) -> Any:
        limited = Asked(asked.types, asked.as_of, asked.today, asked.jurisdictions, columns=("id", *wanted))
        found = table_of(policy.checked, [(rows, of), *sources], limited, types=(of,))
        return pl.concat([rows, pl.from_arrow(found).select(wanted)], how="horizontal")

    if not lazy:
        return decided(frame)
    like = pl.from_arrow(schema_of(policy.checked, asked).empty_table()).select(wanted).schema
    schema = pl.Schema({**frame.collect_schema(), **like})
    whole = {f"{what}_pushdown": False for what in ("predicate", "projection", "slice")}  # rules look at all of it
    return frame.map_batches(decided, schema=schema, **whole)
