"""The bit program done by the C library: atoms go there as codes and numbers, as they lie in their columns.

An atom that is a function of one column is a truth for each code, or for each rank of a number among the bounds that
conditions compare it with. These truths become the tables that the library looks up in; they are made once, and again
only where a batch comes with other facts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from licet.facts.tables import Plain
from licet.kernel import library
from licet.kernel.library import ALL, BITMAP, CODES32, COPY, FLOATS, INTEGERS, MOST_BITS, MOST_BOUNDS, NONE, OPERATION
from licet.kernel.library import OR as EITHER
from licet.plan.bits import Program
from licet.plan.registers import RegisterProgram
from licet.run.columnar.bitmaps import ALL_BITS, NO_BITS, Bits, LookedUp
from licet.run.columnar.flat_comparisons import AgainstBounds, Bools
from licet.run.columnar.formulas import Source

LEAST_ROWS = 2048  # with fewer, to set up a call costs more than it brings
_MOST_SHAPES = 16  # that are remembered of a program
_SAME = {True: ALL, False: NONE}
Words = NDArray[np.uint64]


def serves(rows: int) -> bool:
    """Whether the library decides so many rows: if it is there, and they are worth it."""
    return rows >= LEAST_ROWS and library.loaded() is not None


def run(program: Program, sources: Sequence[Source], rows: int) -> tuple[Sequence[Bits], Sequence[int]]:
    """The bits wanted for the atoms and lives of a program, in this order, and in how many rows each is set."""
    inputs = _Inputs(sources)
    shape = _shape(program, inputs)
    registers = program.registers
    results = np.empty((registers.written, -(-rows // 64)), np.uint64)
    held, filled = library.Held(), shape.sources.copy()
    if len(filled):
        addresses = np.array([held.address(array) for array in inputs.arrays], np.uint64)
        states = np.array([0 if array is None else held.address(array) for array in inputs.states], np.uint64)
        filled["values"], filled["states"] = addresses[shape.places], states[shape.places]
    counts = library.decide(rows, filled, shape.operations, shape.registers, results).tolist()
    found: list[Bits] = [
        (ALL_BITS if place else NO_BITS) if isinstance(place, bool) else results[place] for place in registers.results
    ]
    number = [place * rows if isinstance(place, bool) else counts[place] for place in registers.results]
    return found, number


class _Inputs:
    """The arrays that atoms read, each once, and what tells their tables apart from those of another batch."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self.sources = sources
        self.arrays: list[NDArray[Any]] = []
        self.states: list[NDArray[np.uint8] | None] = []
        self.places: list[int | tuple[int, int]] = []  # of what each source reads
        self.key: list[Any] = []
        self._known: dict[int, int] = {}
        for source in sources:
            self._add(source)

    def _add(self, source: Source) -> None:
        if isinstance(source, LookedUp):
            codes = source.codes
            place = self._place(codes, lambda: codes if codes.dtype == np.int32 else codes.astype(np.int32))
            self.key += (place, id(source.truths))
            self.places.append(place)
        elif isinstance(source, AgainstBounds):
            column = source.column
            place = self._place(column, lambda: column.values, column)
            self.key += (place, column.values.dtype.char, column.scale, column.days)
            self.places.append(place)
        else:
            must, may = source
            both = self._bits(must), self._bits(may)
            self.key += both
            self.places.append(both)

    def _bits(self, bits: Bits) -> int:
        """The place of a bitmap, or what is the same for all rows, below zero."""
        return self._place(bits, lambda: bits) if isinstance(bits, np.ndarray) else -1 if bits else -2

    def _place(self, thing: object, array: Callable[[], NDArray[Any]], column: Plain | None = None) -> int:
        if id(thing) not in self._known:
            self._known[id(thing)] = len(self.arrays)
            own = array()
            self.arrays.append(own if own.flags.c_contiguous else np.ascontiguousarray(own))
            states = None if column is None or not column.states.any() else np.ascontiguousarray(column.states)
            self.states.append(states)
        return self._known[id(thing)]


@dataclass(frozen=True, slots=True, eq=False)
class _Shape:
    """A call but for the addresses of columns. `places` has the array that each source of the call reads; `kept` is
    what the call points to, and the truths by whose identity it is found again.
    """

    sources: NDArray[Any]
    places: NDArray[np.int64]
    operations: NDArray[Any]
    registers: int
    kept: Sequence[object]


_SHAPES: WeakKeyDictionary[Program, dict[tuple[Any, ...], _Shape]] = WeakKeyDictionary()
_SHAPING = Lock()


def _shape(program: Program, inputs: _Inputs) -> _Shape:
    key = tuple(inputs.key)
    with _SHAPING:
        shapes = _SHAPES.setdefault(program, {})
        found = shapes.get(key)
        if found is None:
            if len(shapes) >= _MOST_SHAPES:
                shapes.clear()
            found = shapes[key] = _Shaper(program.registers, inputs).shape()
    return found


