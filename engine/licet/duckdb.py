"""Decisions in DuckDB's SQL: a function of a row, and the result table of a query.

import duckdb, licet, licet.duckdb

con = duckdb.connect("warehouse.duckdb")
licet.duckdb.register(con, licet.load(), "inventory/", of="Transfer", as_of="2026-11-20")
con.sql("select t.id, licet(to_json(t)).may from transfers t where day > '2026-01-01'")
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from licet.api import Day, Policy
from licet.cases import cases_of
from licet.decide.asked_for import names_of
from licet.decide.parallel.spark_task import PROBLEMS
from licet.decide.table.result_table import decisions_about
from licet.errors import UsageError
from licet.facts.cells.values_from_python import day_from_python
from licet.facts.inventory.sources import source_of
from licet.suggest import did_you_mean

_ANSWER = "STRUCT(must VARCHAR, may VARCHAR, determined BOOLEAN, missing VARCHAR[], problems VARCHAR[])"
_TEXTS = pa.list_(pa.string())


def register(
    connection: Any,
    policy: Policy,
    inventory: str | Path | Mapping[str, Any],
    *,
    of: str,
    decision: str | None = None,
    name: str = "licet",
    as_of: Day = None,
    today: Day = None,
    jurisdictions: str | tuple[str, ...] = (),
) -> None:
    """Registers a function `name` of a row as JSON (`licet(to_json(t))`), a record of `of`, with its answer.

    `inventory` has what rows refer to, and is read once; a row is decided without the others, as on a cluster. The
    answer is a struct: `must` and `may` of one `decision` (the first that is about `of`), whether that is `determined`,
    the facts that are `missing`, and `problems`, why a row was not decided.
    Errors: as `licet.spark.decide`; `UsageError` where no such decision is about `of`.
    """
    about = [one.name for one in decisions_about(policy.checked, [of])]
    wanted = decision or next(iter(about), "")
    if wanted not in about:
        near = did_you_mean(wanted, about) or f"about it: {', '.join(about) or 'nothing'}"
        raise UsageError(f"no decision `{wanted}` is about `{of}`; {near}")
    dates = day_from_python(as_of, "as_of"), day_from_python(today, "today")
    cases = cases_of(policy, inventory, of, *dates, names_of(jurisdictions))

    def answers(rows: pa.ChunkedArray) -> pa.Array:
        given = [json.loads(text or "{}") for text in rows.to_pylist()]
        numbered = [{**row, "id": str(number)} for number, row in enumerate(given)]
        table: Any = source_of(numbered)
        found = pa.Table.from_batches(cases.decided(table.to_batches()))
        order = {int(id_): place for place, id_ in enumerate(found["id"].to_pylist())}
        found = found.take([order[number] for number in range(len(given))])
        missing = [[f"{m['fact']} of {m['type']}" for m in row or ()] for row in found["missing"].to_pylist()]
        return pa.StructArray.from_arrays(
            [
                *(found[f"{wanted}.{part}"].combine_chunks() for part in ("must", "may", "determined")),
                pa.array(missing, _TEXTS),
                found[PROBLEMS.name].combine_chunks(),
            ],
            names=["must", "may", "determined", "missing", "problems"],
        )

    connection.create_function(name, answers, ["VARCHAR"], _ANSWER, type="arrow", null_handling="special")
