"""Which facts the open answers of each row of a batch hang on; they are those that `trace` finds for one subject."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licet.decide.dates import state_told
from licet.decide.decision import View
from licet.decide.grounds.laws import law_of, words
from licet.decide.missing.columns import DATE, MissingColumns, combinations
from licet.decide.missing.fact_ids import Key, Keys, different
from licet.decide.missing.of_conclusions import missing_of, reach_of
from licet.decide.missing.through_conclusions import Behind
from licet.decide.missing.trace import FactKey
from licet.decide.table.result_table import MISSING
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.outcomes import places_asked, rules_deciding
from licet.ir.remembered import by_policy
from licet.ir.rewrite import renamed
from licet.ir.strata import Strata
from licet.plan.bits import SELF
from licet.run.columnar.batch import Verdicts
from licet.run.columnar.bit_program import run_program
from licet.run.columnar.bitmaps import unpacked
from licet.run.columnar.lists import Lists, joined
from licet.run.columnar.row_batch import Frame, Rows
from licet.run.columnar.sorted_unique import once

_FEWEST, _MOST_PAIRS = 1 << 13, 1 << 23  # rows looked at together, and the pairs that they may have
Pairs = tuple[Rows, Rows]  # rows, and the number of a key for each


@by_policy
def views_of(policy: ir.Policy, entity: str, jurisdictions: tuple[str, ...] = ()) -> tuple[View, ...]:
    """The answers about an entity that some rule decides, in these jurisdictions and the common one, or in all; and its
    scores.
    """
    decisions = [d.name for d in policy.decisions.values() if d.entity == entity and rules_deciding(policy)[d.name]]
    asked = [(name, place) for name in decisions for place in places_asked(policy, name, jurisdictions)]
    return (*asked, *((score.name, "") for score in policy.scores.values() if score.entity == entity))


def _counted(policy: ir.Policy, entity: str, views: Sequence[View]) -> tuple[tuple[str, n.Aggregate], ...]:
    """What items of scores count: how many may be open where it is certain that there are some."""
    rules = Strata.of(policy).about.get(entity, ())
    effects = [(rule, effect) for rule in rules for effect in rule.effects if isinstance(effect, ir.AddsPoints)]
    found = [
        (rule.id, renamed(effect.per, rule.variable, SELF))
        for rule, effect in effects
        if effect.per is not None and (effect.score, "") in views
    ]
    return tuple((rule, per) for rule, per in found if isinstance(per, n.Aggregate))


def _may_count(verdicts: Verdicts, rule: str) -> Rows:
    """The rows in which an item holds or may hold."""
    status, length = verdicts.statuses[rule], verdicts.frame.length
    return np.flatnonzero(unpacked(status.holds, length) | unpacked(status.unknown, length))


def _by_id(rows: Rows, rank: Rows, keys: Sequence[Key], ids: pa.Array) -> Rows:
    """The order of pairs of a row and one of some sorted keys, if a row's own keys have the id that it has."""
    ids = ids.cast(pa.string())
    of_keys = pa.array([key[1] for key in keys], pa.string()).take(pa.array(rank))
    names = pc.rank(pc.coalesce(of_keys, ids.take(pa.array(rows))), tiebreaker="dense").to_numpy()
    types = {type_: i for i, type_ in enumerate(dict.fromkeys(key[0] for key in keys))}
    of_type = np.array([types[key[0]] for key in keys], np.int64)[rank]
    facts = {fact: i for i, fact in enumerate(sorted({key[2:] for key in keys}))}
    return np.lexsort((np.array([facts[key[2:]] for key in keys], np.int64)[rank], names, of_type, rows))


