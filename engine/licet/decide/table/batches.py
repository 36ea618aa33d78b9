"""Inventories of any size: every subject decided, batch after batch, as rows of the result table."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from licet.decide.checks import VERDICTS, CheckRows
from licet.decide.grounds.grounds_columns import GROUNDS, GroundsRows
from licet.decide.missing.rows import MissingRows, views_of
from licet.decide.table.choice import Choice
from licet.decide.table.counts import Tally, tally_of
from licet.decide.table.derived_columns import derived_columns, derived_of
from licet.decide.table.from_verdicts import result_rows
from licet.decide.table.result_table import result_schema
from licet.decide.table.rule_bits import RuleBits, bits_together, rule_bits, rule_bits_schema
from licet.facts.inventory.stream import ROWS_PER_BATCH
from licet.facts.tables import STATES, Coded, Column, Plain, Table, Tables, day_from_number
from licet.ir import policy as ir
from licet.ir.outcomes import decided_entities
from licet.parallel.beside import ahead
from licet.run.columnar.batch import Batches, Days, can_stream, is_passing
from licet.run.columnar.held_rows import ASKS_NONE, PLACE
from licet.values import Day, Range, State

L = TypeVar("L")


class Stream(Protocol):
    """A table of one entity that is not held: `name`, and its rows in batches, gone through once."""

    @property
    def name(self) -> str: ...

    @property
    def held_rows(self) -> Table | None:
        """Those that are decided beside the others, where a column `PLACE` of a batch says so."""

    def __iter__(self) -> Iterator[Table]: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be decided, and what of it is wanted.

    `as_of`, `today` and `jurisdictions` are those of `decide`. `lists` asks for the columns `rules.*`, `bitmaps` for
    the rules' bits beside the rows; without `missing` that column is null. `columns` names the only ones wanted; what
    no other says is then neither worked out nor counted.
    """

    types: tuple[str, ...]
    as_of: date | None = None
    today: date | None = None
    jurisdictions: tuple[str, ...] = ()
    lists: bool = True
    bitmaps: bool = False
    missing: bool = True
    columns: tuple[str, ...] = ()
    derived: tuple[str, ...] = ()
    choice: Choice | None = None  # which subjects, if not all


@dataclass(frozen=True, slots=True, eq=False)
class Decided:
    """A batch: rows of the result table; where asked for, the rules' bits in the same order; and what was counted."""

    rows: pa.RecordBatch
    bits: RuleBits | None
    tally: Tally


def decidable_types(policy: ir.Policy, present: Iterable[str]) -> tuple[str, ...]:
    """The types among those present that a decision or score is about, in the order of the vocabulary."""
    there = set(present)
    return tuple(name for name in decided_entities(policy) if name in there)


def streamable_types(policy: ir.Policy) -> tuple[str, ...]:
    """The types of which each row can be decided without the others."""
    return tuple(name for name in decidable_types(policy, policy.entities) if can_stream(policy, name))


def schema_of(policy: ir.Policy, asked: Asked) -> pa.Schema:
    """The columns of the rows that `decide_batches` gives."""
    schema = result_schema(policy, asked.types, asked.jurisdictions)
    wanted = [field for field in schema if asked.lists or not field.name.startswith("rules.")]
    known = {field.name for field in wanted}
    for column in derived_columns(policy, asked.derived, asked.types, asked.jurisdictions):
        wanted += [field for field in column.fields if field.name not in known]
        known.update(field.name for field in column.fields)
    return pa.schema([field for field in wanted if not asked.columns or field.name in asked.columns])


def decide_batches(
    policy: ir.Policy,
    resident: Tables,
    asked: Asked,
    *,
    stream: Stream | None = None,
    workers: int = 1,
    rows_per_batch: int = ROWS_PER_BATCH,
    skip: int = 0,
) -> Generator[Decided]:
    """Every subject of the types asked for, in the order of `asked.types` and of the tables; the first `skip` batches
    are read and left out.

    The rows of `stream` are in no resident table. No more than a few batches are held at a time.
    """
    streamed = stream.name if stream is not None else None
    decider = Decider(policy, resident, asked, streamed)
    make = decider.slice if stream is None or stream.held_rows is None else BesideHeld(decider, stream.held_rows).slice
    slices = _slices(resident, asked, stream, rows_per_batch)
    if asked.choice is not None:
        slices = _chosen(policy, asked.choice, slices)
    yield from _in_order(make, slices, workers, skip)


