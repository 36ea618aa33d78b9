"""The bit program as operations on registers, each of which holds a bitmap: what `licet.kernel` does.

The lines of `plan/bits.py` have any number of operands; here each operation has two, an inversion is part of the
operation that reads it, and a register is used again once nobody reads it any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from licet.kernel.library import (
    ALL,
    AND,
    AND_NOT,
    COPY,
    NONE,
    NOT,
    OPERATION,
    OR,
    OR_NOT,
    OUT,
    OUT_NOT,
    STEP,
    OneCase,
    loaded,
)

ZERO, ONES = "0", "M"
Line = tuple[str, str, tuple[str, ...]]  # a name, the expression it stands for, and the names in that
Value = tuple[int, bool]  # the number of a bitmap, and whether it is meant inverted
_CONSTANTS = {ZERO: (NONE, False), ONES: (NONE, True)}


@dataclass(frozen=True, slots=True, eq=False)
class RegisterProgram:
    """`inputs` has the register of each input; -1 where nobody reads it. `results` has the place of each bit that is
    wanted among those that are written; None and whether it is set where it is the same for all rows.
    """

    registers: int
    inputs: tuple[int, ...]
    operations: NDArray[Any]
    written: int
    results: tuple[int | bool, ...]  # an `int` is a place, a `bool` the same for all rows


def registered(inputs: Sequence[str], lines: Sequence[Line], results: Sequence[str]) -> RegisterProgram:
    """The operations for the lines of a program."""
    writer = _Writer(inputs)
    for name, expression, used in lines:
        writer.line(name, expression.split(" ", 2)[1], used)
    return writer.program(results)


class _Writer:
    """Bitmaps are numbered: none, all, the inputs, then one for each operation."""

    def __init__(self, inputs: Sequence[str]) -> None:
        self._inputs = inputs
        self._values: dict[str, Value] = {**_CONSTANTS, **{name: (i, False) for i, name in enumerate(inputs, 2)}}
        self._operations: list[tuple[int, int, int]] = []  # what, and two bitmaps
        self._known: dict[tuple[int, int, int], int] = {}

    def line(self, name: str, operator: str, used: Sequence[str]) -> None:
        operands = [self._values[bit] for bit in used]
        if operator == "^":  # with all bits
            (number, inverted), _ = operands
            self._values[name] = number, not inverted
            return
        plain = [number for number, inverted in operands if not inverted]
        turned = [number for number, inverted in operands if inverted]
        both, other = ((AND, AND_NOT), OR) if operator == "&" else ((OR, OR_NOT), AND)
        if plain:
            self._values[name] = self._chain(both[1], [self._chain(both[0], plain), *turned]), False
        else:  # what is none of some is not any of them
            self._values[name] = self._chain(other, turned), True

    def _chain(self, what: int, numbers: Sequence[int]) -> int:
        found, *others = numbers
        for other in others:
            key = what, found, other
            if key not in self._known:
                self._known[key] = 2 + len(self._inputs) + len(self._operations)
                self._operations.append(key)
            found = self._known[key]
        return found

    def program(self, results: Sequence[str]) -> RegisterProgram:
        places: dict[Value, int] = {}
        found: list[int | bool] = []
        for name in results:
            value = self._values[name]
            found.append(value[1] if value[0] == NONE else places.setdefault(value, len(places)))
        wanted: dict[int, list[tuple[int, int]]] = {}
        for (number, inverted), place in places.items():
            wanted.setdefault(number, []).append((OUT_NOT if inverted else OUT, place))
        return self._allotted(wanted, tuple(found), len(places))

    def _allotted(
        self, wanted: dict[int, list[tuple[int, int]]], results: tuple[int | bool, ...], written: int
    ) -> RegisterProgram:
        """Registers for the bitmaps; a result is written as soon as it is there."""
        first = 2 + len(self._inputs)
        last: dict[int, int] = {}
        for at, (_, one, other) in enumerate(self._operations):
            last[one] = last[other] = at
        read = [number for number in range(2, first) if number in last or number in wanted]
        registers = {NONE: NONE, ALL: ALL, **{number: i for i, number in enumerate(read, 2)}}
        free: list[int] = []
        made: list[tuple[int, int, int, int]] = []
        used = 2 + len(read)

        def written_out(number: int) -> None:
            made.extend((what, place, registers[number], NONE) for what, place in wanted.get(number, ()))

        for number in read:
            written_out(number)
            if number not in last:
                free.append(registers[number])
        for at, (what, one, other) in enumerate(self._operations):
            operands = registers[one], registers[other]
            free += {registers[n] for n in (one, other) if last[n] == at and n > ALL}
            if not free:
                free.append(used)
                used += 1
            number = first + at
            registers[number] = free.pop()
            made.append((what, registers[number], *operands))
            written_out(number)
            if number not in last:
                free.append(registers[number])
        inputs = tuple(registers.get(number, -1) for number in range(2, first))
        return RegisterProgram(
            used, inputs, np.array(made, np.uint32).reshape(-1, 4).view(OPERATION)[:, 0], written, results
        )


def one_case(inputs: Sequence[str], lines: Sequence[Line], results: Sequence[str]) -> OneCase | None:
    """The same program for one case, whose inputs are a byte each; None where the library is not there or has no room.

    The result n is the bit n of what it gives.
    """
    if loaded() is None or len(results) > _MOST_RESULTS:
        return None
    program = registered(inputs, lines, results)
    first, unread = program.registers, program.registers + program.written  # of what is written; what nobody reads
    size = unread + 1 + len(results)
    if size > _MOST_REGISTERS:
        return None
    steps = [
        (first + to if what >= OUT else to, a, b if what in _OF_TWO else a, _TURNS[what], 0)
        for what, to, a, b in program.operations.tolist()
    ]
    for n, place in enumerate(program.results):
        a, turns = (NONE, 4 * place) if isinstance(place, bool) else (first + place, 0)
        steps.append((unread + 1 + n, a, a, turns, 0))
    registers = np.array([unread if register < 0 else register for register in program.inputs], np.uint16)
    return OneCase(np.array(steps, STEP), registers, size, len(results))


_MOST_RESULTS, _MOST_REGISTERS = 63, (1 << 16) - 1
_OF_TWO = (AND, OR, AND_NOT, OR_NOT)
# Of `x & y` which are inverted: the first operand (1), the second (2), what comes of it (4).
_TURNS = {AND: 0, OR: 7, AND_NOT: 2, OR_NOT: 5, NOT: 3, COPY: 0, OUT: 0, OUT_NOT: 3}
