"""The bits that rules give for rows, by the C library where it is there and brings something, else by numpy."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from typing import Any, cast

import numpy as np

from licet.ir import policy as ir
from licet.plan.bits import Program
from licet.run.columnar import native
from licet.run.columnar.bitmaps import ALL_BITS, LookedUp, Lookups, Pair, pair_of
from licet.run.columnar.formulas import Source, Vector
from licet.run.columnar.row_batch import Frame
from licet.run.reference.live import live

Known = MutableMapping[int, Source]  # atoms, by identity


def run_program(
    program: Program,
    vector: Vector,
    frame: Frame,
    *,
    enforced_only: bool,
    known: Known | None = None,
) -> Sequence[Any]:
    """The bits that a program gives for the rows of a frame; `known` atoms, of this very frame, are not asked again."""
    return run_and_count(program, vector, frame, enforced_only=enforced_only, known=known)[0]


def run_and_count(
    program: Program,
    vector: Vector,
    frame: Frame,
    *,
    enforced_only: bool,
    known: Known | None = None,
) -> tuple[Sequence[Any], Sequence[int] | None]:
    """The same, and in how many rows each bit is set; None where nobody counted."""
    known = {} if known is None else known
    if not native.serves(frame.length):
        return _by_numpy(program, vector, frame, known, enforced_only=enforced_only), None
    for atom in program.atoms:
        if id(atom) not in known:
            known[id(atom)] = vector.source(atom, frame)
    sources = [known[id(atom)] for atom in program.atoms]
    sources += [_stands(each, frame, enforced_only=enforced_only) for each in program.lives]
    return native.run(program, sources, frame.length)


def _by_numpy(program: Program, vector: Vector, frame: Frame, known: Known, *, enforced_only: bool) -> Sequence[Any]:
    pairs = cast(MutableMapping[int, Pair], known)  # nothing else: a frame has its length
    lookups = Lookups()
    for atom in program.atoms:
        if id(atom) not in pairs:
            vector.bits(atom, frame, pairs, lookups)
    lookups.add_to(pairs)
    inputs: list[Any] = []
    for atom in program.atoms:
        inputs += pairs[id(atom)]
    for stands in program.lives:
        found = _stands(stands, frame, enforced_only=enforced_only)
        inputs += pair_of(found.truths, found.codes.astype(np.int64)) if isinstance(found, LookedUp) else found
    return program.run(ALL_BITS, inputs)


def _stands(stands: ir.Live, frame: Frame, *, enforced_only: bool) -> Pair | LookedUp:
    """On which days it stands, for each row."""
    if frame.one_day is not None:
        truth = live(stands, frame.days[frame.one_day], enforced_only=enforced_only)
        return pair_of(np.array([int(truth)], np.uint8), None)
    return LookedUp(
        frame.day, np.array([int(live(stands, day, enforced_only=enforced_only)) for day in frame.days], np.uint8)
    )
