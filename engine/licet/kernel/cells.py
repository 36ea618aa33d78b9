"""Cells as Arrow has them, read where they lie by the C library; whoever calls has another way where None comes back.

Texts that take more than 2 GiB have offsets of another width in Arrow, and are none of these.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from licet.kernel.library import ALL_LEVELS, loaded

_KINDS = {"int64": 0, "double": 0, "date32": 1, "decimal128": 2}  # how wide their numbers are


def codes_of(
    cells: pa.DictionaryArray, codes: NDArray[np.int32], none: int, level: int = ALL_LEVELS
) -> NDArray[np.int32] | None:
    """The code of each cell: of its entry in the dictionary, or that for none."""
    library, indices = loaded(), cells.indices
    if library is None or indices.type != pa.int32():
        return None
    found = np.empty(len(cells), np.int32)
    entries = np.ascontiguousarray(codes, np.int32)
    validity, values = indices.buffers()
    given = (_address(values), _address(validity), indices.offset, len(cells))
    refused = library.licet_codes(*given, entries.ctypes.data, len(entries), none, found.ctypes.data, level)
    return None if refused else found


def truths_of(
    cells: pa.BooleanArray, no: int, yes: int, none: int, level: int = ALL_LEVELS
) -> NDArray[np.int32] | None:
    """One of three codes for each cell."""
    library = loaded()
    if library is None:
        return None
    found = np.empty(len(cells), np.int32)
    validity, values = cells.buffers()
    if len(cells):
        given = (_address(values), _address(validity), cells.offset, len(cells))
        library.licet_truths(*given, no, yes, none, found.ctypes.data, level)
    return found


def numbers_of(cells: pa.Array, level: int = ALL_LEVELS) -> tuple[NDArray[Any], NDArray[np.uint8]] | None:
    """The stored numbers, 0 where there are none, and the state *absent* there; decimals without their point."""
    library, kind = loaded(), cells.type
    name = "decimal128" if pa.types.is_decimal128(kind) else str(kind).removesuffix("[day]")
    if library is None or name not in _KINDS:
        return None
    validity, values = cells.buffers()
    found, states = np.empty(len(cells), np.int64), np.empty(len(cells), np.uint8)
    given = (_address(values), _address(validity), cells.offset, len(cells), _KINDS[name])
    if library.licet_numbers(*given, found.ctypes.data, states.ctypes.data, level):
        return None
    return found.view(np.float64) if name == "double" else found, states


def are_plain(texts: pa.Array) -> bool:
    """Whether no text is missing, empty, or has anything but visible ASCII, and blanks between; False if not known."""
    library = loaded()
    if library is None or texts.type != pa.string() or texts.null_count:
        return False
    return bool(library.licet_plain_texts(*_texts(texts)))


def are_rising(texts: pa.StringArray, last: str) -> bool | None:
    """Whether each text comes after the one before it, shorter ones first, and the first one after `last`."""
    library = loaded()
    if library is None or texts.null_count:
        return None
    before = last.encode()
    return bool(library.licet_rising(*_texts(texts), before, len(before)))


def _texts(texts: pa.StringArray) -> tuple[int, int, int]:
    _, offsets, content = texts.buffers()
    return _address(offsets) + 4 * texts.offset if len(texts) else 0, _address(content), len(texts)


def _address(buffer: pa.Buffer | None) -> int:
    """That of memory which its array keeps; the array outlives the call."""
    return 0 if buffer is None else buffer.address
