"""Where rules contradict each other, for all rows at once: several values of what has one, rows of a unique table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from licet.decide.grounds.grounds import clash, concluding, own_reads, own_tables
from licet.decide.grounds.grounds_plan import GroundsPlan
from licet.decide.missing.fact_ids import different
from licet.decide.table.result_table import CONFLICTS
from licet.ir import policy as ir
from licet.ir.rewrite import renamed
from licet.plan.bits import SELF, OfRule
from licet.run.columnar.bitmaps import NO_BITS, unpacked
from licet.run.columnar.formulas import Vector
from licet.run.columnar.lists import joined
from licet.run.columnar.row_batch import Frame, Rows
from licet.run.columnar.sorted_unique import once

Pairs = tuple[Rows, Rows]  # rows, and the number of a conflict for each
Truths = NDArray[np.bool_]
Said = tuple[str, tuple[str, ...], tuple[str, ...]]  # the term or table, the values, the rules


class Conflicts:
    """Conflicts as numbers; those about the row that is decided without its id."""

    def __init__(self, entity: str) -> None:
        self.entity = entity
        self._numbers: dict[tuple[str, str | None, Said], int] = {}

    def of(self, type_: str, id_: str | None, said: Said) -> int:
        return self._numbers.setdefault((type_, id_, said), len(self._numbers))

    def column(self, pairs: Pairs, frame: Frame, ids: pa.Array) -> pa.Array:
        """The conflicts of each row, each once."""
        if not len(pairs[0]):
            offsets = np.zeros(frame.length + 1, np.int32)
            return pa.ListArray.from_arrays(pa.array(offsets), pa.array([], CONFLICTS.value_type))
        rows, numbers = self._own(pairs, frame)
        used, places = different(numbers)
        keys = list(self._numbers)
        known = sorted((keys[i] for i in used.tolist()), key=lambda k: (k[1] is not None, k[0], k[1] or "", k[2]))
        ranked = {key: rank for rank, key in enumerate(known)}
        rank = np.array([ranked[keys[i]] for i in used.tolist()], np.int64)
        rows, ranks = np.divmod(once(rows * len(known) + rank[places]), len(known))
        taken = pa.array(ranks)
        values: list[Any] = [[key[0] for key in known], [key[1] for key in known]]
        values += [[key[2][i] for key in known] for i in range(3)]
        parts = [pa.array(v, f.type).take(taken) for v, f in zip(values, CONFLICTS.value_type, strict=True)]
        parts[1] = pc.coalesce(parts[1], ids.cast(pa.string()).take(pa.array(rows)))
        offsets = np.zeros(frame.length + 1, np.int32)
        np.cumsum(np.bincount(rows, minlength=frame.length), out=offsets[1:])
        structs = pa.StructArray.from_arrays(parts, fields=list(CONFLICTS.value_type))
        return pa.ListArray.from_arrays(pa.array(offsets), structs)

    def _own(self, pairs: Pairs, frame: Frame) -> Pairs:
        """What is about the row itself, however it was found, by one number."""
        rows, numbers = pairs
        table = frame.bindings[SELF].table
        places = np.full(len(self._numbers), -1, np.int64)
        own = np.arange(len(self._numbers))
        for (type_, id_, said), number in list(self._numbers.items()):
            if type_ == self.entity and id_ is not None:
                places[number] = table.rows_by_id.get(id_, -1)
                own[number] = self.of(type_, None, said) if places[number] >= 0 else number
        itself = places[numbers] == frame.rows_at(SELF, (), self.entity)[rows]
        return rows, np.where(itself, own[numbers], numbers)


def contradictions(
    policy: ir.Policy,
    plan: GroundsPlan,
    vector: Vector,
    frame: Frame,
    bits: Sequence[Any],
    led_to: Callable[..., Truths],
    conflicts: Conflicts,
) -> Pairs:
    """Rows and conflicts about them. `led_to` cuts truths of rows to those for which a rule matters."""
    pairs = []
    for read in plan.values:
        claims = concluding(policy, read)
        rows = _twice([bits[plan.places[OfRule("effective", rule.id)]] for rule, _ in claims], frame.length)
        rows = _led(policy, plan, read, rows, frame, led_to) if len(rows) else rows
        for some, said in _values(read.name, claims, plan, bits, vector, frame, rows) if len(rows) else ():
            pairs.append(_numbered(some, said, plan, frame, conflicts))
    for group in plan.tables:
        table = own_tables(policy, plan.program.entity)[group]
        rows = _twice([bits[plan.places[OfRule("effective", rule.id)]] for rule in table], frame.length)
        if plan.read is not None and len(rows):
            ones = np.ones(frame.length, np.bool_)
            here = [led_to(rule.id, ones) for rule in plan.rules if rule.group == group]
            rows = rows[np.logical_or.reduce(here)[rows]]
        if len(rows):
            for some, held in _patterns(table, plan, bits, frame, rows):
                clashing = clash(policy, group, held)
                if clashing is not None:
                    pairs.append(_numbered(some, clashing, plan, frame, conflicts))
    return joined(pairs)


def _led(
    policy: ir.Policy, plan: GroundsPlan, read: Any, rows: Rows, frame: Frame, led_to: Callable[..., Truths]
) -> Rows:
    """The rows for which the read matters: all, where it is what was asked for; else those whose rules lead to it."""
    if plan.read is None or plan.read == read:
        return rows
    here = np.zeros(frame.length, np.bool_)
    for rule in plan.rules:
        if read in own_reads(policy, rule):
            here |= led_to(rule.id, np.ones(frame.length, np.bool_), live=True)
    return rows[here[rows]]


def _twice(bits: Sequence[Any], length: int) -> Rows:
    """The rows in which at least two bits are set; words of bits are looked at whole."""
    once_, twice = NO_BITS, NO_BITS
    for bit in bits:
        twice = twice | (once_ & bit)
        once_ = once_ | bit
    return np.flatnonzero(unpacked(twice, length))


def _at(bits: Any, length: int, rows: Rows) -> Truths:
    return unpacked(bits, length)[rows].astype(np.bool_)


def _patterns(
    rules: Sequence[ir.Rule], plan: GroundsPlan, bits: Sequence[Any], frame: Frame, rows: Rows
) -> Iterator[tuple[Rows, list[ir.Rule]]]:
    """Rows, and which of some rules hold for them: once for each combination."""
    held = np.array([_at(bits[plan.places[OfRule("effective", r.id)]], frame.length, rows) for r in rules])
    different, number = np.unique(held, axis=1, return_inverse=True)
    for i, pattern in enumerate(different.T):
        yield rows[number.ravel() == i], [rule for rule, holds in zip(rules, pattern, strict=True) if holds]


def _values(
    term: str,
    claims: Sequence[tuple[ir.Rule, ir.TermValue]],
    plan: GroundsPlan,
    bits: Sequence[Any],
    vector: Vector,
    frame: Frame,
    rows: Rows,
) -> Iterator[tuple[Rows, Said]]:
    """Rows for which rules surely conclude several values, and these; once for each combination."""
    some = frame.take(rows)
    numbers: dict[str, int] = {}
    codes = np.full((len(claims), len(rows)), -1, np.int64)
    for i, (rule, effect) in enumerate(claims):
        holds = _at(bits[plan.places[OfRule("effective", rule.id)]], frame.length, rows)
        readings = vector.readings(renamed(effect.value, rule.variable, SELF), some)
        told = [
            numbers.setdefault(str(r), len(numbers)) if isinstance(r, bool | int | Fraction | date | str) else -2
            for r in readings.facts
        ]
        codes[i] = np.where(holds, np.array(told, np.int64)[readings.codes], -1)
    words = list(numbers)
    different, number = np.unique(codes, axis=1, return_inverse=True)
    for i, pattern in enumerate(different.T.tolist()):
        held = [(rule, code) for (rule, _), code in zip(claims, pattern, strict=True) if code != -1]
        values = {words[code] for _, code in held if code >= 0}
        if len(values) > 1:
            common = [(rule, code) for rule, code in held if rule.jurisdiction is None]
            held = common if {words[code] for _, code in common if code >= 0} == values else held
            ids = tuple(dict.fromkeys(rule.id for rule, _ in held))
            yield rows[number.ravel() == i], (term, tuple(sorted(values)), ids)


def _numbered(rows: Rows, said: Said, plan: GroundsPlan, frame: Frame, conflicts: Conflicts) -> Pairs:
    entity = plan.program.entity
    if plan.read is None:
        return rows, np.full(len(rows), conflicts.of(entity, None, said), np.int64)
    table = frame.bindings[SELF].table
    places = frame.rows_at(SELF, (), entity)[rows]
    return rows, np.array([conflicts.of(entity, table.id_list[p], said) for p in places.tolist()], np.int64)
