"""The sums of running totals over a table that is read twice: first what they read, then its rows with the sums.

What they read is kept on disk, cut by days; of what is summed nothing is held but a number for each group.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any
from weakref import finalize

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licet.facts.tables import Coded, Column, Plain, Table, Tables, number_of_day
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.plan.bits import SELF
from licet.run.columnar.fact_kinds import NOTHING, UNKNOWN, kinds
from licet.run.columnar.formulas import Vector
from licet.run.columnar.held_rows import Further, HeldRows, NotKnownError, Otherwise
from licet.run.columnar.row_batch import Binding, Frame, World
from licet.run.columnar.running import Bools, FilterPlan, Ints, plan_of
from licet.run.columnar.summed import column_of, members, totals_over
from licet.run.reference.unknown_values import addend
from licet.values import Day, State, counted

TOGETHER = 1 << 17  # rows sorted at once; a single day may have more
WINDOW = 1 << 16  # numbers of rows, by which what was found is looked up
_MOST = 1 << 62
_MOST_PLACES = 18  # behind the decimal point
F, T = np.uint8(0), np.uint8(2)
OPEN = np.iinfo(np.int64).min  # in place of a sum of which it is not known what it adds up; a column says ABSENT there
NOBODY = -1  # in place of a group: it asks for nothing, or is not summed


class Summing:
    """Takes the batches of a table of one entity, and gives the columns of what its rows ask for, and the rows that are
    held for those of which a column does not tell it.
    """

    def __init__(
        self,
        policy: ir.Policy,
        resident: Tables,
        entity: str,
        otherwise: Otherwise | None = None,
    ) -> None:
        """`otherwise` has the conditions, by the names of rules, that ask some rows for more than totals."""
        self._policy = policy
        self._resident = resident
        self._like = Vector(World(policy, resident), _NOTHING_CONCLUDED)
        self._totals = [_Total(total, plan) for total in totals_over(policy, entity) if (plan := plan_of(total))]
        self._held = HeldRows(policy, entity, otherwise or {})
        self._folder = TemporaryDirectory(prefix="licet-totals-")
        self._pieces: list[_SortedRows] = []
        self._rows = 0

    def __enter__(self) -> Summing:
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()

    def add(self, table: Table, numbers: Ints) -> None:
        """Takes the rows of a batch, which stand under `numbers`. Errors: `NotKnownError`."""
        held = replace(self._resident, entities={**self._resident.entities, table.name: table})
        vector = Vector(World(self._policy, held, like=self._like.world), _NOTHING_CONCLUDED, self._like)
        outer = members(vector, SELF, Binding(table), table.length)
        self._held.add(table, numbers, vector, outer)
        found: dict[str, Any] = {}
        if not self._totals:
            return
        days: Ints | None = None
        for i, total in enumerate(self._totals):
            read = total.read(table, vector, outer)
            days = read.days if days is None else days
            found |= {f"adds {i}": read.adds, f"unsure {i}": read.unsure}
            found |= {f"to {i}": read.member_of, f"asks {i}": read.asks_of}
        assert days is not None
        groups = [column != NOBODY for name, column in found.items() if name.startswith(("to ", "asks "))]
        used = np.flatnonzero(np.any(groups, axis=0))
        order = used[np.argsort(days[used], kind="stable")]
        assert table.ids is not None
        arrays = {"day": days[order], "number": numbers[order]} | {
            name: column[order] for name, column in found.items()
        }
        rows = pa.table({**arrays, "id": table.ids.take(pa.array(order))}).combine_chunks()
        self._rows += len(order)
        if len(order):
            file = Path(self._folder.name) / f"{len(self._pieces)}.arrow"
            with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, rows.schema) as writer:
                writer.write_table(rows)
            self._pieces.append(_SortedRows.of(file, days[order], [total.places for total in self._totals]))

    def sums(self) -> Sums:
        """What was found, when all batches are taken. Errors: `NotKnownError`."""
        for total in self._totals:
            if total.largest * 10**total.places * (self._rows + 1) >= _MOST:
                raise NotKnownError("a sum does not fit into 64 bits")
        sums = Sums([total.places for total in self._totals])
        running, unsure = ([np.zeros(len(total.groups) + 1, np.int64) for total in self._totals] for _ in range(2))
        for first, last in _cut([piece.days for piece in self._pieces]):
            rows = pa.concat_tables(part for piece in self._pieces for part in piece.between(first, last, sums.places))
            rows = rows.take(pc.sort_indices(rows, [("day", "ascending"), ("id", "ascending")]))
            read = {name: rows[name].to_numpy() for name in rows.column_names if name != "id"}
            found = []
            for i, total in enumerate(self._totals):
                asks_of, member_of = read[f"asks {i}"], read[f"to {i}"]
                found.append(_before(asks_of, member_of, read[f"adds {i}"], running[i]))
                if not total.unsure:
                    continue
                open_ = _before(asks_of, member_of, read[f"unsure {i}"], unsure[i]) > 0
                if open_.any() and not self._held.may_take_more:
                    raise NotKnownError(total.said)
                found[-1] = np.where(open_, OPEN, found[-1])
                total.open_groups.update(np.unique(asks_of[open_]).tolist())
                self._held.ask(read["number"][open_])
            sums.add(read["number"], found)
        return sums

    def is_open(self) -> bool:
        """Whether what some rows ask for is not all known, so that it is to be held with them: the batches are to be
        gone through once more, for `take`.
        """
        open_ = [(i, sorted(total.open_groups)) for i, total in enumerate(self._totals) if total.open_groups]
        for piece in self._pieces if open_ else ():
            rows = piece.read()
            for i, groups in open_:
                belong = np.isin(rows[f"to {i}"].to_numpy(), groups)
                self._held.want(rows["number"].to_numpy()[belong])
        return bool(open_)

    def take(self, table: Table, numbers: Ints) -> None:
        """Takes of a batch the rows that are to be held and were not before."""
        self._held.take(table, numbers)

    def held(self, further: Further) -> tuple[Table, Further] | None:
        """As `HeldRows.held`, when all batches are taken."""
        return self._held.held(further)


class _NothingConcluded:
    """What totals read are facts."""

    def at(self, day: Day) -> Any:  # noqa: ARG002
        return self


_NOTHING_CONCLUDED: Any = _NothingConcluded()


@dataclass(frozen=True, slots=True, eq=False)
class _TotalReads:
    """What one total reads of the rows of a batch: their days, the groups that they belong to and ask for, what they
    add, and (1) whether that is not known.
    """

    days: Ints
    member_of: Ints
    asks_of: Ints
    adds: Ints
    unsure: Ints


@dataclass(slots=True, eq=False)
class _Total:
    """`groups` are the values that equations say, together; what is added has so many decimal `places`. Of `unsure`
    rows it is not known what they add, which matters to whoever asks for their group later; of some of them, `lost`,
    not even when or to which group.
    """

    total: n.Aggregate
    plan: FilterPlan
    groups: dict[tuple[Any, ...], int] = field(default_factory=dict)
    places: int = 0
    largest: Fraction = Fraction(0)
    unsure: int = 0
    lost: int = 0
    asked: bool = False
    open_groups: set[int] = field(default_factory=set)  # of which somebody asks for what is not known

    @property
    def said(self) -> str:
        return f"what they read is not known of {counted(self.unsure + self.lost, 'row')}"

    def read(self, table: Table, vector: Vector, outer: Frame) -> _TotalReads:
        """Errors: `NotKnownError` where that is not all known."""
        own = members(vector, self.total.each.variable, Binding(table), table.length)
        days = vector.readings(self.plan.day, own)
        dated = _each(days, [day is not State.NOT_APPLICABLE for day in days.facts])
        known = _each(days, [isinstance(day, date) for day in days.facts])
        weight = np.full(table.length, T)
        for test in self.plan.tests:
            weight = np.minimum(weight, vector.truth(test, own))
        inner = [vector.readings(equation.inner, own) for equation in self.plan.equal]
        other = [vector.readings(equation.other, outer) for equation in self.plan.equal]
        counted = dated & (weight != F) & _none(inner, NOTHING)
        asking = dated & _none(other, NOTHING)
        placed = counted & known & _none(inner, UNKNOWN)
        self.lost += int((counted & ~placed).sum()) + int((asking & ~(known & _none(other, UNKNOWN))).sum())
        self.asked |= bool(asking.any())
        if self.lost and self.asked:
            raise NotKnownError(self.said)
        adds, exact = self._adds(vector, own, placed)
        unsure = placed & ~(exact & (weight == T))
        self.unsure += int(unsure.sum())
        numbers = _each(days, [number_of_day(day) if isinstance(day, date) else 0 for day in days.facts], np.int64)
        return _TotalReads(
            numbers, self._group(inner, placed), self._group(other, asking), adds, unsure.astype(np.int64)
        )

    def _group(self, said: Sequence[Coded], wanted: Bools) -> Ints:
        """The group of each wanted row, by what the sides of the equations say."""
        rows = np.flatnonzero(wanted)
        key = np.zeros(len(rows), np.int64)
        for column in said:
            _, key = np.unique(key * len(column.facts) + column.codes[rows], return_inverse=True)
        _, shown, number = np.unique(key, return_index=True, return_inverse=True)
        facts = [tuple(column.facts[column.codes[row]] for column in said) for row in rows[shown].tolist()]
        places = np.array([self.groups.setdefault(values, len(self.groups)) for values in facts], np.int64)
        found = np.full(len(wanted), NOBODY, np.int64)
        found[rows] = places[number]
        return found

    def _adds(self, vector: Vector, own: Frame, counted: Bools) -> tuple[Ints, Bools]:
        """In parts of the last of `places`, which grow where a number has more of them; and where it is known."""
        if self.total.operand is None:
            self.largest = Fraction(1)
            return np.ones(own.length, np.int64), np.ones(own.length, np.bool_)
        said = vector.readings(self.total.operand, own)
        used = np.zeros(len(said.facts), np.bool_)
        used[said.codes[counted]] = True
        read = [_number(fact) if is_used else None for fact, is_used in zip(said.facts, used, strict=True)]
        numbers = [number or Fraction(0) for number in read]
        self.largest = max([self.largest, *map(abs, numbers)])
        while any((number * 10**self.places).denominator != 1 for number in numbers):
            self.places += 1
            if self.places > _MOST_PLACES:
                raise NotKnownError("what is summed is no decimal number")
        whole = [int(number * 10**self.places) for number in numbers]
        if any(abs(number) >= _MOST for number in whole):
            raise NotKnownError("a sum does not fit into 64 bits")
        found: Ints = np.array(whole, np.int64)[said.codes]
        return found, _each(said, [number is not None for number in read])


def _number(fact: Any) -> Fraction | None:
    """What a fact adds; None where that is not known."""
    part = addend(fact)
    return None if part.undefined or part.low is None or part.low != part.high else Fraction(part.low)


def _each(column: Coded, of_facts: Sequence[Any], dtype: Any = np.bool_) -> Any:
    """For each row what there is for its fact."""
    return np.array(of_facts, dtype)[column.codes]


def _none(columns: Sequence[Coded], kind: int) -> Bools:
    """The rows in which no column has a fact of a kind; of the unknown ones there are several."""
    found = np.ones(len(columns[0].codes) if columns else 1, np.bool_)
    for column in columns:
        sorts = kinds(column.facts)
        found &= ~((sorts >= UNKNOWN) if kind == UNKNOWN else (sorts == kind))[column.codes]
    return found


# ---- rows on disk


@dataclass(frozen=True, slots=True, eq=False)
class _SortedRows:
    """The rows of a batch in a file, in the order of their days: which these are, and where each begins."""

    file: Path
    days: Mapping[int, int]  # how many rows of each
    starts: Ints
    places: Sequence[int]  # of what each total adds

    @classmethod
    def of(cls, file: Path, days: Ints, places: Sequence[int]) -> _SortedRows:
        different, number = np.unique(days, return_counts=True)
        starts = np.concatenate([[0], np.cumsum(number)])
        return cls(file, dict(zip(different.tolist(), number.tolist(), strict=True)), starts, tuple(places))

    def read(self) -> pa.Table:
        """All rows."""
        with pa.OSFile(str(self.file)) as source:
            return pa.ipc.open_file(source).read_all()

    def between(self, first: int, last: int, places: Sequence[int]) -> Iterator[pa.Table]:
        """The rows of some days, with what they add in the parts that all have."""
        days = np.array(list(self.days), np.int64)
        start, end = (int(self.starts[np.searchsorted(days, day)]) for day in (first, last + 1))
        if start == end:
            return
        with pa.memory_map(str(self.file)) as source:
            rows = pa.ipc.open_file(source).read_all().slice(start, end - start)
            rows = pa.table({name: pa.concat_arrays(rows[name].chunks) for name in rows.column_names})
            for i, (own, all_) in enumerate(zip(self.places, places, strict=True)):
                column = rows.column_names.index(f"adds {i}")
                scaled = rows[f"adds {i}"].to_numpy() * 10 ** (all_ - own)
                rows = rows.set_column(column, f"adds {i}", pa.array(scaled))
            yield rows


def _cut(days: Sequence[Mapping[int, int]]) -> Iterator[tuple[int, int]]:
    """Consecutive days, the first and the last, that have a bearable number of rows together."""
    number: dict[int, int] = {}
    for of_piece in days:
        for day, rows in of_piece.items():
            number[day] = number.get(day, 0) + rows
    first, together, before = 0, 0, 0
    for day in sorted(number):
        if together and together + number[day] > TOGETHER:
            yield first, before
            together = 0
        first = first if together else day
        together, before = together + number[day], day
    if together:
        yield first, before


def _before(asks_of: Ints, member_of: Ints, adds: Ints, so_far: Ints) -> Ints:
    """What is summed before each row, in their order, of the group that it asks for; `so_far` has it of each group, and
    grows.
    """
    group = np.stack([asks_of, member_of], axis=1).ravel()  # what a row adds comes after what it asks
    added = np.stack([np.zeros_like(adds), adds], axis=1).ravel()
    added[group == NOBODY] = 0
    order = np.argsort(group, kind="stable")
    group, added = group[order], added[order]
    sums = np.cumsum(added)
    begins = np.flatnonzero(np.concatenate([[True], group[1:] != group[:-1]]))
    lengths = np.diff(np.append(begins, len(group)))
    before = sums - added - np.repeat((sums - added)[begins], lengths) + so_far[group]
    so_far[group[begins]] += np.add.reduceat(added, begins)
    found = np.empty(len(order), np.int64)
    found[order] = np.where(group == NOBODY, 0, before)
    return found[::2]


class Sums:
    """What each row asks for, by its number, in a file that goes when nobody needs it."""

    def __init__(self, places: Sequence[int]) -> None:
        self.places = tuple(places)
        self._file = TemporaryFile(prefix="licet-totals-")  # noqa: SIM115 - as long as this lives
        finalize(self, self._file.close)
        self._parts: list[tuple[int, int, Ints]] = []  # where each begins, its rows, and those below each window

    def add(self, numbers: Ints, found: Sequence[Ints]) -> None:
        """Takes what some rows ask for, one after the other for each total."""
        order = np.argsort(numbers, kind="stable")
        numbers = numbers[order]
        windows = np.arange(0, int(numbers[-1]) + 2 * WINDOW, WINDOW)
        self._parts.append((self._file.tell(), len(numbers), np.searchsorted(numbers, windows)))
        for column in (numbers, *(each[order] for each in found)):
            self._file.write(column.astype(np.int64).tobytes())
        self._file.flush()

    def columns(self, numbers: Ints) -> Mapping[str, Column]:
        """The columns beside rows with these numbers, in any order."""
        found = np.zeros((len(self.places), len(numbers)), np.int64)
        order = np.argsort(numbers, kind="stable")
        wanted = numbers[order]
        for start, rows, below in self._parts if len(numbers) else ():
            first, last = (
                min(int(end) // WINDOW + more, len(below) - 1) for end, more in ((wanted[0], 0), (wanted[-1], 1))
            )
            low, high = int(below[first]), int(below[last])
            own = self._read(start, low, high)
            at = np.searchsorted(wanted, own)
            here = np.flatnonzero(wanted[np.minimum(at, len(wanted) - 1)] == own)
            for i in range(len(self.places) if len(here) else 0):
                found[i][order[at[here]]] = self._read(start + (i + 1) * rows * 8, low, high)[here]
        return {
            column_of(i): Plain(np.where(each == OPEN, 0, each), (each == OPEN).astype(np.uint8), scale=s)
            for i, (each, s) in enumerate(zip(found, self.places, strict=True))
        }

    def _read(self, start: int, low: int, high: int) -> Ints:
        """Also while another thread reads: no position in the file is moved."""
        return np.frombuffer(os.pread(self._file.fileno(), (high - low) * 8, start + low * 8), np.int64)
