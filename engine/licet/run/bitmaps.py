"""Bitmaps: one bit a row in words of 64, the first row lowest."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from licet.run.judge import Truths

Words = NDArray[np.uint64]
Bits = Words | np.uint64  # a constant stands for every row
ALL_BITS, NO_BITS = np.uint64(0xFFFFFFFFFFFFFFFF), np.uint64(0)
Pair = tuple[Bits, Bits]  # must and may
U, T = 1, 2


def packed(bits: NDArray[np.bool_]) -> Words:
    """The last word is filled with zeros."""
    inner = np.packbits(bits, bitorder="little")
    if len(bits) % 64 == 0:
        return inner.view(np.uint64)
    whole = np.zeros(-(-len(bits) // 64) * 8, np.uint8)
    whole[: len(inner)] = inner
    return whole.view(np.uint64)


def unpacked(bits: Any, length: int) -> NDArray[np.uint8]:
    """0 or 1 for each row."""
    if np.ndim(bits) == 0:
        return np.full(length, 1 if bits else 0, np.uint8)
    return np.unpackbits(bits.view(np.uint8), count=length, bitorder="little")


def pair_of(truths: Truths, number: NDArray[np.int64] | None) -> Pair:
    """Truths, or those that each row has by number, as two bitmaps; the same one where nothing is unknown."""
    least, most = (truths.min(), truths.max()) if len(truths) else (U, U)
    if least == most:
        return (ALL_BITS if least == T else NO_BITS), (ALL_BITS if least else NO_BITS)
    vague = bool((truths == U).any())
    if number is None:
        must = packed(truths == T)
        return must, packed(truths != 0) if vague else must
    found = truths[number]
    must = packed(found == T)
    return must, packed(found != 0) if vague else must


def pair_of_bounds(must: NDArray[np.bool_], may: NDArray[np.bool_]) -> Pair:
    """Two bounds as two bitmaps; the same one if they are."""
    sure = packed(must)
    return sure, sure if may is must else packed(may)
