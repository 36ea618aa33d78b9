"""A formula as a function of what it reads of its outer variables, evaluated once for each different combination.

The reference's own `Formulas` does the evaluation, so that whatever has no faster form still means the same.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from threading import RLock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from licet.facts.store import Record
from licet.facts.tables import Coded
from licet.ir import nodes as n
from licet.ir.one_fact import TwoReads, compares_one_fact
from licet.ir.operators import COMPARISONS
from licet.ir.remembered import by_identity
from licet.ir.rewrite import rewrite
from licet.ir.types import Kind, Type
from licet.ir.walk import Part, walk
from licet.run.columnar.epochs import changes_of, stretches
from licet.run.columnar.fact_kinds import UNKNOWN, kinds
from licet.run.columnar.row_batch import Frame, Path, Rows, World, distinct
from licet.run.reference.formulas import Conclusions, Environment, Formulas
from licet.values import Day, Fact

ROW = "(row)"  # the entity, the id and the variable that stand for whatever a combination is about
Truths = NDArray[np.uint8]  # codes of `Truth`
_MOST_KEPT = 1 << 17  # answers of one node
_NAMES = tuple(str(i) for i in range(1 << 10))  # of the fields of that record
Computed = Mapping[n.Operand, Coded]  # readings of operands that were evaluated before


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A formula or operand that reads its outer variables through fields of one record only."""

    node: Part
    leaves: tuple[tuple[str, Path], ...]
    computed: tuple[n.Operand, ...]  # operands that come evaluated, as variables
    by_day: bool  # reads the day itself
    by_epoch: bool  # reads what is the same throughout an epoch
    lists: frozenset[str]  # dated lists and parameters that it reads
    concludes: bool  # reads conclusions of rules
    met: tuple[tuple[str, Path], ...]  # where what is read leads from, if it matters whether that is one thing
    compared: tuple[tuple[tuple[str, Path], ...], ...]  # for each of these the facts that are; none where others may be
    texts: frozenset[str] | None  # where it looks for some texts in the only fact that it reads: all others are alike


def prepare(node: Part, outer: Iterable[str], computed: Iterable[n.Operand] = ()) -> Prepared:
    """Replaces every path from an outer variable by a field of the record, and every computed operand by a variable."""
    return _prepared(node, frozenset(outer), tuple(computed))


@by_identity
def _prepared(node: Part, variables: frozenset[str], computed: tuple[n.Operand, ...]) -> Prepared:
    leaves: dict[tuple[str, Path], str] = {}
    ready = {operand: f"(computed {i})" for i, operand in enumerate(computed)}

    def change(part: Part) -> Part | None:
        if ready and part in ready:  # hashing a part takes longer than all else here
            return n.Variable(None, ready[part], part.type)  # type: ignore[union-attr]
        path = path_of(part, variables)
        if path is None:
            return None
        name = leaves.setdefault(path, _NAMES[len(leaves)])
        row = n.Variable(None, ROW, Type(Kind.ENTITY, ROW))
        if not isinstance(part, n.FieldOf):
            return n.FieldOf(None, row, name, part.type)  # type: ignore[union-attr]
        return n.FieldOf(None, row, name, part.type, part.open, part.applies)

    changed = rewrite(node, change)
    inside = list(walk(changed))
    concludes = any(isinstance(p, n.Holds | n.TermOf | n.Outcome) for p in inside)
    lists = frozenset(p.name for p in inside if isinstance(p, n.ListNamed | n.ParameterNamed))
    by_day = any(isinstance(p, n.AsOf) for p in inside)
    met = _met(node, variables, frozenset(ready))
    facts = tuple(() if None in fields else tuple(fields) for fields in met.values())
    reads = concludes or bool(lists)
    texts = texts_sought(node, variables) if len(leaves) == 1 else None
    return Prepared(changed, tuple(leaves), tuple(ready), by_day, reads, lists, concludes, tuple(met), facts, texts)  # type: ignore[arg-type]


def values_sought(node: Part, variables: frozenset[str]) -> tuple[Path, tuple[Any, ...]] | None:
    """The path from a variable to a fact, and the known values that it is compared with, if that is all a node does."""
    items: tuple[n.Operand, ...]
    match node:
        case n.Compare(left=field, right=n.Known() as value) | n.Compare(left=n.Known() as value, right=field):
            if isinstance(value.value, str) and not COMPARISONS[node.operator].is_equality:
                return None  # an order of words: others than these are not alike
            items = (value,)
        case n.Member(item=field, collection=n.SetOf(items=items)):
            pass
        case _:
            return None
    path = path_of(field, variables)
    values = tuple(item.value for item in items if isinstance(item, n.Known))
    return (path[1], values) if path is not None and path[1] and len(values) == len(items) else None


def texts_sought(node: Part, variables: frozenset[str]) -> frozenset[str] | None:
    """Such values, if all are texts: whatever other text the fact is, the answer is the same."""
    found = values_sought(node, variables)
    return frozenset(found[1]) if found is not None and all(isinstance(v, str) for v in found[1]) else None


