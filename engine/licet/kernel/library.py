"""The C library from Python, through ctypes: a call lets other threads run while it decides.

`LICET_KERNEL=0` leaves it alone; a library that was built from another source than lies beside it is left alone, too.
"""

from __future__ import annotations

import ctypes
import os
import sys
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from licet.kernel.build import library_file, source_fingerprint

# As in kernel.c. A pointer is a number here; who makes one keeps what it points to (`Held`).
SOURCE = np.dtype(
    [(name, np.uint64) for name in ("values", "states", "bounds", "table", "registers", "entries")]
    + [(name, np.uint32) for name in ("kind", "width", "bits", "bound_count")]
)
OPERATION = np.dtype([(name, np.uint32) for name in ("what", "to", "a", "b")])
CALL = np.dtype(
    [("rows", np.uint64)]
    + [(name, np.uint64) for name in ("sources", "operations", "registers", "results", "counts", "stride")]
    + [(name, np.uint32) for name in ("source_count", "operation_count", "register_count", "result_count")]
)
STEP = np.dtype([(name, np.uint16) for name in ("to", "a", "b")] + [("turns", np.uint8), ("unused", np.uint8)])
ONE_CASE = np.dtype(
    [("steps", np.uint64), ("registers", np.uint64)]
    + [(name, np.uint32) for name in ("step_count", "input_count", "register_count", "result_count")]
)
CODES8, CODES32, INTEGERS, FLOATS, BITMAP = range(5)
AND, OR, AND_NOT, OR_NOT, NOT, COPY, OUT, OUT_NOT = range(8)
NONE, ALL = 0, 1  # the registers that hold no bit, and all
REGISTER_WORDS = 64
MOST_BITS = 64  # of one source
MOST_BOUNDS = 250
ALL_LEVELS = 2  # of what a processor can do


class KernelRefusedError(Exception):
    """A call that the library cannot do: a fault of whoever made it."""


class Held:
    """Arrays whose addresses are given away, as long as it lives itself."""

    def __init__(self) -> None:
        self._kept: list[NDArray[Any]] = []

    def address(self, array: NDArray[Any]) -> int:
        if not array.flags.c_contiguous:
            array = np.ascontiguousarray(array)
        self._kept.append(array)
        found: int = array.__array_interface__["data"][0]
        return found


def decide(
    rows: int,
    sources: NDArray[Any],
    operations: NDArray[Any],
    registers: int,
    results: NDArray[np.uint64],
    level: int = ALL_LEVELS,
) -> NDArray[np.uint64]:
    """Fills `results`, a bitmap of each, and gives how many bits each has. `sources` and `operations` are of `SOURCE`
    and `OPERATION`. Errors: `KernelRefusedError`.
    """
    library = loaded()
    assert library is not None
    held = Held()
    counts = np.zeros(len(results), np.uint64)
    call = np.zeros(1, CALL)
    call["rows"] = rows
    call["sources"], call["source_count"] = held.address(sources), len(sources)
    call["operations"], call["operation_count"] = held.address(operations), len(operations)
    call["registers"], call["register_count"] = held.address(_registers(registers)), registers
    assert results.flags.c_contiguous
    call["results"], call["result_count"] = held.address(results), len(results)
    call["stride"] = results.shape[1]
    call["counts"] = held.address(counts)
    if library.licet_decide(held.address(call), level):
        raise KernelRefusedError
    return counts


class OneCase:
    """A program for one case after the other. Errors: `KernelRefusedError` where the library cannot do it."""

    def __init__(self, steps: NDArray[Any], inputs: NDArray[np.uint16], registers: int, results: int) -> None:
        """`steps` are of `STEP`, `inputs` the register of each input; the last registers are the results."""
        library = loaded()
        if library is None:
            raise KernelRefusedError
        self._held = Held()
        made = np.zeros(1, ONE_CASE)
        made["steps"], made["step_count"] = self._held.address(steps), len(steps)
        made["registers"], made["input_count"] = self._held.address(inputs), len(inputs)
        made["register_count"], made["result_count"] = registers, results
        self._address = self._held.address(made)
        self._run = library.licet_one
        if not library.licet_fits_one(self._address):
            raise KernelRefusedError

    def __call__(self, inputs: bytes) -> int:
        """The results, the first one lowest, of inputs that are 0 or 1 each."""
        found: int = self._run(self._address, inputs, len(inputs))
        if found >> 63:  # so many inputs it does not have
            raise KernelRefusedError
        return found


def _registers(number: int) -> NDArray[np.uint64]:
    """Memory at the beginning of a line of the cache."""
    words = np.empty(number * REGISTER_WORDS + 8, np.uint64)
    first = -(words.__array_interface__["data"][0] // 8) % 8
    return words[first : first + number * REGISTER_WORDS]


@cache
def loaded() -> Any | None:
    """The library; None where it is not there, not wanted or not of this source, or bytes are stored otherwise."""
    if os.environ.get("LICET_KERNEL") == "0" or sys.byteorder != "little":
        return None
    try:
        library = ctypes.CDLL(str(library_file()))
        library.licet_source.restype = ctypes.c_char_p
        if library.licet_source() != source_fingerprint().encode():
            return None
    except (OSError, AttributeError):
        return None
    pointer, number, short, whole = ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint32, ctypes.c_int32
    for name, arguments, found in (
        ("licet_decide", [pointer, short], ctypes.c_int),
        ("licet_fits_one", [pointer], ctypes.c_int),
        ("licet_one", [pointer, ctypes.c_char_p, number], number),
        ("licet_codes", [pointer, pointer, number, number, pointer, number, whole, pointer, short], ctypes.c_int),
        ("licet_numbers", [pointer, pointer, number, number, short, pointer, pointer, short], ctypes.c_int),
        ("licet_truths", [pointer, pointer, number, number, whole, whole, whole, pointer, short], None),
        ("licet_plain_texts", [pointer, pointer, number], ctypes.c_int),
        ("licet_lists", [pointer, short, number, pointer, pointer], ctypes.c_int),
        (
            "licet_records",
            [pointer, number, pointer, short, pointer, pointer, number, pointer, pointer],
            ctypes.c_int64,
        ),
        ("licet_texts_length", [pointer, number, pointer], number),
        ("licet_texts", [pointer, pointer, number, pointer, pointer, pointer], None),
        ("licet_rising", [pointer, pointer, number, ctypes.c_char_p, number], ctypes.c_int),
    ):
        function = getattr(library, name)
        function.argtypes, function.restype = arguments, found
    return library
