"""Recursive terms at their least fixpoint, by rounds; after the first ones only what may change is asked again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from licet.facts.store import Subject
from licet.ir import nodes as n
from licet.ir.strata import Name
from licet.plan.bits import SELF
from licet.run.columnar.lists import Lists
from licet.run.columnar.looks import JoinReader, Look
from licet.run.columnar.row_batch import Rows, World
from licet.run.columnar.sorted_unique import once
from licet.run.columnar.terms import TermColumn
from licet.run.reference.formulas import thing_type
from licet.run.reference.interpreter import Given
from licet.values import Day

if TYPE_CHECKING:
    from licet.run.columnar.conclusions import Solver

_WHOLE_ROUNDS = 4  # before it is worth finding out who reads whom
_FEW = 64  # rows, which are asked one by one instead of in columns
_A_ROUND = 1 << 8  # records that are decoded in the time that a round in columns takes
_MOST_PAIRS = 1 << 23  # of a row and another that it reads

Changed = Mapping[str, Rows]  # by entity


def least_fixpoint(
    solver: Solver, component: Iterable[Name], running: MutableMapping[Name, TermColumn]
) -> dict[Name, TermColumn]:
    """The terms of a component; `running` has those of the last round for whoever asks meanwhile.

    A row says the same as in the round before unless one that it reads said something else in that round. So the rounds
    are those of asking every row, and in a long row of owners each round asks the next owner only.
    """
    names = [name for name in sorted(component) if name.sort == "term"]
    running.update((name, TermColumn()) for name in names)
    found = _Rounds(solver, names, running)
    while found.changed:
        found.next()
    return {name: running.pop(name) for name in names}


class _Rounds:
    def __init__(self, solver: Solver, names: Sequence[Name], running: MutableMapping[Name, TermColumn]) -> None:
        self._solver = solver
        self._names = names
        self._running = running
        self._lengths = {name.entity: solver.frame(name.entity).length for name in names}
        self._readers: _Readers | None = None
        self._rounds = 0
        self._by_day: dict[Day, Given] = {}
        tables = solver.world.tables
        self._records = sum(t.length for t in (*tables.entities.values(), *tables.relations.values()))
        self.changed: Changed = self._asked(dict.fromkeys(self._lengths))

    def next(self) -> None:
        self._rounds += 1
        if self._rounds < _WHOLE_ROUNDS:
            self.changed = self._asked(dict.fromkeys(self._lengths))
            return
        if self._readers is None:
            self._readers = _Readers(self._solver, self._names)
        rows = self._readers.of(self.changed)
        few = sum(map(len, rows.values())) <= _FEW and self._rounds * _A_ROUND >= self._records
        self.changed = self._asked_one_by_one(rows) if few else self._asked(rows)

    def _asked(self, rows: Mapping[str, Rows | None]) -> Changed:
        """A round in columns, of some rows or all of an entity: those that say something else than before."""
        found = [self._solver.concluded(name, rows[name.entity]) for name in self._names if name.entity in rows]
        changed: dict[str, list[Rows]] = {}
        for name, term in zip([name for name in self._names if name.entity in rows], found, strict=True):
            some = rows[name.entity]
            asked = np.arange(self._lengths[name.entity]) if some is None else some
            different = self._running[name].put(asked, term, self._lengths[name.entity])
            changed.setdefault(name.entity, []).append(asked[different])
        return _together(changed)

    def _asked_one_by_one(self, rows: Mapping[str, Rows]) -> Changed:
        """The same by the reference, which is faster for a few."""
        found = [
            (name, row, self._reference(name.entity, row).concluded(name, self._subject(name.entity, row)))
            for name in self._names
            for row in rows.get(name.entity, np.zeros(0, np.int64)).tolist()
        ]
        changed: dict[str, list[Rows]] = {}
        for name, row, reading in found:
            if self._running[name].put_one(row, reading, self._lengths[name.entity]):
                changed.setdefault(name.entity, []).append(np.array([row]))
        return _together(changed)

    def _subject(self, entity: str, row: int) -> Subject:
        rows = self._solver.frame(entity).bindings[SELF].rows
        return Subject(entity, self._solver.world.table(entity).id_list[row if rows is None else int(rows[row])])

    def _reference(self, entity: str, row: int) -> Given:
        frame = self._solver.frame(entity)
        day = frame.days[int(frame.epoch[row])]
        if day not in self._by_day:
            world, enforced_only = self._solver.world, self._solver.enforced_only
            given = self._solver.at(day)
            self._by_day[day] = Given(world.policy, world.facts, day, given, enforced_only=enforced_only)
        return self._by_day[day]


def _together(changed: Mapping[str, list[Rows]]) -> Changed:
    found = {entity: once(np.concatenate(rows)) for entity, rows in changed.items()}
    return {entity: rows for entity, rows in found.items() if len(rows)}


class _Readers:
    """The rows that may read a term of the component about others, as spans of a solver's frames."""

    def __init__(self, solver: Solver, names: Sequence[Name]) -> None:
        self._solver = solver
        self._lists: list[tuple[str, str, Lists]] = []  # who is read, who reads, and for each of those read these
        self._every: list[tuple[str, str]] = []  # who is read by whom, whichever row of them
        for look in _looks(solver.world, solver, frozenset(names)):
            self._add(look)

    def of(self, changed: Changed) -> dict[str, Rows]:
        found: dict[str, list[Rows]] = {}
        for entity, reader, lists in self._lists:
            if entity in changed:
                found.setdefault(reader, []).append(lists.at(changed[entity])[1])
        for entity, reader in self._every:
            if entity in changed:
                found.setdefault(reader, []).append(np.arange(self._solver.frame(reader).length))
        return dict(_together(found))

    def _add(self, look: Look) -> None:
        pairs = None if look.rows is None else self._spans(look.reader, look.rows, look.entity, look.seen)
        if pairs is None:
            self._every.append((look.entity, look.reader))
        else:
            lists = Lists(pairs[1], pairs[0], self._solver.frame(look.entity).length)
            self._lists.append((look.entity, look.reader, lists))

    def _spans(self, reader: str, rows: Rows, entity: str, seen: Rows) -> tuple[Rows, Rows] | None:
        """Each span of the rows that read with the span of the other that holds then; it changes only as they do."""
        own = self._solver.frame(reader).bindings[SELF].rows
        if own is None:
            return rows, seen
        starts = np.searchsorted(own, np.arange(self._solver.world.table(reader).length + 1))
        counts = (starts[1:] - starts[:-1])[rows]
        if counts.sum() > _MOST_PAIRS:
            return None
        which = np.repeat(np.arange(len(rows)), counts)
        spans = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts) + starts[rows][which]
        epochs = self._solver.spans[reader].epochs[spans]
        places = epochs.astype(np.int64) * self._solver.world.table(entity).length + seen[which]
        return spans, self._solver.spans[entity].number[places].astype(np.int64)


def _looks(world: World, solver: Solver, names: frozenset[Name]) -> Iterator[Look]:
    """How the rules that conclude some names read these, and so do the rules that they except."""
    reader = JoinReader(world, most_pairs=_MOST_PAIRS)
    rules = {rule.id: rule for name in sorted(names) for rule in solver.strata.concluders[name]}
    waiting = list(rules.values())
    while waiting:
        for target in waiting.pop().excepts:
            if target not in rules:
                rules[target] = world.policy.rules[target]
                waiting.append(rules[target])
    for rule in rules.values():
        reader.rule(rule)
    return (look for look in reader.looks if names & _read(look.node))


def _read(node: n.Holds | n.TermOf | n.Outcome) -> frozenset[Name]:
    match node:
        case n.Holds(entity=entity, term=term, view=view):
            return frozenset(Name("term", entity, term, place) for place in {view or "", ""})
        case n.TermOf(base=base, name=name, view=view):
            return frozenset(Name("term", thing_type(base), name, place) for place in {view or "", ""})
        case _:  # a decision is read when it is finished, so that it is in no component with its reader
            return frozenset()