def _met(
    node: Part, variables: frozenset[str], ready: frozenset[n.Operand]
) -> dict[tuple[str, Path], dict[tuple[str, Path] | None, None]]:
    """The outer ends of the paths to facts that may be one and the same, and be compared with each other; for each the
    facts, and None for one that no path leads to from outside.

    What leads from outside to a fact that something inside may be, too; a derived reference leads from its subject.
    """
    found: dict[tuple[str, Path], dict[tuple[str, Path] | None, None]] = {}
    for reads in compares_one_fact(node, ready):
        for field in (reads.left, reads.right):
            for part in walk(field.base):
                path = ending_at(part, variables)
                if path is not None:
                    found.setdefault(path, {})[path_of(field, variables)] = None
    return found


def ending_at(part: Part, variables: frozenset[str]) -> tuple[str, Path] | None:
    """As `path_of`, also for a variable that stands for a row of a relation."""
    if isinstance(part, n.Variable) and part.name in variables:
        return part.name, ()
    return path_of(part, variables)


def path_of(part: Part, variables: frozenset[str]) -> tuple[str, Path] | None:
    """The variable and the fields that lead from it, if the part is such a path."""
    fields: list[str] = []
    while isinstance(part, n.FieldOf):
        fields.append(part.name)
        part = part.base
    if isinstance(part, n.Variable) and part.name in variables:
        return (part.name, tuple(reversed(fields))) if fields or part.type.kind is not Kind.ROW else None
    return None


def things_met(prepared: Prepared, frame: Frame) -> Iterator[tuple[NDArray[np.int32], int]]:
    """Codes that tell rows apart by the things that they lead from, where it matters whether these are one thing: where
    a fact that is compared is no plain value, since plain ones compare alike whoever they are of.
    """
    for path, facts in zip(prepared.met, prepared.compared, strict=True):
        codes, number = frame.numbered(*path)
        vague = [(kinds(leaf.facts) >= UNKNOWN)[leaf.codes] for leaf in (frame.leaf(*fact) for fact in facts)]
        yield np.where(np.any(vague, axis=0), codes + 1, 0).astype(np.int32) if facts else codes + 1, number + 1


class _Row(Record):
    """The record that the fields of a prepared node are read from; it has other facts for each combination."""

    def __init__(self) -> None:
        super().__init__({})

    def take(self, facts: Mapping[str, Fact]) -> Mapping[str, Fact]:
        """Those it had before are given back."""
        before = self.facts
        object.__setattr__(self, "facts", facts)
        return before


def _of_facts(prepared: Prepared, frame: Frame, facts: Sequence[Any], value: Callable[[tuple[Any]], Any]) -> list[Any]:
    """The answer for each fact of the only leaf; of texts that are alike one is asked."""
    there = frame.refers(*prepared.leaves[0])
    if there is not None:  # what may be referred to; no row has a stray
        return [0 if isinstance(fact, str) and fact not in there else value((fact,)) for fact in facts]
    texts = prepared.texts
    if texts is None:
        return [value((fact,)) for fact in facts]
    found, other = [], None
    for fact in facts:
        if not isinstance(fact, str) or fact in texts:
            found.append(value((fact,)))
        else:
            other = value((fact,)) if other is None else other
            found.append(other)
    return found


class _OfFacts(Formulas):
    """It does not know whose the facts are that it compares; `Vector` tells apart where it matters."""

    def _one_record(self, reads: TwoReads, env: Environment) -> bool:  # noqa: ARG002
        return False


