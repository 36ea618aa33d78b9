"""Tables in, one table out: every subject of an inventory decided in memory."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from licet.decide.asked_for import check_jurisdictions, check_types
from licet.decide.table.batches import Asked, Decided, decidable_types, decide_batches, schema_of
from licet.decide.table.streamed import split_to_decide
from licet.diagnostics import Diagnostic
from licet.errors import FactsError, UsageError
from licet.facts.inventory.split import Inventory, Split
from licet.ir import policy as ir

NOTHING = "nothing to decide: the inventory has no subject that a decision is about"


def table_of(
    policy: ir.Policy,
    sources: Sequence[Inventory],
    asked: Asked,
    *,
    types: Sequence[str] = (),
    mapping: Path | None = None,
    workers: int = 1,
) -> pa.Table:
    """The result table of an inventory. Errors: `FactsError` with every finding, `UsageError` for nothing to decide."""
    check_types(policy, types)
    check_jurisdictions(policy, asked.jurisdictions)
    split = split_to_decide(policy, sources, types, mapping=mapping)
    if not split.held.usable:
        refuse(split)
    asked = replace(asked, types=types_in(policy, split, types))
    rows = [decided.rows for decided in decide_split(policy, split, asked, workers=workers)]
    if split.stream is not None and not split.stream.usable:
        raise FactsError(diagnostics_of(split))
    return pa.Table.from_batches(rows, schema_of(policy, asked)).unify_dictionaries()


def decide_split(
    policy: ir.Policy, split: Split, asked: Asked, *, workers: int = 1, skip: int = 0
) -> Generator[Decided]:
    """Every subject of an inventory, as `decide_batches` gives them."""
    return decide_batches(
        policy,
        split.held.tables,
        asked,
        stream=split.stream,
        workers=workers,
        rows_per_batch=split.rows_per_batch,
        skip=skip,
    )


def types_in(policy: ir.Policy, split: Split, types: Sequence[str], further: Sequence[str] = ()) -> tuple[str, ...]:
    """What is to be decided of an inventory; `further` types as well. Errors: `UsageError` if it is nothing."""
    present = [*split.held.tables.entities, *([split.stream.name] if split.stream else [])]
    found = chosen(dict.fromkeys((*decidable_types(policy, present), *(t for t in further if t in present))), types)
    if not found:
        raise UsageError(NOTHING)
    return found


def chosen(names: Iterable[str], types: Sequence[str]) -> tuple[str, ...]:
    """Those of some names that are wanted: without `types`, all."""
    return tuple(name for name in names if not types or name in types)


def refuse(split: Split) -> None:
    """Reads a stream that was not begun to its end. Errors: `FactsError` with all that is wrong."""
    for _ in split.stream or ():
        pass
    raise FactsError(diagnostics_of(split))


def diagnostics_of(split: Split) -> list[Diagnostic]:
    """What was found so far."""
    return [*split.held.diagnostics, *(split.stream.diagnostics if split.stream is not None else ())]