@dataclass(frozen=True, slots=True, eq=False)
class Slice:
    """So many rows of a table, from one on."""

    table: Table
    start: int
    length: int
    chosen: NDArray[np.int64] | None = None  # of these rows the only ones

    @property
    def rows(self) -> NDArray[np.int64] | None:
        """Their places; None for all rows."""
        if self.chosen is not None:
            return self.chosen
        whole = self.length == self.table.length
        return None if whole else np.arange(self.start, self.start + self.length)


def _slices(resident: Tables, asked: Asked, stream: Stream | None, size: int) -> Iterator[Slice]:
    for type_ in asked.types:
        if stream is not None and stream.name == type_:
            for table in stream:
                yield from cut(table, size)
        elif type_ in resident.entities:
            yield from cut(resident.entities[type_], size)


def _chosen(policy: ir.Policy, choice: Choice, slices: Iterator[Slice]) -> Iterator[Slice]:
    """Those rows of the slices that are chosen."""
    for one in slices:
        rows = choice.of(policy, one.table, one.start, one.length)
        if len(rows):
            yield replace(one, chosen=rows)


def cut(table: Table, size: int) -> Iterator[Slice]:
    """A table in slices of at most so many rows."""
    for start in range(0, table.length, size):
        yield Slice(table, start, min(size, table.length - start))


def passing_type(policy: ir.Policy, resident: Tables, types: Sequence[str]) -> str | None:
    """The entity with the most rows of which it is enough to conclude of each row what is asked of that row."""
    passing = [name for name in types if name in resident.entities and is_passing(policy, name)]
    return max(passing, key=lambda name: resident.entities[name].length, default=None)


class Decider:
    """Decides rows of tables, also in several threads at once."""

    def __init__(self, policy: ir.Policy, resident: Tables, asked: Asked, streamed: str | None) -> None:
        self._policy = policy
        self._resident = resident
        self._asked = asked
        self._schema = schema_of(policy, replace(asked, columns=()))
        self._derived = derived_columns(policy, asked.derived, asked.types, asked.jurisdictions)
        self._bits_schema = rule_bits_schema(policy, asked.types) if asked.bitmaps else None
        self._batches = Batches(policy, resident, streamed or passing_type(policy, resident, asked.types))
        self._own = threading.local()  # what a thread learns of missing facts from batch to batch

    def table(self, table: Table) -> Decided:
        """All rows of a table, such as a batch of the streamed one."""
        return self.slice(Slice(table, 0, table.length))

    def slice(self, given: Slice) -> Decided:
        return self.rows(given.table, given.rows)

    def rows(self, table: Table, rows_of: NDArray[np.int64] | None) -> Decided:
        """Some rows of a table, by their places; None for all."""
        asked, days = self._asked, self._days_of(table)
        codes = days.codes if rows_of is None else days.codes[rows_of]
        verdicts = self._batches.verdicts(table.name, table, rows_of, Days(days.days, codes))
        assert table.ids is not None
        ids = table.ids if rows_of is None else table.ids.take(pa.array(rows_of))
        traced = asked.missing and self._wants(("missing", "not_encoded"))
        missing = self._learned(table.name, self._missing) if traced else None
        grounds = self._learned(table.name, self._grounds) if self._wants(GROUNDS) else None
        checks = self._learned(table.name, self._checks) if self._wants(VERDICTS) else None
        checked = dict(checks.columns(verdicts, self._days_of)) if checks is not None else {}
        checked.update(derived_of(self._derived, table.name, verdicts))
        rows = result_rows(verdicts, table.name, ids, self._schema, missing, grounds, checked, asked.columns)
        bits = rule_bits(verdicts, self._bits_schema) if self._bits_schema is not None else None
        tally = tally_of(self._policy, table.name, verdicts, rows)
        return Decided(rows, bits, tally)

    def with_table(self, table: Table) -> Decider:
        """The same for rows of a table that is held, of which it is enough to conclude of each what is asked of it."""
        resident = replace(self._resident, entities={**self._resident.entities, table.name: table})
        return Decider(self._policy, resident, self._asked, table.name)

    def _wants(self, columns: Iterable[str]) -> bool:
        return not self._asked.columns or any(name in self._asked.columns for name in columns)

    def _days_of(self, table: Table) -> Days:
        return days_of(self._policy, table, self._asked.as_of, self._resident.as_of or self._asked.today)

    def _missing(self, policy: ir.Policy, entity: str) -> MissingRows:
        return MissingRows(policy, entity, views_of(policy, entity, tuple(self._asked.jurisdictions)))

    def _grounds(self, policy: ir.Policy, entity: str) -> GroundsRows:
        return GroundsRows(policy, entity, self._asked.jurisdictions)

    def _checks(self, policy: ir.Policy, entity: str) -> CheckRows:
        return CheckRows(policy, entity, self._batches, tuple(self._asked.jurisdictions))

    def _learned(self, entity: str, make: Callable[[ir.Policy, str], L]) -> L:
        """What this thread has made for an entity before."""
        own = self._own.__dict__
        key = f"{entity} {make.__qualname__}"
        if key not in own:
            own[key] = make(self._policy, entity)
        found: L = own[key]
        return found


