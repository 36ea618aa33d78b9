"""Missing facts as numbers, so that those of many rows are arrays."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray

from licet.decide.missing.trace import row_name
from licet.run.columnar.row_batch import Rows, World
from licet.run.columnar.sorted_unique import once

Key = tuple[str, str | None, str, str]  # type, id (None: of the row that is decided), fact, state


class Keys:
    """A block of numbers for each fact of a type and state: the first for the row that is decided, then one a row."""

    def __init__(self, world: World, streamed: str | None) -> None:
        """`streamed` is the entity whose rows are in no resident table."""
        self._world = world
        self._streamed = streamed
        self._starts: list[int] = []
        self._blocks: list[tuple[str, str, str]] = []  # type, fact, state
        self._first: dict[tuple[str, str, str], int] = {}
        self._end = 0
        self._others: dict[Key, int] = {}  # those that the reference named: -1, -2 and so on

    def own(self, type_: str, fact: str, state: str) -> int:
        """The number of a fact of the row that is decided."""
        block = type_, fact, state
        if block not in self._first:
            self._first[block] = self._end
            self._starts.append(self._end)
            self._blocks.append(block)
            self._end += 1 + (0 if type_ == self._streamed else self._world.table(type_).length)
        return self._first[block]

    def of(self, type_: str, rows: Rows, fact: str, state: str) -> Rows:
        """The numbers of a fact of resident rows."""
        return self.own(type_, fact, state) + 1 + rows

    def other(self, key: Key) -> int:
        return self._others.setdefault(key, -1 - len(self._others))

    def named(self, numbers: NDArray[np.int64]) -> list[Key]:
        others = list(self._others)
        return [self._named(k) if k >= 0 else others[-1 - k] for k in numbers.tolist()]

    def _named(self, number: int) -> Key:
        place = bisect_right(self._starts, number) - 1
        type_, fact, state = self._blocks[place]
        row = number - self._starts[place] - 1
        return type_, None if row < 0 else self._id(type_, row), fact, state

    def _id(self, type_: str, row: int) -> str:
        table = self._world.table(type_)
        if table.ids is not None:
            return table.id_list[row]
        return row_name(self._world.policy, type_, self._world.facts.relations[type_][row])


def different(numbers: Rows) -> tuple[Rows, Rows]:
    """`np.unique` with the inverse, without sorting where the numbers lie close together."""
    least, most = (int(numbers.min()), int(numbers.max())) if len(numbers) else (0, 0)
    if most - least > 4 * len(numbers):
        used, places = np.unique(numbers, return_inverse=True)
        return used, places
    present = np.zeros(most - least + 1, np.bool_)
    present[numbers - least] = True
    return np.flatnonzero(present) + least, (np.cumsum(present) - 1)[numbers - least]


def pairs_once(rows: Rows, numbers: Rows) -> tuple[Rows, Rows]:
    """Each pair once, in order."""
    least = int(numbers.min())
    size = int(numbers.max()) - least + 1
    found, offsets = np.divmod(once(rows * size + (numbers - least)), size)
    return found, offsets + least
