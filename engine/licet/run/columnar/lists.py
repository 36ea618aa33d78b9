"""Lists of numbers, one for each of many places, in two arrays."""

from __future__ import annotations

import numpy as np

from licet.run.columnar.row_batch import Rows


class Lists:
    """For each of so many places a list of numbers."""

    def __init__(self, places: Rows, values: Rows, count: int) -> None:
        self._values = values[np.argsort(places, kind="stable")]
        self._lengths = np.bincount(places, minlength=count)
        self._starts = np.cumsum(self._lengths) - self._lengths

    def at(self, places: Rows) -> tuple[Rows, Rows]:
        """The lists of some places one after the other: where in `places` each number belongs, and the numbers."""
        lengths = self._lengths[places]
        belongs = np.repeat(np.arange(len(places)), lengths)
        offsets = np.arange(len(belongs)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return belongs, self._values[self._starts[places][belongs] + offsets]


def joined(parts: list[tuple[Rows, Rows]]) -> tuple[Rows, Rows]:
    """Pairs in one piece."""
    if not parts:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    return np.concatenate([rows for rows, _ in parts]), np.concatenate([values for _, values in parts])
