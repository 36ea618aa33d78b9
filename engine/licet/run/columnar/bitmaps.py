"""Bitmaps: one bit a row in words of 64, the first row lowest."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from licet.run.columnar.distinct_evaluation import Truths

Words = NDArray[np.uint64]
Bits = Words | np.uint64  # a constant stands for every row
ALL_BITS, NO_BITS = np.uint64(0xFFFFFFFFFFFFFFFF), np.uint64(0)
Pair = tuple[Bits, Bits]  # must and may
U, T = 1, 2


def packed(bits: NDArray[np.bool_] | NDArray[np.uint8]) -> Words:
    """Whether each is not zero. The last word is filled with zeros."""
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


@dataclass(frozen=True, slots=True, eq=False)
class LookedUp:
    """A truth for each code, and the code of each row."""

    codes: NDArray[Any]
    truths: Truths


class Lookups:
    """Atoms whose truth is looked up by the same codes, looked up together: four to a byte."""

    def __init__(self) -> None:
        self._by_codes: dict[int, tuple[NDArray[np.int64], list[tuple[int, Truths]]]] = {}

    def want(self, atom: int, codes: NDArray[np.int64], truths: Truths) -> None:
        self._by_codes.setdefault(id(codes), (codes, []))[1].append((atom, truths))

    def add_to(self, known: MutableMapping[int, Pair]) -> None:
        """The bitmaps of each atom that is wanted."""
        for codes, atoms in self._by_codes.values():
            varied = []
            for atom, truths in atoms:
                if len(truths) and truths.min() == truths.max():
                    known[atom] = pair_of(truths, None)
                else:
                    varied.append((atom, truths))
            for first in range(0, len(varied), 4):
                _look_up(codes, varied[first : first + 4], known)


def _look_up(codes: NDArray[np.int64], atoms: Sequence[tuple[int, Truths]], known: MutableMapping[int, Pair]) -> None:
    together = np.zeros(len(atoms[0][1]), np.uint8)
    for place, (_, truths) in enumerate(atoms):
        together |= truths << np.uint8(2 * place)  # U is 01, T is 10
    found = together[codes]
    for place, (atom, truths) in enumerate(atoms):
        must = packed(found & np.uint8(2 << 2 * place))
        vague = bool((truths == U).any())
        known[atom] = must, must | packed(found & np.uint8(1 << 2 * place)) if vague else must