class Judge:
    """Evaluates prepared nodes over frames; answers that no conclusion can change are kept."""

    def __init__(self, world: World, conclusions: Callable[[Day], Conclusions], like: Judge | None = None) -> None:
        self._world = world
        self._conclusions = conclusions
        self._row = _Row()
        self._judging = RLock()  # the row is one
        entities = ChainMap({ROW: {ROW: self._row}}, world.facts.entities)  # type: ignore[arg-type]
        self._facts = replace(world.facts, entities=entities)
        self._formulas: dict[Day, Formulas] = {}
        self._kept: dict[tuple[Prepared, bool], dict[tuple[Any, ...], Any]] = {}
        self._tables: dict[Prepared, tuple[Sequence[Any], Day, Truths]] = {}
        if like is not None:
            self._kept, self._tables = like._kept, like._tables  # noqa: SLF001 - its own kind

    def truths(
        self, prepared: Prepared, frame: Frame, computed: Computed, *, narrow: bool = False
    ) -> tuple[NDArray[np.integer], Truths]:
        """The truth of a formula for each different combination, and for each row the number of its combination."""
        whole = self._whole(prepared, frame)
        if whole is not None and not prepared.concludes:
            leaf = prepared.leaves[0]
            return frame.leaf(*leaf).codes if narrow else frame.places(*leaf), self._table(prepared, frame, whole)
        number, values = self._evaluate(prepared, frame, computed, is_formula=True)
        return number, np.array(values, np.uint8)

    def _whole(self, prepared: Prepared, frame: Frame) -> Sequence[Any] | None:
        """The facts of the only leaf that is read, where every one of them may as well be looked at."""
        if len(prepared.leaves) != 1 or prepared.computed or self._day(prepared, frame)[0] is not None:
            return None
        facts = frame.leaf(*prepared.leaves[0]).facts
        return facts if len(facts) <= frame.length else None

    def _table(self, prepared: Prepared, frame: Frame, facts: Sequence[Any]) -> Truths:
        """The truth for each fact of a leaf; kept while batches come with the very same facts."""
        _, one = self._day(prepared, frame)
        when = None if one is None else frame.days[one]
        known = self._tables.get(prepared)
        if known is None or known[0] is not facts or known[1] != when:
            _, values = self._evaluate(prepared, frame, {}, is_formula=True)
            self._tables[prepared] = known = facts, when, np.array(values, np.uint8)
        return known[2]

    def readings(self, prepared: Prepared, frame: Frame, computed: Computed) -> Coded:
        """What an operand says in each row; equal readings need not share a code."""
        codes, values = self._evaluate(prepared, frame, computed, is_formula=False)
        return Coded(codes.astype(np.int32), values)

    def _evaluate(
        self, prepared: Prepared, frame: Frame, computed: Computed, *, is_formula: bool
    ) -> tuple[Rows, list[Any]]:
        columns = [frame.leaf(*leaf) for leaf in prepared.leaves] + [computed[c] for c in prepared.computed]
        day, one = self._day(prepared, frame)
        kept = {} if prepared.concludes else self._kept.setdefault((prepared, is_formula), {})
        if len(kept) > _MOST_KEPT:
            kept.clear()

        def value(facts: tuple[Any, ...], when: int | None) -> Any:
            key = (*facts, None if when is None else frame.days[when])
            found = kept.get(key, kept)
            if found is kept:
                with self._judging:
                    found = kept[key] = self._one(prepared, facts, key[-1], is_formula=is_formula)
            return found

        if self._whole(prepared, frame) is not None:
            return frame.places(*prepared.leaves[0]), _of_facts(
                prepared, frame, columns[0].facts, partial(value, when=one)
            )
        sizes = [(c.codes, len(c.facts)) for c in columns]
        if day is not None:
            sizes.append((day, len(frame.days)))
        number, shown = distinct(sizes, frame.length)
        found = [
            value(tuple(c.facts[c.codes[row]] for c in columns), one if day is None else int(day[row]))
            for row in shown.tolist()
        ]
        return number, found

    def _day(self, prepared: Prepared, frame: Frame) -> tuple[NDArray[np.int32] | None, int | None]:
        """The days or epochs by which answers differ; and the one by which all are given, if they do not."""
        if prepared.by_day:
            return (frame.day, None) if frame.one_day is None else (None, frame.one_day)
        if not prepared.by_epoch or frame.one_epoch is not None:
            return None, frame.one_epoch if prepared.by_epoch else None
        if prepared.concludes or not frame.length:
            return frame.epoch, None
        return self._by_list(prepared.lists, frame)

    def _by_list(self, lists: frozenset[str], frame: Frame) -> tuple[NDArray[np.int32] | None, int | None]:
        """For each row the first of the days on which the lists say the same; they change on few days. Or the one day
        that is that of every row.
        """
        if lists not in frame.by_list:
            policy = self._world.policy
            changes = sorted({day for name in lists for day in changes_of(policy, name)})
            first: dict[tuple[int, int], int] = {}
            states = [stretches(changes, day) for day in frame.days]
            same = np.array([first.setdefault(state, place) for place, state in enumerate(states)], np.int32)
            found = same[frame.epoch]
            frame.by_list[lists] = (None, int(found[0])) if found.min() == found.max() else (found, None)
        return frame.by_list[lists]

    def _one(self, prepared: Prepared, facts: tuple[Any, ...], when: Day, *, is_formula: bool) -> Any:
        leaves = len(prepared.leaves)
        env: dict[str, Any] = {ROW: ROW}
        if prepared.computed:
            env.update((f"(computed {i})", reading) for i, reading in enumerate(facts[leaves:]))
        formulas = self._formulas.get(when)
        if formulas is None:
            formulas = _OfFacts(self._world.policy, self._facts, when, self._conclusions(when))
            self._formulas[when] = formulas
        # A conclusion may be worked out only now that somebody reads it, by this very judge.
        before = self._row.take(dict(zip(_NAMES, facts[:leaves], strict=False)))
        try:
            if is_formula:
                return int(formulas.truth(prepared.node, env))  # type: ignore[arg-type]
            return formulas.read(prepared.node, env)  # type: ignore[arg-type]
        finally:
            self._row.take(before)
