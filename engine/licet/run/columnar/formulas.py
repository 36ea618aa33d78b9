"""Formulas over frames: the truth in every row at once, as codes of `Truth` (AND is minimum, OR is maximum)."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping, Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any, Protocol, assert_never

import numpy as np
from numpy.typing import NDArray

from licet.facts.tables import Coded, Table
from licet.ir import nodes as n
from licet.ir.one_fact import TwoReads, two_reads
from licet.ir.operators import Operator
from licet.ir.remembered import by_identity
from licet.ir.walk import Part, parts, walk
from licet.plan.bits import SELF
from licet.run.columnar.bitmaps import LookedUp, Lookups, Pair, pair_of, unpacked
from licet.run.columnar.distinct_evaluation import Judge, Prepared, Truths, path_of, prepare
from licet.run.columnar.flat_comparisons import AgainstBounds, compared, ranked
from licet.run.columnar.joins import of_members, quantified, tallied
from licet.run.columnar.others import goes_through
from licet.run.columnar.row_batch import ABSENT_REFERENCE, NO_REFERENCE, Frame, Path, Rows, World, distinct
from licet.run.columnar.running import FilterPlan, Running
from licet.run.reference.formulas import Conclusions, Formulas, thing_type
from licet.run.reference.moments import moments
from licet.run.reference.unknown_values import SetReading, compare, with_itself
from licet.values import Day, Truth, Value

if TYPE_CHECKING:
    from licet.run.columnar.conclusions import Solver

F, U, T = np.uint8(0), np.uint8(1), np.uint8(2)
Source = Pair | AgainstBounds | LookedUp  # of the bits of an atom


class ColumnConclusions(Protocol):
    """Conclusions about everything in the resident tables: for each epoch in turn, one truth a row of the entity."""

    def serves(self, entity: str) -> bool:
        """Whether the entity is resident."""

    def includes(self, entity: str, term: str, view: str | None, value: Value) -> Truths:
        """Whether a term, as read in a view, includes a value; a boolean term is the set of True, or of nothing."""

    def compared(self, outcome: n.Outcome, entity: str) -> Truths:
        """Whether a decision compares as an outcome node says."""

    def at(self, day: Day) -> Conclusions:
        """The same for one thing after the other, on one day, resident or not."""

    def stands(self, entity: str, rows: Rows, epochs: NDArray[np.int32]) -> Iterator[tuple[Solver, Rows, Rows]]:
        """Which solvers know of resident rows at epochs: which of the rows each does, and their places in its frame."""

    def written(self, term: n.TermOf) -> tuple[n.Member, ...]:
        """Whether a term of a row that is not resident includes each of the values that rules write for it; none where
        it may include others.
        """

    def of_rows(self, formula: n.Holds | n.Outcome | n.Member, vector: Vector, frame: Frame) -> Truths | None:
        """The truth of what is concluded of rows that are not resident, from their rules; None where these need it."""


class Vector:
    """Evaluates formulas over frames of one world, with conclusions from whoever works them out."""

    def __init__(self, world: World, settled: ColumnConclusions, like: Vector | None = None) -> None:
        """`like` evaluates for another batch of the same rows; what it has prepared and found is used again."""
        self.world = world
        self.settled = settled
        self.judge: Judge = Judge(world, settled.at, like.judge if like is not None else None)
        # By identity, since hashing a condition takes longer than looking it up; the node is kept, so that it stays so.
        self.prepared: dict[tuple[int, tuple[str, ...]], tuple[Part, Prepared]] = {}
        self._running: dict[int, tuple[n.Aggregate, Table, Running]] = {}
        self._asking: dict[int, tuple[n.Formula, bool]] = {}
        if like is not None:
            self.prepared, self._running, self._asking = like.prepared, like._running, like._asking  # noqa: SLF001 - its own kind

    def truth(self, formula: n.Formula, frame: Frame) -> Truths:
        """The truth of a formula in every row."""
        number, truths = self.lookup(formula, frame)
        return truths if number is None else truths[number]

    def bits(self, formula: n.Formula, frame: Frame, known: MutableMapping[int, Pair], lookups: Lookups) -> None:
        """Adds the truth in every row to what is known, or to what is looked up together with others."""
        alone = isinstance(formula, n.Compare) and two_reads(formula) is None
        bits = compared(formula, frame) if alone else None  # type: ignore[arg-type]
        if bits is not None:
            known[id(formula)] = bits
            return
        number, truths = self.lookup(formula, frame)
        if number is None:
            known[id(formula)] = pair_of(truths, None)
        else:
            lookups.want(id(formula), number.astype(np.int64, copy=False), truths)

    def source(self, formula: n.Formula, frame: Frame) -> Source:
        """The same as `bits`, not worked out yet where it is one of a few answers for each code or number."""
        if isinstance(formula, n.Compare) and two_reads(formula) is None:
            found = ranked(formula, frame) or compared(formula, frame)
            if found is not None:
                return found
        number, truths = self.lookup(formula, frame, narrow=True)
        return pair_of(truths, None) if number is None else LookedUp(number, truths)

    def lookup(
        self, formula: n.Formula, frame: Frame, *, narrow: bool = False
    ) -> tuple[NDArray[np.integer] | None, Truths]:
        """A truth for each different combination of what is read, and each row's number; or a truth for each row.

        With `narrow` the numbers may be of 32 bits, which is slower to look up with in numpy.
        """
        if self._asks_others(formula):
            return None, np.full(frame.length, U)
        match formula:
            case n.Holds() | n.Outcome() | n.Member():
                found = self._concluded(formula, frame)
            case n.Some() | n.Every() if of_members(formula.each):
                return quantified(self, formula, frame)
            case n.Compare():
                found = self._compared(formula, frame)
                if found is None and (told := self._by_sides(formula, frame)) is not None:
                    return told
            case n.Some() | n.Every() | n.CodeTest() | n.HasState() | n.Named():
                found = None
            case _:
                found = self._connected(formula, frame)
        if found is not None:
            return None, found
        prepared = self._prepare(formula, frame)
        if prepared.met:
            number, values = self._by_record(prepared, formula, frame)
            return number, np.array(values, np.uint8)
        return self.judge.truths(prepared, frame, self._computed(prepared, frame), narrow=narrow)

    def _asks_others(self, formula: n.Formula) -> bool:
        """Whether it goes through rows of which no more than a batch is there. Of rows that are decided so, other facts
        rule out that it matters.
        """
        entity = self.world.batch
        if entity is None or isinstance(formula, n.Connective | n.RowAbove):
            return False
        known = self._asking.get(id(formula))
        if known is None:
            found = goes_through(formula, entity, self.world.summed)
            known = self._asking[id(formula)] = formula, found
        return known[1]

    # ---- comparisons

    def _compared(self, formula: n.Compare, frame: Frame) -> Truths | None:
        """None where the sides are not of kinds that are compared in columns."""
        bounds = compared(formula, frame)
        reads = two_reads(formula)
        found = None if bounds is None else unpacked(bounds[0], frame.length) + unpacked(bounds[1], frame.length)
        if reads is None:
            return found
        paths = [path_of(field, frozenset(frame.bindings)) for field in (reads.left, reads.right)]
        if paths[0] is None or paths[1] is None:
            return None
        if found is None:
            number, truths = self.judge.truths(self._prepare(formula, frame), frame, {})
            found = truths[number]
        return _with_themselves(formula.operator, reads, (paths[0], paths[1]), frame, found)

    def _by_sides(self, formula: n.Compare, frame: Frame) -> tuple[Rows, Truths] | None:
        """Each side once for whatever it reads, then their different readings: `year of s.made is year of t.made` reads
        as many years as there are, not as many pairs of days. None where a side is a fact as it stands, or the two are
        read together.
        """
        sides = formula.left, formula.right
        if not all(isinstance(side, n.Call | n.Arithmetic) for side in sides) or two_reads(formula) or moments(formula):
            return None
        one, other = (self.readings(side, frame) for side in sides)
        codes, values = zip(*(_different(side) for side in (one, other)), strict=True)
        number, shown = distinct([(c, len(v)) for c, v in zip(codes, values, strict=True)], frame.length)
        left, right = (c[shown].tolist() for c in codes)
        said = [compare(formula.operator, values[0][a], values[1][b]) for a, b in zip(left, right, strict=True)]
        return number, np.array(said, np.uint8)

    def _by_record(self, prepared: Prepared, node: Part, frame: Frame) -> tuple[Rows, list[Any]]:
        """What the reference says of each different combination of records, where it matters which they are."""
        variables = dict.fromkeys(name for name, _ in (*prepared.leaves, *prepared.met))
        sizes = [frame.numbered(name, ()) for name in variables]
        if prepared.by_day or prepared.by_epoch:
            sizes += [(frame.day, len(frame.days)), (frame.epoch, len(frame.days))]
        number, shown = distinct(sizes, frame.length)
        by_day: dict[Day, Formulas] = {}
        found = []
        for row in shown.tolist():
            day = frame.days[frame.day[row]]
            if day not in by_day:
                by_day[day] = Formulas(self.world.policy, self.world.facts, day, self.settled.at(day))
            env = {name: frame.bound(name, row) for name in variables}
            read: Any = by_day[day].truth if isinstance(node, n.Formula) else by_day[day].read
            found.append(read(node, env))
        return number, found

    def _connected(self, formula: n.Constant | n.Connectives | n.RowAbove, frame: Frame) -> Truths:
        match formula:
            case n.RowAbove(rows=rows, number=number):
                above = (self.truth(condition, frame) for condition in rows.conditions[:number])
                return reduce(np.maximum, above, np.full(frame.length, F))
            case n.Constant(truth=truth):
                return np.full(frame.length, int(truth), np.uint8)
            case n.AllOf(parts=inner):
                return reduce(np.minimum, (self.truth(part, frame) for part in inner), np.full(frame.length, T))
            case n.AnyOf(parts=inner):
                return reduce(np.maximum, (self.truth(part, frame) for part in inner), np.full(frame.length, F))
            case n.Limb(part=part):
                return self.truth(part, frame)
            case n.Not(part=part):
                return T - self.truth(part, frame)
            case n.Counted(exactly=exactly, number=number, parts=inner):
                return _counted([self.truth(part, frame) for part in inner], number, exactly=exactly)
            case _:
                assert_never(formula)

    def readings(self, operand: n.Operand, frame: Frame) -> Coded:
        """What an operand says in every row."""
        if isinstance(operand, n.Aggregate) and of_members(operand.each):
            return tallied(self, operand, frame)
        prepared = self._prepare(operand, frame)
        if prepared.met:
            number, values = self._by_record(prepared, operand, frame)
            return Coded(number.astype(np.int32), values)
        return self.judge.readings(prepared, frame, self._computed(prepared, frame))

    def running(self, aggregate: n.Aggregate, plan: FilterPlan, table: Table) -> Running:
        """A running total over a table of the world, made once."""
        found = self._running.get(id(aggregate))
        if found is None or found[1] is not table:
            found = self._running[id(aggregate)] = aggregate, table, Running(plan, self, aggregate, table)
        return found[2]

    def _prepare(self, node: Part, frame: Frame) -> Prepared:
        names = tuple(frame.bindings)
        key = (id(node), names)
        if key not in self.prepared:
            served = [term for term in _ranged_over(node) if self._is_served(term, frozenset(names))]
            self.prepared[key] = node, prepare(node, names, (*_outermost(node), *served))
        return self.prepared[key][1]

    def _is_served(self, term: n.TermOf, names: frozenset[str]) -> bool:
        if self.settled.serves(thing_type(term.base)):
            return path_of(term.base, names) is not None
        return bool(self.settled.written(term))

    def _computed(self, prepared: Prepared, frame: Frame) -> dict[n.Operand, Coded]:
        """The readings of what a node reads that is worked out in columns."""
        return {
            operand: self._concluded_sets(operand, frame)
            if isinstance(operand, n.TermOf)
            else tallied(self, operand, frame)  # type: ignore[arg-type] # all else is an aggregate
            for operand in prepared.computed
        }

    # ---- conclusions about what a path leads to

    def _concluded(self, formula: n.Holds | n.Outcome | n.Member, frame: Frame) -> Truths | None:
        """Looked up where the path leads to something resident; None where it does not, or the value is not written."""
        match formula:
            case n.Holds(subject=subject, term=term, view=view, entity=entity, negated=negated):
                value: Value = True
            case n.Member(item=n.Known(value=written), collection=n.TermOf(base=subject, name=term, view=view)):
                assert isinstance(written, bool | str) or written is not None
                value, negated, entity = written, formula.negated, thing_type(subject)  # type: ignore[assignment]
            case n.Outcome(subject=subject):
                negated, entity = False, thing_type(subject)
            case _:
                return None
        path = path_of(subject, frozenset(frame.bindings))
        if path == (SELF, ()) and not self.settled.serves(entity):
            return self.settled.of_rows(formula, self, frame)
        if path is None or not self.settled.serves(entity):
            return None
        rows = frame.rows_at(*path, entity)
        if isinstance(formula, n.Outcome):
            concluded = self.settled.compared(formula, entity)
        else:
            concluded = self.settled.includes(entity, term, view, value)
        return _gathered(concluded, rows, frame, self.world.table(entity).length, negated=negated)

    def _concluded_sets(self, term: n.TermOf, frame: Frame) -> Coded:
        """What a term includes: one reading for all things and days of which the same is so."""
        entity = thing_type(term.base)
        if not self.settled.serves(entity):
            return self._written_sets(self.settled.written(term), frame)
        path = path_of(term.base, frozenset(frame.bindings))
        assert path is not None
        rows = frame.rows_at(*path, entity)
        found = [SetReading({}, Truth.U), SetReading({})]  # of what is not known, and of nothing
        codes = (rows == NO_REFERENCE).astype(np.int32)
        known = np.flatnonzero(rows >= 0)
        for solver, which, places in self.settled.stands(entity, rows[known], frame.epoch[known]):
            number, readings = solver.sets(entity, term.name, term.view, places)
            codes[known[which]] = number + len(found)
            found += readings
        return Coded(codes, found)  # type: ignore[arg-type]

    def _written_sets(self, members: Sequence[n.Member], frame: Frame) -> Coded:
        """The same of the rows themselves, where all values that a term may include are written."""
        truths = [self.truth(member, frame) for member in members]
        number, shown = distinct([(own.astype(np.int32), 3) for own in truths], frame.length)
        values: list[Any] = [member.item.value for member in members if isinstance(member.item, n.Known)]
        found = [
            SetReading({value: Truth(int(own[row])) for value, own in zip(values, truths, strict=True) if own[row]})
            for row in shown.tolist()
        ]
        return Coded(number.astype(np.int32), found)  # type: ignore[arg-type]


def _with_themselves(
    operator: Operator, reads: TwoReads, paths: tuple[tuple[str, Path], tuple[str, Path]], frame: Frame, found: Truths
) -> Truths:
    """Where two paths lead to one record, a fact that is not known is compared with itself."""
    plain = frame.plain(*paths[0])
    if plain is not None and not plain.strange:
        return found
    leaf = frame.leaf(*paths[0])
    said = [with_itself(operator, fact, reads.added, applies=reads.applies) for fact in leaf.facts]
    alone = np.array([truth is None for truth in said], np.bool_)
    if alone.all():
        return found
    one, other = ((name, path[:-1]) for name, path in paths)
    places, others = frame.records_at(*one), frame.records_at(*other)
    same = (places == others) & (places >= 0) if one[1] or one != other else np.ones(frame.length, np.bool_)
    itself = np.array([int(truth or F) for truth in said], np.uint8)
    return np.where(same & ~alone[leaf.codes], itself[leaf.codes], found)


def _different(read: Coded) -> tuple[NDArray[np.int32], list[Any]]:
    """Readings with one code each for those that are equal."""
    places: dict[Any, int] = {}
    codes = np.array([places.setdefault(reading, len(places)) for reading in read.facts], np.int32)
    return codes[read.codes], list(places)


def _gathered(concluded: Truths, rows: Rows, frame: Frame, length: int, *, negated: bool) -> Truths:
    """Of nothing nothing holds, negated or not; of something unknown everything may."""
    found = np.full(frame.length, U)
    known = rows >= 0
    found[known] = concluded[frame.epoch[known].astype(np.int64) * length + rows[known]]
    if negated:
        found = T - found
    found[rows == NO_REFERENCE] = F
    assert ABSENT_REFERENCE < 0
    return found


@by_identity
def _outermost(node: Part) -> tuple[n.Aggregate, ...]:
    """The outermost aggregates over rows and populations, outside any other quantifier; each once."""
    return tuple(dict.fromkeys(_aggregates(node)))


@by_identity
def _ranged_over(node: Part) -> tuple[n.TermOf, ...]:
    """The terms over whose members a quantifier or an aggregate ranges; none that something is looked for in, which of
    nothing is not the same as of an empty set.
    """
    inside = list(walk(node))
    ranges = [each.members for part in inside if (each := getattr(part, "each", None)) is not None]
    within = {part.collection for part in inside if isinstance(part, n.Member)}
    return tuple(dict.fromkeys(term for term in ranges if isinstance(term, n.TermOf) and term not in within))


def _aggregates(node: Part) -> Iterator[n.Aggregate]:
    if isinstance(node, n.Aggregate) and of_members(node.each):
        yield node
    elif not isinstance(node, n.Some | n.Every | n.Aggregate):
        for part in parts(node):
            yield from _aggregates(part)


def _counted(truths: Sequence[Truths], number: int, *, exactly: bool) -> Truths:
    """At least, or exactly, `number` of the truths."""
    sure = sum((t == T).astype(np.int64) for t in truths)
    both = sum((t != F).astype(np.int64) for t in truths)
    if exactly:
        holds, may = (sure == number) & (both == number), (sure <= number) & (both >= number)
    else:
        holds, may = sure >= number, both >= number
    return np.asarray(holds).astype(np.uint8) + np.asarray(may).astype(np.uint8)