@dataclass(slots=True)
class _Shaper:
    """Writes the sources of a call, and the operations that make the inputs of a program of their bits."""

    program: RegisterProgram
    inputs: _Inputs
    _rows: list[tuple[Any, ...]] = field(default_factory=list)  # of `library.SOURCE`, without addresses of columns
    _places: list[int] = field(default_factory=list)
    _made: list[tuple[int, int, int, int]] = field(default_factory=list)
    _kept: list[object] = field(default_factory=list)
    _registers: int = 0
    _held: library.Held = field(default_factory=library.Held)

    def shape(self) -> _Shape:
        self._registers = self.program.registers
        tables: dict[int, list[tuple[int, NDArray[np.uint8]]]] = {}  # by array: atoms, and their truths by code
        numbers: dict[int, list[tuple[int, AgainstBounds]]] = {}
        for atom, (source, place) in enumerate(zip(self.inputs.sources, self.inputs.places, strict=True)):
            if isinstance(place, tuple):
                for end, bits in enumerate(place):
                    self._bitmap(self.program.inputs[2 * atom + end], bits)
            elif isinstance(source, LookedUp):
                self._kept.append(source.truths)
                tables.setdefault(place, []).append((atom, source.truths))
            elif isinstance(source, AgainstBounds):
                numbers.setdefault(place, []).append((atom, source))
        for place, atoms in tables.items():
            self._table(place, atoms, CODES32, np.zeros(0, np.int64))
        for place, ranked in numbers.items():
            for some in _pieces(ranked, MOST_BOUNDS // 2):
                self._numbers(place, some)
        sources = np.array(self._rows, library.SOURCE)
        glue = np.array(self._made, np.uint32).reshape(-1, 4).view(OPERATION)[:, 0]
        operations = np.concatenate([glue, self.program.operations])
        places = np.array(self._places, np.int64)
        return _Shape(sources, places, operations, self._registers, [*self._kept, self._held])

    def _bitmap(self, register: int, bits: int) -> None:
        if register < 0:
            return
        if bits < 0:
            self._made.append((COPY, register, ALL if bits == -1 else NONE, NONE))
        else:
            self._source(bits, BITMAP, np.zeros(0, np.uint8), 0, [register], np.zeros(0, np.int64))

    def _numbers(self, place: int, atoms: Sequence[tuple[int, AgainstBounds]]) -> None:
        """The truths of comparisons for each rank among all their bounds, then for each state."""
        column = atoms[0][1].column
        bounds = sorted({bound for _, ranked in atoms for bound in ranked.bounds if bound is not None})
        ranks = np.arange(len(bounds) + 1)
        places = {bound: rank for rank, bound in enumerate(bounds, 1)}

        def reaches(bound: float | None) -> Bools:
            return np.zeros(len(ranks), np.bool_) if bound is None else ranks >= places[bound]

        truths = []
        for atom, ranked in atoms:
            holds = 2 * ranked.of_ranks(reaches).astype(np.uint8)
            truths.append((atom, np.concatenate([holds, np.array(ranked.of_states(), np.uint8)])))
        kind = column.values.dtype
        self._table(place, truths, FLOATS if kind.kind == "f" else INTEGERS, np.array(bounds, kind))

    def _table(
        self, place: int, atoms: Sequence[tuple[int, NDArray[np.uint8]]], kind: int, bounds: NDArray[Any]
    ) -> None:
        """A bit for each different pattern of answers to the codes; *may* is *must* or what is unknown."""
        wanted: dict[bytes, tuple[NDArray[np.bool_], int]] = {}  # by the pattern: itself, and its register

        def bit(pattern: NDArray[np.bool_], register: int | None) -> int:
            """The register of a pattern: the one given, if it is new."""
            if not pattern.any() or pattern.all():
                return _SAME[bool(len(pattern)) and bool(pattern.all())]
            key = pattern.tobytes()
            if key not in wanted:
                if register is None:
                    register, self._registers = self._registers, self._registers + 1
                wanted[key] = pattern, register
            return wanted[key][1]

        for atom, truths in atoms:
            must, may = self.program.inputs[2 * atom : 2 * atom + 2]
            sure, possible = truths == 2, truths != 0
            if must >= 0:
                self._copied(bit(sure, must), must)
            if may >= 0 and must >= 0:
                unknown = bit(truths == 1, None)
                self._made.append((EITHER, may, must, unknown))
            elif may >= 0:
                self._copied(bit(possible, may), may)
        for some in _pieces(list(wanted.values()), MOST_BITS):
            width = next(w for w in (8, 16, 32, 64) if w >= len(some))
            table = np.zeros(len(some[0][0]), f"u{width // 8}")
            for place_of, (pattern, _) in enumerate(some):
                table |= pattern.astype(table.dtype) << table.dtype.type(place_of)
            self._source(place, kind, table, width, [register for _, register in some], bounds)

    def _copied(self, found: int, register: int) -> None:
        if found != register:
            self._made.append((COPY, register, found, NONE))

    def _source(
        self, place: int, kind: int, table: NDArray[Any], width: int, registers: Sequence[int], bounds: NDArray[Any]
    ) -> None:
        address = self._held.address
        named = np.array(registers, np.uint32)
        addresses = (address(bounds), address(table), address(named), len(table))
        self._rows.append((0, 0, *addresses, kind, width, len(registers), len(bounds)))
        self._places.append(place)


def _pieces(things: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(things), size):
        yield things[start : start + size]
