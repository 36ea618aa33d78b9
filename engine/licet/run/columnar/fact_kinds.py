"""What sort of fact each one in a long list is, for joins and comparisons over codes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from licet.values import State

WORD, VALUE, NOTHING, UNKNOWN, VAGUE = range(5)  # text or an id; another plain value; none; a state; ranges and sets


class _Kinds(dict[object, int]):
    def __missing__(self, key: object) -> int:
        return VAGUE


_OF_TYPE = _Kinds({str: WORD, bool: VALUE, int: VALUE, Fraction: VALUE, date: VALUE, State: UNKNOWN})


def kinds(facts: Sequence[object]) -> NDArray[np.uint8]:
    """One of the kinds for each fact. There may be as many facts as a table has rows, so each is touched only once."""
    found = np.fromiter(map(_OF_TYPE.__getitem__, map(type, facts)), np.uint8, len(facts))
    for i in np.flatnonzero(found == UNKNOWN).tolist():
        if facts[i] is State.NOT_APPLICABLE:
            found[i] = NOTHING
    return found
