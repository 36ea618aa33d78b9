"""What of an inventory is decided again: subjects whose answers may hang on what changed. All others keep their rows.

A row of the last run is that of today where nothing that it read is touched, no clock that it read has turned, and the
day that governs it is the same, or a later one as the clocks go.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from licet.changes.watch.answers import HOLDS
from licet.decide.dates import NO_DAY, OwnDay, own_day_of
from licet.decide.from_outcome import decisions_of
from licet.decide.steps import Answers, answers_on_day
from licet.facts.store import Facts, Subject
from licet.ir import policy as ir
from licet.run.reference.clock import nearer
from licet.run.reference.interpreter import Interpreter
from licet.run.reference.traced import ReadKey, Tracing
from licet.values import Day

_FAR = timedelta(days=3654)  # what turns later is looked for when it is nearer
_BYTES = 8  # of a key's digest: two that are alike by chance only decide once too often


@dataclass(frozen=True, slots=True)
class TracedRow:
    """A row of the result table, with what it read, and the day on which something of that may read otherwise.

    That is ten years ahead at most, and none where time does not pass. Without `reads` nobody knows what it hangs on:
    it is decided again in each run.
    """

    subject: Subject
    cells: Mapping[str, Any]
    reads: frozenset[ReadKey] | None
    next_turn: date | None


class TracedRows:
    """Decides subjects one by one, each on the day that governs it."""

    def __init__(self, policy: ir.Policy, facts: Facts, today: date, *, as_if: bool) -> None:
        self._policy = policy
        self._facts = facts
        self._today = today
        self._as_if = as_if
        self._last = today + min(_FAR, date.max - today)
        self._worlds: dict[Day, tuple[Interpreter, Interpreter]] = {}

    def row(self, subject: Subject) -> TracedRow:
        day = self.day(subject)
        worlds = self._on(self._today if day is NO_DAY else day)
        world, enforced = worlds
        if not isinstance(world, Tracing) or not isinstance(enforced, Tracing):
            return TracedRow(subject, self._cells(subject, worlds), None, None)
        world.clock.reset()
        cells = self._cells(subject, (world, world))
        horizon, reads = world.clock.horizon, world.clock.reads
        if horizon.announced:
            enforced.clock.reset()
            cells = self._cells(subject, worlds)
            horizon, reads = nearer(horizon, enforced.clock.horizon), reads | enforced.clock.reads
        if governed := self._policy.entities[subject.type].day:
            reads.add(("fact", *subject, governed))
        turn = min(horizon.until, self._last) if day is NO_DAY else None
        return TracedRow(subject, cells, frozenset(reads), turn)

    def day(self, subject: Subject) -> OwnDay:
        """The day of its own; `NO_DAY` where time passes for it."""
        return NO_DAY if self._as_if else own_day_of(self._policy, self._facts, subject)

    def _on(self, day: Day) -> tuple[Interpreter, Interpreter]:
        if day not in self._worlds:
            self._worlds[day] = self._world(day, enforced_only=False), self._world(day, enforced_only=True)
        return self._worlds[day]

    def _world(self, day: Day, *, enforced_only: bool) -> Interpreter:
        if not isinstance(day, date):
            return Interpreter(self._policy, self._facts, day, enforced_only=enforced_only)
        last = self._last if day == self._today else day
        return Tracing(self._policy, self._facts, day, last, enforced_only=enforced_only)

    def _cells(self, subject: Subject, worlds: tuple[Interpreter, Interpreter]) -> dict[str, Any]:
        world, enforced = worlds
        day = world.as_of
        about = world.rules_about(subject.type)
        holding = [rule.id for rule in about if world.result(rule, subject).status == "holds"]
        cells: dict[str, Any] = {**subject._asdict(), "as_of": day if isinstance(day, date) else None, HOLDS: holding}
        for decision in decisions_of(self._policy, subject.type):
            cells |= _told(decision.name, answers_on_day(world, enforced, subject, decision))
        return cells


def _told(decision: str, answers: Answers) -> Iterator[tuple[str, Any]]:
    overall, *places = answers
    yield f"{decision}.must", overall.must
    yield f"{decision}.may", overall.may
    for one in places:
        cells = (one.must, one.may, list(one.details), list(one.possible_details), *one.enforced)
        parts = ("must", "may", "details", "possible_details", "enforced_must", "enforced_may")
        yield from ((f"{decision}.{one.jurisdiction}.{part}", cell) for part, cell in zip(parts, cells, strict=True))


# ---- the rows that are kept

READS = "reads.parquet"
SINCE, NEXT_TURN = "since", "next_turn"
_SCHEMA = pa.schema([("type", pa.string()), ("id", pa.string()), ("reads", pa.list_(pa.uint64()))])


@dataclass(frozen=True, slots=True, eq=False)
class KnownRows:
    """The rows of a run, each with the keys of what it read: all in the order of the table."""

    table: pa.Table
    reads: Sequence[frozenset[int] | None]
    next_turn: Sequence[date | None]

    @property
    def places(self) -> dict[Subject, int]:
        types, ids = (self.table.column(name).to_pylist() for name in ("type", "id"))
        return {Subject(type_, id_): place for place, (type_, id_) in enumerate(zip(types, ids, strict=True))}

    def reads_table(self) -> pa.Table:
        """What is kept of it beside the answers."""
        types, ids = (self.table.column(name).cast(pa.string()) for name in ("type", "id"))
        told = [None if keys is None else sorted(keys) for keys in self.reads]
        return pa.table([types, ids, pa.array(told, pa.list_(pa.uint64()))], schema=_SCHEMA)

    @classmethod
    def kept(cls, answers: pa.Table, reads: pa.Table) -> KnownRows:
        """Those of a snapshot."""
        told = reads.column("reads").to_pylist()
        keys = [None if one is None else frozenset(one) for one in told]
        table = answers.drop_columns([SINCE, NEXT_TURN])
        return cls(table, keys, answers.column(NEXT_TURN).to_pylist())


def key_digest(key: ReadKey) -> int:
    text = "\0".join(key).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=_BYTES).digest())


def decided_again(
    rows: TracedRows,
    subjects: Sequence[Subject],
    schema: pa.Schema,
    today: date,
    known: KnownRows | None,
    touched: Collection[ReadKey],
) -> tuple[KnownRows, int]:
    """The rows of all subjects, in their order, and how many of them were decided; without `known`, all."""
    places = {} if known is None else known.places
    changed = frozenset(map(key_digest, touched))
    fresh: list[TracedRow] = []
    taken: list[int] = []
    kept = 0 if known is None else len(known.table)
    for subject in subjects:
        place = places.get(subject)
        if known is not None and place is not None and _stands(known, place, changed, today):
            taken.append(place)
        else:
            taken.append(kept + len(fresh))
            fresh.append(rows.row(subject))
    table = pa.table([pa.array([row.cells.get(f.name) for row in fresh], f.type) for f in schema], schema=schema)
    reads = [None if row.reads is None else frozenset(map(key_digest, row.reads)) for row in fresh]
    turns = [row.next_turn for row in fresh]
    if known is not None:
        passing = pa.array([rows.day(subject) is NO_DAY for subject in subjects])
        table = pa.concat_tables([known.table.cast(schema), table]).unify_dictionaries().take(taken)
        table = _on_day(table, passing, today)
        reads = [[*known.reads, *reads][place] for place in taken]
        turns = [[*known.next_turn, *turns][place] for place in taken]
    return KnownRows(table, reads, turns), len(fresh)


def _stands(known: KnownRows, place: int, changed: frozenset[int], today: date) -> bool:
    reads, turn = known.reads[place], known.next_turn[place]
    return reads is not None and (turn is None or today < turn) and reads.isdisjoint(changed)


def _on_day(table: pa.Table, passing: pa.Array, today: date) -> pa.Table:
    """Whatever time passes for was decided as of today, too, if it was not decided again."""
    place = table.schema.get_field_index("as_of")
    days = pa.compute.if_else(passing, pa.scalar(today, pa.date32()), table.column("as_of"))
    return table.set_column(place, table.schema.field(place), days)
