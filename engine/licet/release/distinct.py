"""Rows of a result table that say the same: each distinct answer once, whichever model or destination it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licet.release.grid import Grid, consignee_id
from licet.report.flat import flat_column

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Stand in missing facts for the id of the thing that has this part in the transfer.
PARTS = ("item", "exporter", "consignee", "transfer")


@dataclass(frozen=True, slots=True, eq=False)
class Distinct:
    """`answers[codes[row]]` is what a row says, without its id and date; ids of its parts are named as in `PARTS`."""

    codes: NDArray[np.int64]
    answers: Sequence[dict[str, Any]]


def distinct(grid: Grid, result: pa.Table) -> Distinct:
    """The distinct answers of a grid's cells; `result` has a row for each cell, in the order of the grid."""
    assert result.num_rows == grid.size
    whole = _with_parts(grid, _with_parts(grid, result.combine_chunks(), "missing"), "conflicts")
    named = whole.drop_columns(["type", "id", "as_of"])
    key = np.zeros(named.num_rows, np.int64)
    for column in named.columns:
        texts = flat_column(pa.concat_arrays(column.chunks) if column.num_chunks != 1 else column.chunk(0))
        codes = pc.fill_null(pc.dictionary_encode(pc.cast(texts, pa.string())).indices, -1).to_numpy() + 1
        key = np.unique(key * (codes.max(initial=0) + 1) + codes, return_inverse=True)[1]
    _, first, found = np.unique(key, return_index=True, return_inverse=True)
    return Distinct(found, named.take(pa.array(first)).to_pylist())


def _with_parts(grid: Grid, result: pa.Table, name: str) -> pa.Table:
    """The table with the ids in its missing facts or conflicts replaced by their part in the transfer."""
    place = result.schema.get_field_index(name)
    missing = pa.concat_arrays(result[name].chunks) if result.num_rows else pa.array([], result[name].type)
    facts = missing.flatten()
    lengths = pc.fill_null(pc.list_value_length(missing), 0).to_numpy()
    rows = np.repeat(np.arange(result.num_rows), lengths)
    ids = facts.field("id")
    for part, of_row in zip(PARTS, _parts(grid, rows, result), strict=True):
        ids = pc.if_else(pc.fill_null(pc.equal(facts.field("id"), of_row), False), f"${part}", ids)
    parts = [ids if field.name == "id" else facts.field(field.name) for field in facts.type]
    offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())
    renamed = pa.ListArray.from_arrays(offsets, pa.StructArray.from_arrays(parts, fields=list(facts.type)))
    return result.set_column(place, result.schema.field(place).with_type(renamed.type), renamed)


def _parts(grid: Grid, rows: NDArray[np.int64], result: pa.Table) -> list[pa.Array]:
    """The ids of item, exporter, consignee and transfer in these rows."""
    places, profiles = len(grid.destinations), len(grid.profiles)
    consignees = pa.array([consignee_id(d, p) for p in grid.profiles for d in grid.destinations], pa.string())
    models = pa.array(rows // (places * profiles))
    return [
        pa.array(grid.models, pa.string()).take(models),
        pa.array(grid.developers, pa.string()).take(models),
        consignees.take(pa.array(rows % (places * profiles))),
        pa.concat_arrays(result["id"].take(pa.array(rows)).chunks or [pa.array([], pa.string())]),
    ]