class BesideHeld:
    """Decides the rows of a streamed table; those that ask for others as rows of the table that has all of these."""

    def __init__(self, decider: Decider, held: Table) -> None:
        self._decider = decider
        self._held = held
        self._of_held = decider.with_table(held)

    def slice(self, given: Slice) -> Decided:
        column = given.table.columns.get(PLACE)
        if not isinstance(column, Plain):
            return self._decider.slice(given)
        rows = np.arange(given.table.length) if given.rows is None else given.rows
        places = column.values[rows]
        asks = places != ASKS_NONE
        if not asks.any():
            return self._decider.slice(given)
        others = self._decider.rows(given.table, rows[~asks])
        asking = self._of_held.rows(self._held, places[asks])
        order = np.empty(len(rows), np.int64)
        order[np.flatnonzero(~asks)] = np.arange(others.rows.num_rows)
        order[np.flatnonzero(asks)] = others.rows.num_rows + np.arange(asking.rows.num_rows)
        return _together([others, asking], order)


def _together(parts: Sequence[Decided], order: NDArray[np.int64]) -> Decided:
    """The rows of several batches as one, in an order of theirs."""
    schema = parts[0].rows.schema
    columns = [pa.concat_arrays([part.rows[name] for part in parts]).take(pa.array(order)) for name in schema.names]
    tally = Tally()
    for part in parts:
        tally.add(part.tally)
    bits = [part.bits for part in parts if part.bits is not None]
    return Decided(
        pa.RecordBatch.from_arrays(columns, schema=schema), bits_together(bits, order) if bits else None, tally
    )


def _in_order(make: Callable[[Slice], Decided], slices: Iterator[Slice], workers: int, skip: int) -> Iterator[Decided]:
    """What is made of each slice, in their order; at most one slice more than there are workers is waiting.

    One thread reads the next slices, `workers` others decide them, and the caller does with the results what it wants.
    """
    rest = ahead((s for i, s in enumerate(slices) if i >= skip), 1)
    pool = ThreadPoolExecutor(workers, "licet-batch")
    waiting: deque[Future[Decided]] = deque()
    try:
        for given in rest:
            waiting.append(pool.submit(make, given))
            if len(waiting) > workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        rest.close()
        pool.shutdown(wait=True, cancel_futures=True)


# ---- the day of each row


def days_of(policy: ir.Policy, table: Table, as_of: date | None, otherwise: date | None) -> Days:
    """The rule of `date_of` for every row of a table; `otherwise` is for types without a date."""
    entity, nobody = policy.entities[table.name], np.zeros(table.length, np.int32)
    if as_of is not None or not entity.day:
        return Days([as_of or otherwise], nobody)
    column = table.columns.get(entity.day)
    if column is None:
        return Days([None], nobody)
    own = _days_in(column)
    nothing = _inapplicable(column) if entity.governed_by else None
    if nothing is None:
        return own
    return Days([*own.days, otherwise], np.where(nothing, np.int32(len(own.days)), own.codes).astype(np.int32))


def _days_in(column: Column) -> Days:
    if isinstance(column, Coded):
        return Days([fact if isinstance(fact, date | Range) else None for fact in column.facts], column.codes)
    return _plain_days(column)


def _inapplicable(column: Column) -> NDArray[np.bool_] | None:
    """The rows to which a day is not applicable; None where there are none."""
    if isinstance(column, Plain):
        found = column.states == STATES.index(State.NOT_APPLICABLE)
    else:
        found = np.array([fact is State.NOT_APPLICABLE for fact in column.facts], np.bool_)[column.codes]
    return found if found.any() else None


def _plain_days(column: Plain) -> Days:
    known = column.states == 0
    values = column.values[known]
    first = int(values.min()) if len(values) else 0
    places = np.where(known, column.values - first + 1, 0)
    present = np.bincount(places, minlength=1) > 0 if len(places) else np.zeros(1, np.bool_)
    present[0] = True
    codes = (np.cumsum(present) - 1).astype(np.int32)[places]
    days: Sequence[Day] = [day_from_number(first + int(d) - 1) for d in np.flatnonzero(present)[1:]]
    return Days([None, *days], codes)
