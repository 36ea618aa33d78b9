"""Which changed items of the law moved the answers of an inventory: least sets whose undoing brings the old ones back.

Of few that moved the reference finds it, one by one. Of many it finds it of some, and for whom else it is so is decided
in columns, under the law in which these items are undone. Of whom nothing is known then, some are looked into again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from licet.changes.causes.causes import Causes, MovedAnswer, causes_by_group
from licet.changes.causes.change import WorldChange
from licet.changes.causes.worlds import WorldOnDay, WorldsBetween
from licet.changes.items import VOCABULARY, changed_items
from licet.changes.moves import InventoryMoves, Move, Responsible, as_texts, columns_compared
from licet.changes.watch.answers import answers_in
from licet.changes.watch.in_part import facts_between
from licet.decide.table.batches import Asked, Decider, schema_of
from licet.decide.table.from_tables import decide_split, diagnostics_of
from licet.errors import FactsError
from licet.facts.inventory.from_tables import tables_joined
from licet.facts.inventory.split import Split
from licet.facts.inventory.stream import TableStream
from licet.facts.store import Facts, Subject
from licet.facts.tables import Table, Tables, facts_from_tables
from licet.ir import policy as ir
from licet.ir.outcomes import decided_entities

FEW = 200  # subjects that are looked into one by one
_ROUNDS, _MOST_SETS = 24, 60  # of many: rounds, in each of which one of each move is looked into; sets that are tried
_ROWS = 1 << 17  # that are decided together
Undone = tuple[WorldChange, ...]
_Mask = NDArray[np.bool_]
_Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class DecidedInventory:
    """An inventory that one policy decided, and its answers."""

    split: Split
    asked: Asked
    table: pa.Table

    @property
    def again(self) -> bool:
        """Whether its rows can be decided again alone: they are not read only once, or beside sums of others."""
        stream = self.split.stream
        return stream is None or not (stream.sheet.once or stream.further is not None)


def decided_inventory(
    policy: ir.Policy, split: Split, types: tuple[str, ...], as_of: date | None, today: date
) -> DecidedInventory:
    """All subjects of some types. Errors: `FactsError` where rows that are read batch by batch have flaws."""
    columns = columns_compared(policy, decided_entities(policy))
    asked = Asked(types, as_of, today, lists=False, missing=False, columns=columns)
    rows = [decided.rows for decided in decide_split(policy, split, asked)]
    if split.stream is not None and not split.stream.usable:
        raise FactsError(diagnostics_of(split))
    return DecidedInventory(split, asked, pa.Table.from_batches(rows, schema_of(policy, asked)))


def with_responsible(
    moves: InventoryMoves, policies: tuple[ir.Policy, ir.Policy], decided: tuple[DecidedInventory, DecidedInventory]
) -> InventoryMoves:
    """The moves with the items that are responsible for each; as they are where rows cannot be decided again."""
    if not all(one.again for one in decided):
        return moves
    by_decision: dict[str, list[Move]] = {}
    for move in moves.moves:
        by_decision.setdefault(move.decision, []).append(move)
    found: dict[int, tuple[Responsible, ...]] = {}
    for name, some in by_decision.items():
        moved = _Moved(policies, decided, policies[1].decisions[name], pa.chunked_array([m.ids for m in some]).unique())
        places = [moved.places(move.ids) for move in some]
        why = _found_of(moved, places)
        for move, own in zip(some, places, strict=True):
            found[id(move)] = tuple(_counted(why[own], moved.causes))
    return replace(moves, moves=tuple(replace(move, responsible=found[id(move)]) for move in moves.moves))


def _counted(why: _Places, causes: Sequence[Causes]) -> Iterator[Responsible]:
    """The most rows first."""
    for place, rows in Counter(why[why >= 0].tolist()).most_common():
        yield Responsible(causes[place], rows)


def _found_of(moved: _Moved, moves: Sequence[_Places]) -> _Places:
    """Which of the causes found so far each subject has; -1 where it is not known. `moves` has those of each move."""
    why = np.full(len(moved.ids), -1, np.int64)
    if len(why) <= FEW or moved.is_redeclared:
        some = np.unique(np.linspace(0, len(why) - 1, min(FEW, len(why))).astype(np.int64))
        why[some] = moved.by_reference(some)
        return why
    tried: dict[Undone, _Mask] = {}
    left, by_one = np.ones(len(why), np.bool_), np.zeros(len(why), np.bool_)
    for _ in range(_ROUNDS):
        asked = _one_of_each(moves, left)
        if not len(asked) or len(tried) >= _MOST_SETS:
            break
        why[asked] = moved.by_reference(asked)
        left[asked] = False
        sets = {undone for place in why[asked].tolist() for undone in moved.causes[place].sets} - tried.keys()
        for undone in sorted(sets, key=lambda one: (len(one), str(one))):
            found = _brought_back(moved, undone, ~by_one if len(undone) > 1 else np.ones_like(left))
            if len(undone) == 1:
                by_one |= found  # of whom more is not asked
            left &= ~found
            tried[undone] = found
    if tried:
        _spread(moved, tried, why)
    return why


def _brought_back(moved: _Moved, undone: Undone, among: _Mask) -> _Mask:
    """The subjects for which all of it has to be undone, and that is enough."""
    found = np.zeros(len(among), np.bool_)
    rows = np.flatnonzero(among)
    rows = rows[moved.brings_back(undone, rows)]
    for other in undone if len(undone) > 1 else ():
        rows = rows[~moved.brings_back(tuple(one for one in undone if one is not other), rows)]
    found[rows] = True
    return found


def _one_of_each(moves: Sequence[_Places], wanted: _Mask) -> _Places:
    """One wanted subject of each move that has one."""
    left = [places[wanted[places]] for places in moves]
    return np.unique(np.array([places[len(places) // 2] for places in left if len(places)], np.int64))


def _spread(moved: _Moved, tried: Mapping[Undone, _Mask], why: _Places) -> None:
    """Tells of each subject that is not known yet what the same sets bring back as of one that is."""
    sets = list(tried)
    kinds, of_row = np.unique(np.stack([tried[one] for one in sets], axis=1), axis=0, return_inverse=True)
    of_row = of_row.reshape(-1)
    for number, kind in enumerate(kinds):
        rows = np.flatnonzero((of_row == number) & (why < 0))
        if len(rows) and kind.any():
            first = rows[:1]
            (found,) = moved.by_reference(first)
            causes = moved.causes[found]
            same = {frozenset(one) for one in causes.sets} <= {frozenset(sets[i]) for i in np.flatnonzero(kind)}
            why[rows if same else first] = found


class _Moved:
    """The subjects of which the answer to a decision moved, decided again where some changes are undone."""

    def __init__(
        self,
        policies: tuple[ir.Policy, ir.Policy],
        decided: tuple[DecidedInventory, DecidedInventory],
        decision: ir.Decision,
        ids: pa.Array,
    ) -> None:
        self.ids = ids
        self.causes: list[Causes] = []
        self._numbers: dict[Causes, int] = {}
        self._read: dict[int, Table] = {}  # by the number of the policy
        self._decision = decision
        self._policies = policies
        self._decided = decided
        items = changed_items(*policies)
        self._same_vocabulary = not any(item.decides and item.what in VOCABULARY for item in items)
        self.is_redeclared = any(item.kind == "changed" and item.what in VOCABULARY for item in items)
        self._before, self._after = (self._rows_of(one.table) for one in decided)

    def places(self, ids: pa.Array) -> _Places:
        """Where some of them stand among all."""
        found: _Places = pc.index_in(ids, self.ids).to_numpy(zero_copy_only=False).astype(np.int64)
        return found

    def _rows_of(self, table: pa.Table) -> pa.Table:
        """Their rows of a result table, in the order of their ids."""
        of_type = table.filter(pc.equal(table.column("type").cast(pa.string()), self._decision.entity))
        return of_type.take(pc.index_in(self.ids, of_type.column("id").cast(pa.string()).combine_chunks()))

    # ---- by the reference

    def by_reference(self, places: _Places) -> _Places:
        """What moved each of some, as a place in `causes`."""
        given = [
            answers_in(t.take(places), p) for t, p in zip((self._before, self._after), self._policies, strict=True)
        ]
        subjects = [Subject(self._decision.entity, id_) for id_ in self.ids.take(pa.array(places)).to_pylist()]
        name = self._decision.name
        moved = [MovedAnswer(one, name, given[0][one, name], given[1][one, name]) for one in subjects]
        found = {one.subject: why for one, why in causes_by_group(self._worlds, moved)}
        return np.array([self._number(found[one]) for one in subjects], np.int64)

    def _number(self, causes: Causes) -> int:
        if causes not in self._numbers:
            self._numbers[causes] = len(self.causes)
            self.causes.append(causes)
        return self._numbers[causes]

    @cached_property
    def _worlds(self) -> WorldsBetween:
        """The inventory under both policies, as much of it as these subjects need."""
        was, now = self._decided
        held = (now if self._same_vocabulary else was).split.held, now.split.held
        subjects = {Subject(self._decision.entity, id_) for id_ in self.ids.to_pylist()}
        facts = facts_between(self._policies, *held, subjects)
        last = self._with_streamed(facts[1], now.split)
        first = last if held[0] is held[1] else self._with_streamed(facts[0], was.split)
        day = now.asked.as_of or now.split.held.tables.as_of or now.asked.today
        assert day is not None
        as_if = now.asked.as_of is not None
        old, new = self._policies
        return WorldsBetween(WorldOnDay(old, first, day, as_if), WorldOnDay(new, last, day, as_if))

    def _with_streamed(self, facts: Facts, split: Split) -> Facts:
        """Facts with their rows of a table that is read batch by batch, and is read again."""
        table = self._streamed(split)
        if table is None:
            return facts
        records = facts_from_tables(Tables({table.name: table}, {})).entities[table.name]
        return replace(facts, entities={**facts.entities, table.name: records})

    def _streamed(self, split: Split) -> Table | None:
        """Their rows of the table that is read batch by batch, if they are in it."""
        if split.stream is None or split.stream.name != self._decision.entity:
            return None
        number = [one.split for one in self._decided].index(split)
        if number not in self._read:
            self._read[number] = tables_joined(list(self._read_again(split.stream)), self._policies[number])
        return self._read[number]

    def _read_again(self, stream: TableStream) -> Iterator[Table]:
        for table, _ in stream.numbered():
            assert table.ids is not None
            rows = np.flatnonzero(pc.is_in(table.ids.cast(pa.string()), self.ids).to_numpy(zero_copy_only=False))
            if len(rows):
                yield table.take(rows)

    # ---- in columns

    def brings_back(self, undone: Undone, places: _Places) -> _Mask:
        """Of some subjects, those whose old answer comes back where some changes are undone."""
        policy, prefix = self._worlds.law.without(undone), f"{self._decision.name}."
        names = [name for name in columns_compared(policy, (self._decision.entity,)) if name.startswith(prefix)]
        before = self._before.take(pa.array(places))
        if not len(places) or {*names} != {name for name in before.column_names if name.startswith(prefix)}:
            return np.zeros(len(places), np.bool_)  # the law of others answers too
        again = self._decided_again(policy, names, places)
        found: _Mask = np.logical_and.reduce(
            [as_texts(again.column(name)) == as_texts(before.column(name)) for name in names]
        )
        return found

    def _decided_again(self, policy: ir.Policy, names: Sequence[str], places: _Places) -> pa.Table:
        split, entity = self._decided[1].split, self._decision.entity
        asked = replace(self._decided[1].asked, types=(entity,), columns=("type", "id", *names))
        is_streamed = split.stream is not None and split.stream.name == entity
        decider = Decider(policy, split.held.tables, asked, entity if is_streamed else None)
        table, own = self._table(places)
        rows = [decider.rows(table, own[i : i + _ROWS]).rows for i in range(0, len(own), _ROWS)]
        found = pa.Table.from_batches(rows, schema_of(policy, asked)).unify_dictionaries()
        order = pc.index_in(self.ids.take(pa.array(places)), found.column("id").cast(pa.string()).combine_chunks())
        return found.take(order)

    def _table(self, places: _Places) -> tuple[Table, _Places]:
        """The table that has some subjects, and where they stand in it."""
        split, ids = self._decided[1].split, self.ids.take(pa.array(places))
        table = self._streamed(split) or split.held.tables.entities[self._decision.entity]
        assert table.ids is not None
        rows = np.flatnonzero(pc.is_in(table.ids.cast(pa.string()), ids).to_numpy(zero_copy_only=False))
        return table, rows.astype(np.int64)
