"""Random calls of the C library, each beside the same in numpy: run by tests here, and in a process with sanitizers.

python -m tests.run.kernel_cases LIBRARY NUMBER
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from licet.kernel import library
from licet.kernel.library import ALL, BITMAP, CODES8, CODES32, FLOATS, INTEGERS, NONE, OPERATION, OUT, OUT_NOT, SOURCE
from licet.run.columnar.bitmaps import packed
from tests.run import kernel_cell_cases

ROWS = (0, 1, 63, 64, 65, 511, 512, 513, 4095, 4096, 4097, 9001)
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Case:
    """`arrays` keeps what the sources point to; `bits` says what each register holds after the sources."""

    rows: int
    sources: NDArray[Any]
    operations: NDArray[Any]
    registers: int
    results: int
    arrays: library.Held
    expected: list[Bools]


def drawn(random: np.random.Generator) -> Case:
    rows = int(random.choice(ROWS))
    held = library.Held()
    bits: dict[int, Bools] = {NONE: np.zeros(rows, np.bool_), ALL: np.ones(rows, np.bool_)}
    sources = []
    for _ in range(random.integers(1, 5)):
        sources.append(_source(random, rows, held, bits))
    operations: list[tuple[int, int, int, int]] = []
    expected: list[Bools] = []
    registers = len(bits) + 3
    for number in range(len(bits), registers):
        bits[number] = np.zeros(rows, np.bool_)
        operations.append((library.COPY, number, NONE, NONE))
    for _ in range(random.integers(1, 40)):
        _operate(random, bits, operations, expected, registers)
    return Case(
        rows,
        np.array(sources, SOURCE),
        np.array(operations, np.uint32).reshape(-1, 4).view(OPERATION)[:, 0],
        registers,
        len(expected),
        held,
        expected,
    )


def _source(random: np.random.Generator, rows: int, held: library.Held, bits: dict[int, Bools]) -> tuple[Any, ...]:
    kind = int(random.choice([CODES8, CODES32, INTEGERS, FLOATS, BITMAP]))
    if kind == BITMAP:
        known = random.random(rows) > 0.5
        register = len(bits)
        bits[register] = known
        named = held.address(np.array([register], np.uint32))
        return (held.address(packed(known)), 0, 0, 0, named, 0, kind, 0, 1, 0)
    width = int(random.choice([8, 16, 32, 64]))
    wanted = int(random.integers(1, width + 1))
    states = np.zeros(rows, np.uint8)
    bounds: NDArray[Any] = np.zeros(0, np.int64)
    if kind in (CODES8, CODES32):
        entries = int(random.integers(1, 250))
        codes = random.integers(0, entries + (random.random() < 0.2), rows)  # a code without an entry, now and then
        values: NDArray[Any] = codes.astype(np.uint8 if kind == CODES8 else np.int32)
    else:
        numbers = np.array([-(1 << 63), -5, -1, 0, 1, 7, (1 << 63) - 1]) if kind == INTEGERS else _FLOATS
        bounds = np.sort(random.choice(numbers, int(random.integers(0, len(numbers) + 1)), replace=False))
        values = random.choice(numbers, rows)
        states = random.integers(0, 4, rows).astype(np.uint8) * (random.random() < 0.7)
        ranks = (values[:, None] >= bounds[None, :]).sum(axis=1)
        codes = np.where(states != 0, len(bounds) + states, ranks)
        entries = len(bounds) + 4
    table = random.integers(0, (1 << 64) - 1, entries, dtype=np.uint64, endpoint=True).astype(f"u{width // 8}")
    answers = np.append(table, table.dtype.type(0))[np.minimum(codes, entries)]
    registers = list(range(len(bits), len(bits) + wanted))
    for bit, register in enumerate(registers):
        bits[register] = (answers >> table.dtype.type(bit)) & table.dtype.type(1) != 0
    addresses = (held.address(values), held.address(states) if states.any() else 0, held.address(bounds))
    named = held.address(np.array(registers, np.uint32))
    return (*addresses, held.address(table), named, entries, kind, width, wanted, len(bounds))


_FLOATS = np.array([-1e300, -0.5, -0.0, 0.1, 0.3, 1e26, 1.7e308])


def _operate(
    random: np.random.Generator,
    bits: dict[int, Bools],
    operations: list[tuple[int, int, int, int]],
    expected: list[Bools],
    registers: int,
) -> None:
    what = int(random.integers(0, 8))
    a, b = (int(n) for n in random.integers(0, registers, 2))
    x, y = bits[a], bits[b]
    if what in (OUT, OUT_NOT):
        operations.append((what, len(expected), a, b))
        expected.append(~x if what == OUT_NOT else x)
        return
    to = int(random.integers(2, registers))
    operations.append((what, to, a, b))
    bits[to] = (x & y, x | y, x & ~y, x | ~y, ~x, x)[what]


def differences(case: Case) -> Iterator[str]:
    """What the library says otherwise than numpy, at each level of what a processor can do."""
    for level in range(library.ALL_LEVELS + 1):
        results = np.full((case.results, -(-case.rows // 64)), 0xAA, np.uint64)
        counts = library.decide(case.rows, case.sources, case.operations, case.registers, results, level)
        for number, expected in enumerate(case.expected):
            if not np.array_equal(results[number], packed(expected)):
                yield f"level {level}, {case.rows} rows: result {number} differs"
            if counts[number] != expected.sum():
                yield f"level {level}, {case.rows} rows: {counts[number]} instead of {expected.sum()} in {number}"


def look(number: int, seed: int = 0) -> list[str]:
    """The differences of so many cases."""
    random = np.random.default_rng(seed)
    return [found for _ in range(number) for found in differences(drawn(random))]


if __name__ == "__main__":
    library.library_file = lambda: Path(sys.argv[1])  # type: ignore[attr-defined]
    library.loaded.cache_clear()
    assert library.loaded() is not None, "it could not be loaded"
    found = [*look(int(sys.argv[2])), *kernel_cell_cases.look(int(sys.argv[2]))]
    print("\n".join(found) or "no differences")
    sys.exit(bool(found))
