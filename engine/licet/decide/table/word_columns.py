"""Columns of words from codes and truths of rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from licet.decide.table.result_table import TEXTS, WORD


def words(codes: NDArray[Any], values: Sequence[str]) -> pa.Array:
    """A column of words by their places. Errors: `IndexError` for a place that no word has."""
    if len(codes) and not 0 <= int(codes.min()) <= int(codes.max()) < len(values):
        raise IndexError(f"no word has the place {codes.min()} or {codes.max()}")
    places = pa.array(codes.astype(np.int32))
    return pa.DictionaryArray.from_arrays(places, pa.array(values, pa.string()), safe=False).cast(WORD)


def lists_of(given: Sequence[NDArray[np.bool_]], values: Sequence[str], type_: pa.DataType, length: int) -> pa.Array:
    """For each row the values that are given there, in their order."""
    offsets = np.zeros(length + 1, np.int32)
    flags = np.zeros((length, len(given)), np.bool_)
    for i, rows in enumerate(given):
        flags[:, i] = rows
        offsets[1:] += rows
    np.cumsum(offsets, out=offsets)
    places = np.flatnonzero(flags) % max(len(given), 1)
    members = words(places, values)
    if type_ == TEXTS:
        members = members.dictionary_decode()
    return pa.ListArray.from_arrays(pa.array(offsets), members)
