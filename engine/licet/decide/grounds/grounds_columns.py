"""`Grounds` for all rows of a batch at once: what answers rest on, as sets of bits that follow what rules read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from licet.decide.decision import Conflict
from licet.decide.grounds.grounds import READ, assumption, behind, collections, deciding, own_reads
from licet.decide.grounds.grounds_plan import GroundsPlan, grounds_plan, reachable
from licet.decide.missing.columns import combinations
from licet.decide.missing.fact_ids import different
from licet.decide.missing.reads_columns import ReadsColumns, SolvedRead
from licet.decide.table.conflict_columns import Conflicts, Pairs, contradictions
from licet.decide.table.result_table import WORDS
from licet.decide.table.word_columns import lists_of
from licet.facts.store import Subject
from licet.ir import policy as ir
from licet.plan.bits import StatusOf
from licet.run.columnar.batch import Verdicts
from licet.run.columnar.bit_program import Known, run_program
from licet.run.columnar.bitmaps import Bits, unpacked
from licet.run.columnar.formulas import Vector
from licet.run.columnar.lists import Lists, joined
from licet.run.columnar.row_batch import Frame, Rows
from licet.run.reference.live import live
from licet.values import Truth

Marks = NDArray[np.uint64]  # for each word of bits, a number a row
Truths = NDArray[np.bool_]
GROUNDS = ("conflicts", "assumptions", "unverified")  # the columns of the result table
_CONTRADICTED = 0  # the bit of what rests on something that rules contradict each other about


class GroundBits:
    """The bits: the collections that rules look into, and the rules that nobody read."""

    def __init__(self, policy: ir.Policy, roots: tuple[str, ...]) -> None:
        rules = [policy.rules[id_] for id_ in reachable(policy, roots)]
        self.assumed = sorted({name for rule in rules for name, _, _ in collections(policy, rule)})
        self.unread = sorted(rule.id for rule in rules if rule.certainty != READ)
        self._bits = {key: bit for bit, key in enumerate((*self.assumed, *self.unread), 1)}
        self.words = len(self._bits) // 64 + 1

    def of(self, name: str) -> tuple[int, np.uint64]:
        """The word and the bit of a collection, or of a rule, whose id has a dot as no name of a collection has."""
        word, bit = divmod(self._bits[name], 64)
        return word, np.uint64(1 << bit)


@dataclass(frozen=True, slots=True, eq=False)
class _Looks:
    """What a part of rules reads: `looks` of combinations, which rows have by `number`."""

    rows: Rows | None
    number: Rows
    combinations: int
    looks: Sequence[tuple[SolvedRead, Rows, Rows]]


@dataclass(frozen=True, slots=True, eq=False)
class _Own:
    """What rests on the rules about some rows themselves, and where these rules look."""

    marks: Marks
    looks: Sequence[_Looks]
    conflicts: Pairs

    def gather(self, into: Marks, marks: Mapping[SolvedRead, Marks], only: Iterable[SolvedRead] | None = None) -> None:
        """Adds what rests on whatever is read, or on some of it."""
        for part in self.looks:
            read = [look for look in part.looks if only is None or look[0] in only]
            found = np.zeros((len(into), part.combinations), np.uint64)
            for asked, origins, places in read:
                for word, mine in zip(found, marks[asked], strict=True):
                    np.bitwise_or.at(word, origins, mine[places])
            if found.any():
                into[:, slice(None) if part.rows is None else part.rows] |= found[:, part.number]


class _Looker:
    """Looks at the rules about the rows of frames."""

    def __init__(self, policy: ir.Policy, keys: GroundBits, conflicts: Conflicts) -> None:
        self._policy = policy
        self._keys = keys
        self._conflicts = conflicts

    def own(self, plan: GroundsPlan, vector: Vector, frame: Frame, known: Known | None = None) -> _Own:
        standing = _Standing(self._policy, plan, frame)
        bits = run_program(plan.program, vector, frame, enforced_only=False, known=known)
        marks = np.zeros((self._keys.words, frame.length), np.uint64)

        def mark(name: str, truths: Truths) -> None:
            word, bit = self._keys.of(name)
            marks[word] |= truths * bit

        for rule in plan.rules if plan.relied else ():
            if rule.certainty != READ:
                at = plan.places[StatusOf(rule.id)]
                mark(rule.id, standing.of(rule.id, _any(bits[at : at + 4], frame.length)))
            for name, one, other in plan.collections[rule.id]:
                differs = (bits[one] ^ bits[other]) | (bits[one + 1] ^ bits[other + 1])
                mark(name, standing.of(rule.id, unpacked(differs, frame.length).astype(np.bool_), live=True))
        conflicts = contradictions(self._policy, plan, vector, frame, bits, standing.of, self._conflicts)
        marks[0][conflicts[0]] |= np.uint64(1 << _CONTRADICTED)
        return _Own(marks, self._looks(plan, vector, frame, standing), conflicts)

    def _looks(self, plan: GroundsPlan, vector: Vector, frame: Frame, standing: _Standing) -> list[_Looks]:
        found = []
        for atom, rules in zip(plan.atoms, plan.readers, strict=True):
            rows = standing.rows(rules)
            some = frame if rows is None else frame.take(rows)
            if some.length:
                number, shown = combinations(atom, some, plan.program.entity)
                reading = ReadsColumns(vector, plan.program.entity)
                reading.part(atom, some.take(shown), np.arange(len(shown)))
                if reading.looks:
                    found.append(_Looks(rows, number, len(shown), reading.looks))
        return found


class _Standing:
    """On which days the rules of a plan are led to, and stand or may: what does not stand leads nowhere."""

    def __init__(self, policy: ir.Policy, plan: GroundsPlan, frame: Frame) -> None:
        day: Rows = frame.day.astype(np.int64)
        self._days, self._of_row = different(day)
        every = np.ones(len(self._days), np.bool_)
        self._live = {
            rule.id: every
            if rule.live == ir.Live()
            else np.array([live(rule.live, frame.days[day]) is not Truth.F for day in self._days], np.bool_)
            for rule in plan.rules
        }
        self._led = {rule.id: np.zeros(len(self._days), np.bool_) for rule in plan.rules}
        waiting = [(id_, every) for id_ in plan.roots]
        while waiting:
            id_, days = waiting.pop()
            if (days & ~self._led[id_]).any():
                self._led[id_] |= days
                stands = self._led[id_] & self._live[id_]
                waiting += [(r, stands) for read in own_reads(policy, policy.rules[id_]) for r in behind(policy, read)]

    def of(self, rule: str, truths: Truths, *, live: bool = False) -> Truths:
        """Truths of rows, where the rule is led to, and stands or may."""
        days = self._led[rule] & self._live[rule] if live else self._led[rule]
        return truths if days.all() else truths & days[self._of_row]

    def rows(self, rules: Iterable[str]) -> Rows | None:
        """The rows for which one of some rules is led to, and stands or may; None for all."""
        days = np.logical_or.reduce([self._led[rule] & self._live[rule] for rule in rules])
        return None if days.all() else np.flatnonzero(days[self._of_row])


def _any(bits: Sequence[Bits], length: int) -> Truths:
    together = bits[0] | bits[1] | bits[2] | bits[3]
    return unpacked(together, length).astype(np.bool_)


class _Behind:
    """What conclusions about resident things rest on, found once for each."""

    def __init__(self, policy: ir.Policy, looker: _Looker) -> None:
        self._policy = policy
        self._looker = looker
        self._own: dict[SolvedRead, _Own] = {}
        self._conflicts: dict[SolvedRead, Lists] = {}
        self._leading: dict[SolvedRead, list[tuple[SolvedRead, Lists]]] = {}
        self.marks: dict[SolvedRead, Marks] = {}

    def meet(self, asked: Iterable[SolvedRead]) -> None:
        """Works out what is asked for the first time, and all that it leads to."""
        new: dict[SolvedRead, None] = {}
        waiting = [a for a in asked if a not in self._own]
        while waiting:
            one = waiting.pop()
            if one not in self._own:
                read, solver = one.read, one.solver
                plan = grounds_plan(self._policy, read.entity, behind(self._policy, read), read=read)
                self._own[one] = own = self._looker.own(plan, solver.vector, solver.frame(read.entity))
                self.marks[one] = own.marks
                new[one] = None
                waiting += [target for part in own.looks for target, _, _ in part.looks]
        self._spread(new)

    def _spread(self, new: Mapping[SolvedRead, None]) -> None:
        """Until nothing changes: conclusions may rest on one another."""
        changed: Iterable[SolvedRead] | None = None  # of all
        while changed is None or changed:
            now: dict[SolvedRead, None] = {}
            for one in new:
                found = self.marks[one].copy()
                self._own[one].gather(found, self.marks, changed)
                if (found != self.marks[one]).any():
                    self.marks[one] = found
                    now[one] = None
            changed = now

    def conflicts(self, starts: Sequence[tuple[SolvedRead, int]]) -> tuple[Rows, Rows]:
        """Pairs of a start, by its place, and a conflict that it rests on."""
        origins: list[int] = []
        found: list[int] = []
        for place, start in enumerate(starts):
            seen = {start}
            waiting = [start]
            ids: set[int] = set()
            while waiting:
                asked, at = waiting.pop()
                ids.update(self._direct(asked).at(np.array([at]))[1].tolist())
                for target, lists in self._ways(asked):
                    for there in lists.at(np.array([at]))[1].tolist():
                        if (target, there) not in seen and self.contradicted(target)[there]:
                            seen.add((target, there))
                            waiting.append((target, there))
            origins += [place] * len(ids)
            found += sorted(ids)
        return np.array(origins, np.int64), np.array(found, np.int64)

    def contradicted(self, asked: SolvedRead) -> Truths:
        found: Truths = (self.marks[asked][0] & np.uint64(1 << _CONTRADICTED)) != 0
        return found

    def _direct(self, asked: SolvedRead) -> Lists:
        if asked not in self._conflicts:
            self._conflicts[asked] = Lists(*self._own[asked].conflicts, self.marks[asked].shape[1])
        return self._conflicts[asked]

    def _ways(self, asked: SolvedRead) -> list[tuple[SolvedRead, Lists]]:
        if asked not in self._leading:
            length = self.marks[asked].shape[1]
            pairs = _pairs(self._own[asked].looks, self.contradicted)
            self._leading[asked] = [(target, Lists(rows, places, length)) for target, rows, places in pairs]
        return self._leading[asked]


def _pairs(looks: Iterable[_Looks], wanted: Callable[[SolvedRead], Truths]) -> list[tuple[SolvedRead, Rows, Rows]]:
    """Rows, and the places wanted that they read."""
    found = []
    for part in looks:
        for asked, origins, places in part.looks:
            here = np.flatnonzero(wanted(asked)[places])
            if len(here):
                belongs, there = Lists(origins[here], places[here], part.combinations).at(part.number)
                found.append((asked, belongs if part.rows is None else part.rows[belongs], there))
    return found


class GroundsRows:
    """Made once for the rows of one entity; what it learns of resident things serves every later batch."""

    def __init__(self, policy: ir.Policy, entity: str, jurisdictions: Sequence[str] = ()) -> None:
        relied, others = deciding(policy, entity, tuple(jurisdictions))
        self._keys = GroundBits(policy, (*relied, *others))
        self._conflicts = Conflicts(entity)
        self._looker = _Looker(policy, self._keys, self._conflicts)
        self._behind = _Behind(policy, self._looker)
        self._plans = grounds_plan(policy, entity, relied), grounds_plan(policy, entity, others, relied=False)
        self._words = [assumption(policy, name) for name in self._keys.assumed]

    def columns(self, verdicts: Verdicts, ids: pa.Array, words: Sequence[str] | None = None) -> Mapping[str, pa.Array]:
        """The columns `GROUNDS` of the result table; `words` are of collections."""
        frame = verdicts.frame
        found = [self._looker.own(plan, verdicts.vector, frame, verdicts.atoms) for plan in self._plans]
        self._behind.meet(asked for own in found for part in own.looks for asked, _, _ in part.looks)
        relied, others = (own.marks for own in found)
        found[0].gather(relied, self._behind.marks)
        found[1].gather(others, self._behind.marks)
        contradicted = ((relied[0] | others[0]) & np.uint64(1 << _CONTRADICTED)) != 0
        pairs = [own.conflicts for own in found]
        if contradicted.any():
            pairs += [self._behind_rows(own) for own in found]
        return {
            "conflicts": self._conflicts.column(joined(pairs), frame, ids),
            "assumptions": self._column(relied, self._keys.assumed, words or self._words),
            "unverified": self._column(relied, self._keys.unread, self._keys.unread),
        }

    def told(self, verdicts: Verdicts, ids: Sequence[str]) -> Iterator[tuple[list[str], list[str], list[Conflict]]]:
        """The same for each row: names of collections, ids of rules, conflicts."""
        columns = self.columns(verdicts, pa.array(ids, pa.string()), words=self._keys.assumed)
        parts = (columns[name].to_pylist() for name in ("assumptions", "unverified", "conflicts"))
        for assumed, unread, conflicts in zip(*parts, strict=True):
            yield (
                assumed,
                unread,
                [
                    Conflict(Subject(c["type"], c["id"]), c["term"], tuple(c["values"]), tuple(c["rules"]))
                    for c in conflicts
                ],
            )

    def _behind_rows(self, own: _Own) -> Pairs:
        """Rows, and the conflicts about what they read, found once for each thing that is read."""
        found = []
        for asked, rows, places in _pairs(own.looks, self._behind.contradicted):
            different, number = np.unique(places, return_inverse=True)
            lists = Lists(*self._behind.conflicts([(asked, at) for at in different.tolist()]), len(different))
            belongs, conflicts = lists.at(number)
            found.append((rows[belongs], conflicts))
        return joined(found)

    def _column(self, marks: Marks, keys: Sequence[str], words: Sequence[str]) -> pa.Array:
        """For each row the words of the bits that are set; lists are made once for each different set."""
        bits = [self._keys.of(key) for key in keys]
        wanted = [np.uint64(sum(int(bit) for word, bit in bits if word == w)) for w in range(len(marks))]
        codes = np.zeros(marks.shape[1], np.int64)
        for word, mask in zip(marks, wanted, strict=True):
            if mask:
                encoded = pa.array((word & mask).view(np.int64)).dictionary_encode()
                together = codes * len(encoded.dictionary) + encoded.indices.to_numpy()
                codes = pa.array(together).dictionary_encode().indices.to_numpy().astype(np.int64)
        size = int(codes.max(initial=-1)) + 1
        shown = np.zeros(size, np.int64)
        shown[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
        flags = [(marks[word][shown] & bit) != 0 for word, bit in bits]
        return lists_of(flags, words, WORDS, size).take(pa.array(codes))
