"""Lists of each row, made by the C library from bitmaps over the rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from licet.kernel.library import Held, loaded

Places = tuple[NDArray[np.int32], NDArray[np.int32]]


def places_of(bitmaps: Sequence[NDArray[np.uint64] | None], rows: int) -> Places | None:
    """For each row which of the bitmaps have its bit: where its list begins, and all lists. One that is None has all.

    None where the library is not there, or lists have more than 2^31 members.
    """
    library = loaded()
    if library is None:
        return None
    held = Held()
    addresses = np.array([0 if bits is None else held.address(bits) for bits in bitmaps], np.uint64)
    ends = np.zeros(rows + 1, np.int32)
    given = (held.address(addresses), len(bitmaps), rows, held.address(ends))
    if library.licet_lists(*given, None):
        return None
    places = np.empty(int(ends[-1]), np.int32)
    library.licet_lists(*given, held.address(places))
    return ends, places
