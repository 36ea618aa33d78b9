"""Columns of many numbers, shares and days written as texts say what each cell says when it is read for itself."""

from __future__ import annotations

import pyarrow as pa
import pytest

from licet.facts.cells.columns import ColumnReader
from licet.facts.cells.texts import fact_from_cell
from licet.facts.tables import Coded, Plain
from licet.ir.types import Kind, Type
from licet.ir.units import Units

DAYS = [f"20{year:02}-{month:02}-28" for year in range(40) for month in range(1, 13)]
COLUMNS = {
    "numbers": (Kind.NUMBER, [str(n * n) for n in range(400)], True),
    "decimals": (Kind.NUMBER, [f"{n}.{n % 7}0" for n in range(400)], True),
    "great numbers": (Kind.NUMBER, [str(10**17 + n) for n in range(400)], True),
    "shares": (Kind.PERCENT, [f"{n // 10}.{n % 10}%" for n in range(1001)], True),
    "fine shares": (Kind.PERCENT, [f"{n / 7:.10f}%" for n in range(400)], True),
    "days": (Kind.DATE, DAYS, True),
    "shares beyond": (Kind.PERCENT, [f"{n}%" for n in range(400)], False),
    "a share of many places": (Kind.PERCENT, [f"{n / 7:.12f}%" for n in range(400)], False),
    "numbers with a sign": (Kind.NUMBER, [str(n - 200) for n in range(400)], False),
    "numbers beyond": (Kind.NUMBER, [str(10**19 + n) for n in range(400)], False),
    "a range among them": (Kind.DATE, [*DAYS, "2026-01-01..2026-02-01"], False),
    "a state among them": (Kind.NUMBER, [*map(str, range(400)), "undetermined"], False),
    "a day that there is not": (Kind.DATE, [*DAYS, "2026-02-30"], False),
    "a word among them": (Kind.NUMBER, [*map(str, range(400)), "many"], False),
    "few": (Kind.NUMBER, [str(n) for n in range(40)], False),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_they_are_read_together_and_exactly(name: str) -> None:
    kind, texts, together = COLUMNS[name]
    units: Units = {}
    reader = ColumnReader("column", Type(kind), units, 0)
    cells = [*texts, None, *texts[::3], ""] if not together else [*texts, None, *texts[::3]]

    column, flaw = reader.read(pa.array(["column", *cells], pa.string()).dictionary_encode()[1:])

    assert isinstance(column, Plain if together else Coded)
    bad = set() if flaw is None else set(flaw.rows.tolist())
    for row, text in enumerate(cells):
        expected = fact_from_cell(text or "", Type(kind), units, bare_shares=False)
        if row not in bad:
            assert column.fact(row) == expected, text