class MissingRows:
    """Made once for the rows of one entity; what it learns of resident things serves every later batch."""

    def __init__(
        self, policy: ir.Policy, entity: str, views: Sequence[View] | None = None, like: MissingRows | None = None
    ) -> None:
        """For some answers and scores, or for all; what `like` learned of the same inventory serves too."""
        views = views_of(policy, entity) if views is None else tuple(views)
        self._policy = policy
        self._entity = entity
        self._reach = reach_of(policy, entity, views=views)
        self._counted = _counted(policy, entity, views)
        self._known: tuple[Keys, Behind] | None = None if like is None else like._known  # noqa: SLF001
        self._together = 1 << 14  # rows looked at next

    def keys(self, verdicts: Verdicts, ids: Sequence[str]) -> Iterator[tuple[int, FactKey]]:
        """Each row of a batch with each of its keys; a row is told by its place in `ids`."""
        column = self.column(verdicts, pa.array(ids, pa.string()))
        rows = pc.list_parent_indices(column).to_pylist()
        for row, key in zip(rows, column.flatten().to_pylist(), strict=True):
            yield row, ((key["type"], key["id"]), key["fact"], key["state"])

    def column(self, verdicts: Verdicts, ids: pa.Array) -> pa.Array:
        """The column `missing` of the result table."""
        frame, vector = verdicts.frame, verdicts.vector
        bits = run_program(self._reach.program, vector, frame, enforced_only=False, known=verdicts.atoms)
        reached = [np.flatnonzero(unpacked(bit, frame.length)) for bit in bits]
        reached += [_may_count(verdicts, rule) for rule, _ in self._counted]
        found = [pa.array([], MISSING)]
        start = 0
        while start < frame.length:
            end = min(start + self._together, frame.length)
            within = [rows[np.searchsorted(rows, start) : np.searchsorted(rows, end)] for rows in reached]
            pairs = self._pairs(within, verdicts)
            self._together = max(_FEWEST, (end - start) * _MOST_PAIRS // max(len(pairs[0]), 1))
            rows = np.arange(start, end)
            found.append(self._lists((pairs[0] - start, pairs[1]), frame.take(rows), ids.slice(start, len(rows))))
            start = end
        return pa.concat_arrays(found)

    def _pairs(self, reached: Sequence[Rows], verdicts: Verdicts) -> Pairs:
        """Rows and keys, from the rows in which each atom is reached, then each rule that may not stand, then the
        gaps, then each count of a score."""
        atoms = len(self._reach.atoms)
        open_ = atoms + len(self._reach.lives) + 2 * len(self._reach.gaps)
        conditions = zip(self._reach.atoms, reached[:atoms], strict=True)
        counts = zip((per for _, per in self._counted), reached[open_:], strict=True)
        found = [self._of_part(part, rows, verdicts) for part, rows in chain(conditions, counts) if len(rows)]
        keys, _ = self._of(verdicts)
        standing = MissingColumns(verdicts.vector, self._entity, keys, decided=True)
        standing.open_law(self._reach, reached[atoms:open_], verdicts.frame)
        return joined(found + standing.found)

    def _of(self, verdicts: Verdicts) -> tuple[Keys, Behind]:
        """What names facts, and what is known of conclusions about resident things."""
        if self._known is None:
            keys = Keys(verdicts.vector.world, verdicts.vector.world.batch)
            self._known = keys, Behind(lambda conclusion: missing_of(self._policy, keys, conclusion))
        return self._known

    def _of_part(self, part: n.Formula | n.Aggregate, rows: Rows, verdicts: Verdicts) -> Pairs:
        """The keys of an atom or a count where it is reached; looked for once in each combination of what it reads."""
        keys, behind = self._of(verdicts)
        frame = verdicts.frame.take(rows)
        number, shown = combinations(part, frame, self._entity)
        columns = MissingColumns(verdicts.vector, self._entity, keys, decided=True)
        look: Callable[..., None] = columns.operand if isinstance(part, n.Aggregate) else columns.formula
        look(part, frame.take(shown), np.arange(len(shown)))
        found = joined([*columns.found, behind.found(columns.looks)])
        belongs, numbers = Lists(*found, len(shown)).at(number)
        return rows[belongs], numbers

    def _lists(self, pairs: Pairs, frame: Frame, ids: pa.Array) -> pa.Array:
        """Each pair once, in the order of the keys; a row's own facts are told with its id."""
        assert self._known is not None
        keys, _ = self._known
        pairs = pairs[0], self._dated(pairs, frame)
        used, places = different(pairs[1])
        named = [(self._entity, None, *key[2:]) if key[0] == DATE[0] else key for key in keys.named(used)]
        own = [self._as_own(key) for key in named]
        ranked = {
            key: rank for rank, key in enumerate(sorted({*named, *own}, key=lambda k: (k[0], k[1] or "", *k[2:])))
        }
        ranks = np.array([ranked[key] for key in named], np.int64)[places]
        if named != own:
            itself = self._rows(named, frame)[places] == frame.rows_at(SELF, (), self._entity)[pairs[0]]
            ranks = np.where(itself, np.array([ranked[key] for key in own], np.int64)[places], ranks)
        together = once(pairs[0] * len(ranked) + ranks)
        rows, rank = np.divmod(together, max(len(ranked), 1))
        if named != own:
            rank = rank[_by_id(rows, rank, list(ranked), ids)]
        offsets = np.zeros(frame.length + 1, np.int32)
        np.cumsum(np.bincount(rows, minlength=frame.length), out=offsets[1:])
        taken = pa.array(rank)
        types, names, facts, states = (pa.array([key[i] for key in ranked], pa.string()).take(taken) for i in range(4))
        names = pc.coalesce(names, ids.cast(pa.string()).take(pa.array(rows)))
        laws = [law_of(self._policy, ((key[0], key[1] or ""), *key[2:])) for key in ranked]
        kinds = pa.array(["fact" if law is None else "law" for law in laws], pa.string()).take(taken)
        notes = pa.array([None if law is None else words(law) for law in laws], pa.string()).take(taken)
        parts = [types, names, facts, states, kinds, notes]
        structs = pa.StructArray.from_arrays(parts, fields=list(MISSING.value_type))
        return pa.ListArray.from_arrays(pa.array(offsets), structs).cast(MISSING)

    def _dated(self, pairs: Pairs, frame: Frame) -> Rows:
        """The keys, with the state of the governing date of each row that misses it."""
        assert self._known is not None
        keys, _ = self._known
        rows, numbers = pairs
        here = np.flatnonzero(numbers == keys.own(*DATE, ""))
        day = self._policy.entities[self._entity].day
        if not len(here) or not day:
            return numbers
        leaf = frame.leaf(SELF, (day,))
        states = [state_told(fact) for fact in leaf.facts]
        told = {state: keys.own(self._entity, day, state) for state in dict.fromkeys(states)}
        numbers = numbers.copy()
        numbers[here] = np.array([told[state] for state in states], np.int64)[leaf.codes[rows[here]]]
        return numbers

    def _as_own(self, key: Key) -> Key:
        return (key[0], None, *key[2:]) if key[0] == self._entity else key

    def _rows(self, named: list[Key], frame: Frame) -> Rows:
        """Where the things that keys name stand in the table of the rows; -1 for keys of anything else."""
        table = frame.bindings[SELF].table
        return np.array([table.rows_by_id.get(k[1] or "", -1) if k[0] == self._entity else -1 for k in named], np.int64)
