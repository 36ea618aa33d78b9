"""Which rows of a relation need an exact look: columns show at a glance that the others break no key and no bound."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from licet.facts.concatenate import absent, as_coded
from licet.facts.tables import Column, Plain, Table
from licet.ir import policy as ir
from licet.values import Fact, Range, State

_SLACK = 1e-6  # of sums in binary numbers, far more than they can be wrong


def rows_in_doubt(relation: ir.Relation, table: Table) -> NDArray[np.int64]:
    """The rows whose key may stand twice, or whose sum may be above a bound; every row they depend on is among them."""
    doubtful = np.zeros(table.length, np.bool_)
    if relation.key:
        doubtful |= _shared(_keys(table, relation.key))
    for bound in relation.bounds:
        per = _keys(table, (bound.per,))
        sums = np.bincount(per, _lows(_column(table, bound.summed)), minlength=1) if table.length else np.zeros(1)
        doubtful |= (sums > float(bound.limit) - _SLACK)[per]
    return np.flatnonzero(doubtful)


def _column(table: Table, name: str) -> Column:
    return table.columns.get(name) or absent(table.length)


def _keys(table: Table, names: tuple[str, ...]) -> NDArray[np.int64]:
    """A number for each row, the same for rows with the same facts in some columns."""
    keys = np.zeros(table.length, np.int64)
    for name in names:
        coded = as_coded(_column(table, name))
        _, keys = np.unique(keys * max(len(coded.facts), 1) + coded.codes, return_inverse=True)
    return keys


def _shared(keys: NDArray[np.int64]) -> NDArray[np.bool_]:
    return np.asarray(np.bincount(keys, minlength=1)[keys] > 1, np.bool_)


def _lows(column: Column) -> NDArray[np.float64]:
    """The least that each number can be; nothing where none is known."""
    if isinstance(column, Plain):
        return np.where(column.states == 0, column.values / 10**column.scale, 0.0)
    return np.fromiter(map(_low, column.facts), np.float64, len(column.facts))[column.codes]


def _low(fact: Fact) -> float:
    low = fact.low if isinstance(fact, Range) else fact
    return 0.0 if isinstance(low, State) or not isinstance(low, int | Fraction) else float(low)
