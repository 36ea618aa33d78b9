"""The values of a term for many rows at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from licet.run.columnar.distinct_evaluation import Truths
from licet.run.columnar.row_batch import Rows
from licet.run.reference.unknown_values import SetReading
from licet.values import Truth, Value

F = np.uint8(0)


@dataclass(slots=True)
class TermColumn:
    """For each value the truth that a row has it; `others` is the truth that it has values not listed."""

    values: dict[Value, Truths] = field(default_factory=dict)
    others: Truths | None = None

    def includes(self, value: Value) -> Truths | None:
        """None where it surely does not, anywhere."""
        found = self.values.get(value)
        if found is None or self.others is None:
            return self.others if found is None else found
        return np.maximum(found, self.others)

    def truths(self) -> Iterator[Truths]:
        """Those of each value, and of values not listed."""
        yield from self.values.values()
        if self.others is not None:
            yield self.others

    def reading(self, place: int) -> SetReading:
        members = {v: Truth(int(t[place])) for v, t in self.values.items() if t[place] != F}
        return SetReading(members, Truth.F if self.others is None else Truth(int(self.others[place])))

    def conclude(self, value: Value, truths: Truths) -> None:
        known = self.values.get(value)
        self.values[value] = truths if known is None else np.maximum(known, truths)

    def conclude_at(self, value: Value, rows: Rows, truths: Truths, length: int) -> None:
        """The same for some of `length` rows, each of which is named once."""
        known = self.values.get(value)
        own = np.zeros(length, np.uint8) if known is None else known.copy()
        own[rows] = np.maximum(own[rows], truths)
        self.values[value] = own

    def conclude_others_at(self, rows: Rows, truths: Truths, length: int) -> None:
        own = np.zeros(length, np.uint8) if self.others is None else self.others
        own[rows] = np.maximum(own[rows], truths)
        self.others = own

    def put(self, rows: Rows, found: TermColumn, length: int) -> NDArray[np.bool_]:
        """Takes over what was found for some of `length` rows: which of them say something else now."""
        changed = np.zeros(len(rows), np.bool_)
        for value in [*self.values, *(v for v in found.values if v not in self.values)]:
            self.values[value] = _put(self.values.get(value), rows, found.values.get(value), length, changed)
        if self.others is not None or found.others is not None:
            self.others = _put(self.others, rows, found.others, length, changed)
        return changed

    def put_one(self, row: int, found: SetReading, length: int) -> bool:
        """The same for one row."""
        changed = False
        for value in [*self.values, *(v for v in found.members if v not in self.values)]:
            truths = self.values.get(value)
            if truths is None:
                truths = self.values[value] = np.zeros(length, np.uint8)
            changed |= _put_one(truths, row, found.members.get(value, Truth.F))
        if self.others is None and found.others is not Truth.F:
            self.others = np.zeros(length, np.uint8)
        return changed if self.others is None else changed | _put_one(self.others, row, found.others)


def _put(before: Truths | None, rows: Rows, found: Truths | None, length: int, changed: NDArray[np.bool_]) -> Truths:
    truths = np.zeros(length, np.uint8) if before is None else before
    new = np.zeros(len(rows), np.uint8) if found is None else found
    changed |= truths[rows] != new
    truths[rows] = new
    return truths


def _put_one(truths: Truths, row: int, truth: Truth) -> bool:
    changed = bool(truths[row] != truth)
    truths[row] = int(truth)
    return changed
