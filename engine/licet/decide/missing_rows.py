"""Which facts the open answers of each row of a batch hang on; they are those that `trace` finds for one subject."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from licet.decide.result_table import MISSING
from licet.decide.trace import MissingFacts
from licet.facts.store import Subject
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.remembered import by_policy
from licet.ir.strata import Strata
from licet.plan.bits import SELF
from licet.plan.reach import Reach, compile_reach
from licet.run.batch import Verdicts
from licet.run.bitmaps import unpacked
from licet.run.chain import Bounds
from licet.run.frame import Frame, Path, distinct
from licet.run.judge import prepare
from licet.run.outcome import Outcome
from licet.run.readings import SetReading
from licet.run.settled import Settled
from licet.run.solver import run_program

Rows = NDArray[np.int64]
Key = tuple[str, str | None, str, str]  # type, id (None: the row itself), fact, state
Found = tuple[Rows, NDArray[np.int64]]  # rows, and the place of a key for each


class MissingRows:
    """Made once for the rows of one entity; what it learns of a combination of facts serves every later batch."""

    def __init__(self, policy: ir.Policy, entity: str) -> None:
        self.policy = policy
        self.entity = entity
        self._reach = _reach(policy, entity)
        self._reads = [_Reads(policy, entity, atom) for atom in self._reach.atoms]
        self._places: dict[Key, int] = {}

    def column(self, verdicts: Verdicts, ids: pa.Array) -> pa.Array:
        """The column `missing` of the result table."""
        frame = verdicts.frame
        bits = run_program(self._reach.program, verdicts.vector, frame, enforced_only=False, known=verdicts.atoms)
        settled: dict[date | None, Settled] = {}
        found = [
            self._of_atom(reads, rows, verdicts, settled)
            for reads, reached in zip(self._reads, bits, strict=False)
            if len(rows := _rows(reached, frame.length))
        ]
        undated = np.array([day is None for day in frame.days], np.bool_)[frame.day]
        for reached in bits[len(self._reads) :]:
            rows = np.flatnonzero(unpacked(reached, frame.length).astype(np.bool_) & undated)
            found.append((rows, np.full(len(rows), self._place((self.entity, None, "date", "")), np.int64)))
        return self._lists(found, ids, frame.length)

    def _of_atom(self, reads: _Reads, rows: Rows, verdicts: Verdicts, settled: dict[date | None, Settled]) -> Found:
        """The keys of one atom in the rows in which it is reached; asked once for each combination of what it reads."""
        frame = verdicts.frame.take(rows)
        number, shown = reads.combinations(frame)
        keys: list[NDArray[np.int64]] = []
        for row in shown.tolist():
            facts = reads.facts(frame, row)
            if facts not in reads.known:
                reads.known[facts] = [self._place(k) for k in self._ask(reads, frame, row, verdicts, settled)]
            keys.append(np.array(reads.known[facts], np.int64))
        lengths = np.array([len(k) for k in keys], np.int64)
        starts = np.cumsum(lengths) - lengths
        own = lengths[number]
        offsets = np.arange(own.sum()) - np.repeat(np.cumsum(own) - own, own)
        together = np.concatenate(keys) if keys else np.zeros(0, np.int64)
        return np.repeat(rows, own), together[np.repeat(starts[number], own) + offsets]

    def _ask(
        self, reads: _Reads, frame: Frame, row: int, verdicts: Verdicts, settled: dict[date | None, Settled]
    ) -> Iterator[Key]:
        day = frame.days[frame.day[row]]
        if day not in settled:
            settled[day] = _Known(verdicts, self.entity, day)
        own = frame.leaf(SELF, ()).fact(row)
        assert isinstance(own, str)
        subject = Subject(self.entity, own)
        trace = MissingFacts(settled[day], subject=subject, dated=subject)
        trace.formula(reads.atom, {SELF: own})
        for (type_, id_), fact, state in trace.found:
            yield type_, None if (type_, id_) == (self.entity, own) else id_, fact, state

    def _place(self, key: Key) -> int:
        return self._places.setdefault(key, len(self._places))

    def _lists(self, found: Sequence[Found], ids: pa.Array, length: int) -> pa.Array:
        keys = sorted(self._places, key=lambda k: (k[0], k[1] or "", k[2], k[3]))
        ranks = np.empty(len(keys), np.int64)
        ranks[[self._places[key] for key in keys]] = np.arange(len(keys))
        pairs = [rows * len(keys) + ranks[places] for rows, places in found]
        together = np.unique(np.concatenate(pairs)) if pairs else np.zeros(0, np.int64)
        rows, rank = np.divmod(together, max(len(keys), 1))
        offsets = np.zeros(length + 1, np.int32)
        np.cumsum(np.bincount(rows, minlength=length), out=offsets[1:])
        taken = pa.array(rank)
        types, facts, states = (pa.array([key[i] for key in keys], pa.string()).take(taken) for i in (0, 2, 3))
        named = pa.array([key[1] for key in keys], pa.string()).take(taken)
        named = pc.coalesce(named, ids.cast(pa.string()).take(pa.array(rows)))
        structs = pa.StructArray.from_arrays([types, named, facts, states], fields=list(MISSING.value_type))
        return pa.ListArray.from_arrays(pa.array(offsets), structs).cast(MISSING)


@by_policy
def _reach(policy: ir.Policy, entity: str) -> Reach:
    return compile_reach(policy, Strata.of(policy), entity)


def _rows(bits: object, length: int) -> Rows:
    return np.flatnonzero(unpacked(bits, length))


class _Reads:
    """What an atom's missing facts depend on: every step of every path it reads, and the day."""

    def __init__(self, policy: ir.Policy, entity: str, atom: n.Formula) -> None:
        prepared = prepare(atom, (SELF,))
        steps: dict[Path, None] = {}
        for _, path in prepared.leaves:
            steps.update((path[:i], None) for i in range(1, len(path) + 1))
            if not path or _leads_to(policy, entity, path):
                steps[()] = None  # its own id may be among those that a path leads to
        self.atom = atom
        self.known: dict[tuple[object, ...], list[int]] = {}
        self._paths = tuple(steps)
        self._by_day = prepared.by_day
        self._by_epoch = prepared.by_epoch

    def combinations(self, frame: Frame) -> tuple[NDArray[np.int64], Rows]:
        if len(self.known) > 1 << 16:
            self.known.clear()
        columns = [frame.leaf(SELF, path) for path in self._paths]
        sizes = [(c.codes, len(c.facts)) for c in columns]
        if self._by_day or self._by_epoch:
            sizes.append((frame.day if self._by_day else frame.epoch, len(frame.days)))
        return distinct(sizes, frame.length)

    def facts(self, frame: Frame, row: int) -> tuple[object, ...]:
        day = frame.days[frame.day[row] if self._by_day else frame.epoch[row]]
        return (*(frame.leaf(SELF, path).fact(row) for path in self._paths), day)


def _leads_to(policy: ir.Policy, entity: str, path: Path) -> bool:
    owner = entity
    for step in path:
        field = policy.entities[owner].fields.get(step) if owner in policy.entities else None
        if field is None:
            return False
        owner = field.type.name
        if owner == entity:
            return True
    return False


class _Known(Settled):
    """What is settled on one day of a batch; conclusions come from where the batch had them."""

    def __init__(self, verdicts: Verdicts, entity: str, day: date | None) -> None:
        world = verdicts.vector.world
        super().__init__(world.policy, world.facts, Outcome(day, False, "columnar", {}, {}))
        self._known = verdicts.at(day)
        self._entity = entity

    def term(self, entity: str, term: str, view: str | None, subject: str) -> SetReading:
        return self._known.term(entity, term, view, subject)

    def decision(self, decision: str, view: str, subject: Subject) -> Bounds:
        return self._known.decision(decision, view, subject)
