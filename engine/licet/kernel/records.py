"""Lines that hold a record of JSON each, cut into columns of texts by the C library."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from licet.kernel.library import loaded

MARK = "\0"  # before JSON that is not written plainly; no text of JSON holds it as it is
_MOST_KEYS = 512
_MOST_PLACES = 1 << 28


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """`columns[j][i]` is what stands at `names[j]` in record i, which is line `lines[i]`; the first line is 0.

    Numbers and truths are texts as they are written, null is none. What begins with `MARK` is JSON that is still to be
    read: a list, a mapping, a text with an escape in it. `marked` says in which columns there is such.
    """

    names: tuple[str, ...]
    lines: NDArray[np.int64]
    columns: tuple[pa.StringArray, ...]
    marked: tuple[bool, ...]


def records_of(text: bytes) -> Records | None:
    """None without the library, or where a line is not written plainly: not all of it is UTF-8, a line is no record,
    a key stands twice in one or has an escape in it, or there are too many keys.
    """
    if loaded() is None or not _is_utf8(text):
        return None
    return cut(np.frombuffer(text, np.uint8), text.count(b"\n") + 1)


def cut(text: NDArray[np.uint8], rows: int) -> Records | None:
    """The same of UTF-8 of so many lines at most."""
    library = loaded()
    assert library is not None
    most = min(_MOST_KEYS, _MOST_PLACES // rows)
    keys, seen, count = np.zeros((most, 2), np.uint32), np.zeros(most, np.uint32), np.zeros(1, np.uint32)
    cells, lines = np.zeros((most, rows, 2), np.uint32), np.zeros(rows, np.int64)
    filled = [array.ctypes.data for array in (keys, count, cells, lines, seen)]
    given = (text.ctypes.data, len(text), filled[0], most, filled[1], filled[2], rows, *filled[3:])
    found = library.licet_records(*given)
    if found < 0:
        return None
    names = tuple(bytes(text[start : start + length]).decode() for start, length in keys[: count[0]].tolist())
    columns = [_texts(text, column[:found]) for column in cells[: count[0]]]
    return Records(names, lines[:found], tuple(c for c, _ in columns), tuple(is_marked for _, is_marked in columns))


def _texts(text: NDArray[np.uint8], cells: NDArray[np.uint32]) -> tuple[pa.StringArray, bool]:
    """The texts that stand at some places, and whether one of them has a mark."""
    library, rows = loaded(), len(cells)
    assert library is not None
    marks = np.zeros(1, np.uint32)
    length = library.licet_texts_length(cells.ctypes.data, rows, marks.ctypes.data)
    offsets, content = np.empty(rows + 1, np.int32), np.empty(length, np.uint8)
    given = np.zeros(-(-rows // 8), np.uint8)
    filled = [array.ctypes.data for array in (offsets, content, given)]
    library.licet_texts(text.ctypes.data, cells.ctypes.data, rows, *filled)
    buffers = [pa.py_buffer(part) for part in (given, offsets, content)]
    return pa.Array.from_buffers(pa.string(), rows, buffers), bool(marks[0])


def _is_utf8(text: bytes) -> bool:
    if text.isascii():
        return True
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True
