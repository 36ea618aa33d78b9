"""The different numbers of an array, each once and in order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def once(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sorted; `np.unique` without further outputs hashes from numpy 2.3 on, which takes many times as long."""
    ordered = np.sort(numbers)
    new = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return ordered[new]
