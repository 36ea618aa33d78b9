"""Rows below a table that add its amounts up: they are no records, though they have something where the id stands."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from licet.facts.cells.arrays import cell_text
from licet.facts.files.sheets import Cells
from licet.facts.inventory.row_errors import Flaw, Said
from licet.ir import policy as ir
from licet.ir.types import Kind

_WORDS = frozenset(
    "total totals subtotal grand-total sum sums summe zwischensumme gesamt gesamtsumme somme totale".split()
)
_FEW, _LAST = 20_000, 100  # rows of a batch that are all looked at; of a larger one the last ones
_ASIDE = ("id", "open", "note")


def total_rows(cells: Cells, ids: pa.StringArray, fields: Mapping[str, ir.Field]) -> Flaw | None:
    """The rows that are called a total and have amounts and nothing else."""
    rows = len(ids)
    start = 0 if rows <= _FEW else rows - _LAST
    called = enumerate(ids.slice(start).to_pylist(), start)
    found = [row for row, id_ in called if id_ and _is_total(id_) and _has_only_amounts(cells, row, fields)]

    def say(row: int) -> Said:
        id_ = ids[row].as_py()
        words = f"`{id_}` has only amounts, and seems to add the rows above it up"
        return Said(words, id_, help="leave the row out; if it is a record, give it another id or what else is known")

    return Flaw("F014", cells.names.index("id"), np.array(found, np.int64), say) if found else None


def _is_total(id_: str) -> bool:
    return len(id_) < 16 and "-".join(id_.casefold().strip(" :").split()) in _WORDS


def _has_only_amounts(cells: Cells, row: int, fields: Mapping[str, ir.Field]) -> bool:
    kinds = {
        fields[name].type.kind if name in fields else Kind.TEXT
        for name, column in zip(cells.names, cells.columns, strict=True)
        if name and name not in _ASIDE and cell_text(column[row]).strip()
    }
    return bool(kinds) and kinds <= {Kind.NUMBER, Kind.QUANTITY}
