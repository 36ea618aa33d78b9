"""`MissingFacts` for all rows of a frame at once: which facts keep a formula from being decided, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from licet.decide.grounds.laws import OPEN, LawKey, not_encoded, unconfirmed, unlisted, unsettled
from licet.decide.missing.divisors import is_zero
from licet.decide.missing.fact_ids import Keys, pairs_once
from licet.decide.missing.through_conclusions import Conclusion, Look
from licet.decide.missing.trace import OWN, FactKey, Itself, MissingFacts, how_told, opened_by, referred
from licet.facts.store import Subject
from licet.facts.tables import Coded
from licet.ir import nodes as n
from licet.ir.builtins import BUILTINS
from licet.ir.equations import parts_about
from licet.ir.outcomes import rules_deciding
from licet.ir.strata import Name, Strata
from licet.ir.walk import Part, parts
from licet.plan.bits import SELF
from licet.plan.reach import Reach
from licet.run.columnar.distinct_evaluation import path_of, prepare
from licet.run.columnar.formulas import Vector
from licet.run.columnar.joins import Joined, joins, of_members
from licet.run.columnar.lists import Lists
from licet.run.columnar.row_batch import Frame, Path, Rows, World, distinct
from licet.run.columnar.sorted_unique import once
from licet.run.columnar.summed import as_recorded, open_rows
from licet.run.outcome import EngineOutcome
from licet.run.reference.bounds import Bounds
from licet.run.reference.formulas import Conclusions, thing_type
from licet.run.reference.settled import Settled
from licet.run.reference.unknown_values import SetReading
from licet.values import Day

F, U = np.uint8(0), np.uint8(1)
_MANY = 1 << 16  # pairs, of which many may be the same: each of a row's possible members asks for what is missing
DATE = "(decided)", "date"  # the type and fact that stand for the date of what is decided, whoever is looked into


class MissingColumns:
    """Follows U values only. What it finds is about `origin`: numbers that stand for the rows it looks into.

    `found` are pairs of an origin and a key; `looks` pairs of an origin and the place of something resident of which a
    conclusion is read, whose own missing facts belong to the origin too.
    """

    def __init__(self, vector: Vector, entity: str, keys: Keys, *, decided: bool) -> None:
        """`entity` is that of the rows, whose own facts are named as those of what is decided, or else by their ids."""
        self.found: list[tuple[Rows, Rows]] = []
        self.looks: list[Look] = []
        self._vector = vector
        self._world = vector.world
        self._policy = vector.world.policy
        self._entity = entity
        self._keys = keys
        self._decided = decided
        self._settled: dict[Day, Settled] = {}

    # ---- formulas

    def formula(self, formula: n.Formula, frame: Frame, origin: Rows) -> None:
        unknown = np.flatnonzero(self._vector.truth(formula, frame) == U)
        if not len(unknown):
            return
        if len(unknown) < frame.length:
            frame, origin = frame.take(unknown), origin[unknown]
        match formula:
            case n.Some(each=each) | n.Every(each=each):
                if of_members(each):
                    self._members(formula, frame, origin)
                else:
                    self._by_reference(formula, frame, origin)
            case n.Holds(subject=subject, entity=entity, term=term, view=view):
                self._term(formula, subject, Name("term", entity, term, view or ""), frame, origin)
            case n.Outcome(subject=subject, decision=decision):
                rules = tuple(rule.id for rule in rules_deciding(self._policy)[decision])
                self._conclusion(formula, subject, thing_type(subject), rules, frame, origin)
            case n.Named(thing=thing):
                self._thing_name(formula, thing, frame, origin)
            case n.CodeTest(item=n.FieldOf()):
                self._by_reference(formula, frame, origin)
            case n.Compare() | n.Member() | n.CodeTest() | n.HasState():
                for operand in parts(formula):
                    self.operand(operand, frame, origin)
            case n.RowAbove(rows=rows, number=number):
                for condition in rows.conditions[:number]:
                    self.formula(condition, frame, origin)
            case n.Connective() | n.Constant():
                for part in parts(formula):
                    self.formula(part, frame, origin)
            case _:
                assert_never(formula)

    def operand(self, operand: n.Operand, frame: Frame, origin: Rows) -> None:
        """The facts in an operand that are not plain values."""
        match operand:
            case n.FieldOf():
                path = path_of(operand, frozenset(frame.bindings))
                if path is None:
                    self._by_reference(operand, frame, origin)
                else:
                    self._path(*path, frame, origin, is_open=operand.open)
            case n.TermOf(base=base, name=name, view=view):
                self._term(operand, base, Name("term", thing_type(base), name, view or ""), frame, origin)
            case n.AsOf():
                self.undated(frame, origin)
            case n.ListNamed(name=name):
                self._laws(lambda day: unlisted(self._policy.lists[name], day), frame, origin)
                self.undated(frame, origin)
            case n.ParameterNamed(name=name):
                self._laws(lambda day: unsettled(self._policy.parameters[name], day), frame, origin)
                self.undated(frame, origin)
            case n.OnDay():
                self._by_reference(operand, frame, origin)
            case n.Arithmetic(operator="/"):
                self._quotient(operand, frame, origin)
            case n.Aggregate() if self._world.summed and as_recorded(operand) in self._world.summed:
                rest = open_rows(self._world, operand, frame)  # for the others all that it reads is known
                if len(rest):
                    self._members(operand, frame.take(rest), origin[rest])
            case n.Aggregate(each=each) if of_members(each):
                self._members(operand, frame, origin)
            case n.Aggregate():
                self._by_reference(operand, frame, origin)
            case n.Call(function=function) if BUILTINS[function].function is None or operand.calendar:
                self._by_reference(operand, frame, origin)
            case other:
                for part in parts(other):
                    self.operand(part, frame, origin)

    def _quotient(self, operand: n.Arithmetic, frame: Frame, origin: Rows) -> None:
        """Where the divisor is zero, it is what is missing, or the facts in it are."""
        divisor = self._vector.readings(operand.right, frame)
        is_nothing = np.array([is_zero(reading) for reading in divisor.facts], np.bool_)[divisor.codes]
        zero, others = np.flatnonzero(is_nothing), np.flatnonzero(~is_nothing)
        if len(zero):
            self._by_reference(operand, frame.take(zero), origin[zero])
        for part in (operand.left, operand.right):
            self.operand(part, frame.take(others), origin[others])

    def undated(self, frame: Frame, origin: Rows) -> None:
        """The day that governs what is decided is not known."""
        undated = np.array([not isinstance(day, date) for day in frame.days], np.bool_)[frame.day]
        here = origin[undated]
        self._note(here, np.full(len(here), self._keys.own(*DATE, ""), np.int64))

    def live(self, rule: str, frame: Frame, origin: Rows) -> None:
        """It is not known whether a rule stands."""
        always = unconfirmed(self._policy.rules[rule], None) is not None
        self._laws(lambda day: unconfirmed(self._policy.rules[rule], day), frame, origin)
        if not always:
            self.undated(frame, origin)

    def open_law(self, reach: Reach, reached: Sequence[Rows], frame: Frame) -> None:
        """Rules that may not stand and gaps, from the rows in which `reach` finds each, in its order."""
        for rule, rows in zip(reach.lives, reached, strict=False):
            self.live(rule, frame.take(rows), rows)
        of_gaps = reached[len(reach.lives) :]
        for gap, triggered, perhaps in zip(reach.gaps, of_gaps[::2], of_gaps[1::2], strict=True):
            for rows, is_triggered in ((triggered, True), (perhaps, False)):
                law = not_encoded(self._policy.rules[gap], triggered=is_triggered)
                if law is None:
                    continue
                self._note(rows, np.full(len(rows), self._keys.other((*law[0], *law[1:])), np.int64))

    def _laws(self, law_on: Callable[[Day], LawKey | None], frame: Frame, origin: Rows) -> None:
        """Law that leaves something open on the days of the rows."""
        for day in np.unique(frame.day).tolist():
            law = law_on(frame.days[day])
            if law is not None:
                here = origin[frame.day == day]
                self._note(here, np.full(len(here), self._keys.other((*law[0], *law[1:])), np.int64))

    # ---- members

    def _members(self, node: n.Some | n.Every | n.Aggregate, frame: Frame, origin: Rows) -> None:
        for joined in joins(self._vector, node, frame):
            outer = joined.parent + joined.first
            self._further(node, joined, frame, origin)
            doubtful = np.flatnonzero(joined.weight == U)
            if node.where is not None:
                self.formula(node.where, joined.frame.take(doubtful), origin[outer[doubtful]])
            weighty = np.flatnonzero(joined.weight != F)
            if isinstance(node, n.Every):
                self.formula(node.condition, joined.frame.take(weighty), origin[outer[weighty]])
            elif isinstance(node, n.Aggregate) and node.operand is not None:
                weighty = weighty[~joined.nameless[weighty]]
                self.operand(node.operand, joined.frame.take(weighty), origin[outer[weighty]])

    def _further(self, node: n.Some | n.Every | n.Aggregate, joined: Joined, frame: Frame, origin: Rows) -> None:
        """Of whom further members may be, unless the filter leaves open whether they are about that at all."""
        pairs = np.flatnonzero(joined.nameless & (joined.weight != F))
        binding = joined.frame.bindings[node.each.variable]
        assert binding.rows is not None
        marked = binding.rows[pairs] >= 0
        self._opened(node, joined, pairs[marked], origin)
        rows = once((joined.parent + joined.first)[pairs[~marked]])
        frame, origin = frame.take(rows), origin[rows]
        for type_, other in referred(self._policy, node.each, node.where):
            path = path_of(other, frozenset(frame.bindings))
            places = np.full(frame.length, -1) if path is None else frame.rows_at(*path, type_)
            known = places >= 0
            self._note(origin[known], self._keys.of(type_, places[known], node.each.name, OPEN))
            frame, origin = frame.take(np.flatnonzero(~known)), origin[~known]
        self._own(node.each.name, "open", frame, origin)

    def _opened(self, node: n.Some | n.Every | n.Aggregate, joined: Joined, pairs: Rows, origin: Rows) -> None:
        """Pairs with a row that a record's own mark makes possible."""
        if not len(pairs):
            return
        frame = joined.frame.take(pairs)
        binding = frame.bindings[node.each.variable]
        assert binding.rows is not None
        used, which = np.unique(binding.rows - binding.named, return_inverse=True)
        openings = [binding.further[i] for i in used.tolist()]
        sure = np.ones(len(pairs), np.bool_)
        known = [tuple(name for name, _ in opening.facts) for opening in openings]
        for names in dict.fromkeys(known):
            here = np.array([of == names for of in known], np.bool_)[which]
            for part in parts_about(node.where, node.each.variable, names):
                sure &= ~here | (self._vector.truth(part, frame) != U)
        owners = [opened_by(self._policy, node.each.name, opening) for opening in openings]
        numbers = np.array([self._keys.other((*owner, node.each.name, OPEN)) for owner in owners], np.int64)
        self._note(origin[(joined.parent + joined.first)[pairs]][sure], numbers[which][sure])

    # ---- conclusions

    def _term(self, node: Part, subject: n.Operand, name: Name, frame: Frame, origin: Rows) -> None:
        concluders = Strata.of(self._policy).concluders
        rules = [
            rule.id
            for view in sorted({name.jurisdiction, ""})
            for rule in concluders.get(Name("term", name.entity, name.name, view), ())
        ]
        self._conclusion(node, subject, name.entity, rules, frame, origin, name.name)

    def _conclusion(
        self,
        node: Part,
        subject: n.Operand,
        entity: str,
        rules: Sequence[str],
        frame: Frame,
        origin: Rows,
        term: str = "",
    ) -> None:
        path = path_of(subject, frozenset(frame.bindings))
        if path is None or not self._vector.settled.serves(entity):
            self._by_reference(node, frame, origin)
            return
        rows = frame.rows_at(*path, entity)
        nothing, known = np.flatnonzero(rows < 0), np.flatnonzero(rows >= 0)
        self._path(*path, frame.take(nothing), origin[nothing])
        for solver, which, places in self._vector.settled.stands(entity, rows[known], frame.epoch[known]):
            self.looks.append((Conclusion(solver, entity, tuple(rules), term), origin[known[which]], places))

    def _thing_name(self, formula: n.Named, thing: n.Operand, frame: Frame, origin: Rows) -> None:
        """Its name is asked for where the thing is known."""
        path = path_of(thing, frozenset(frame.bindings))
        if path is None:
            self._by_reference(formula, frame, origin)
            return
        _, rows = self._things(*path, frame)
        known, nothing = np.flatnonzero(rows >= 0), np.flatnonzero(rows < 0)
        self._path(path[0], (*path[1], "name"), frame.take(known), origin[known])
        self._path(*path, frame.take(nothing), origin[nothing])

    # ---- paths

    def _path(self, variable: str, path: Path, frame: Frame, origin: Rows, *, is_open: bool = False) -> None:
        """The fact of the last step whose thing is known: what is missing there keeps the others from being read.

        It may be a set that `is_open`.
        """
        for length in range(len(path), 0, -1):
            before, fact = path[: length - 1], path[length - 1]
            for state, here in _told(frame.leaf(variable, path[:length]), is_open=is_open) if fact != "id" else ():
                known, numbers = self._numbers(variable, before, fact, state, frame.take(here))
                self._note(origin[here[known]], numbers)
            _, rows = self._things(variable, before, frame)
            rest = np.flatnonzero(rows < 0)
            frame, origin = frame.take(rest), origin[rest]

    def _numbers(self, variable: str, path: Path, fact: str, state: str, frame: Frame) -> tuple[Rows, Rows]:
        """Where what a path leads to is known, and there the numbers of one of its facts."""
        type_, rows = self._things(variable, path, frame)
        known = np.flatnonzero(rows >= 0)
        if variable == SELF and not path and self._decided:
            return known, np.full(len(known), self._keys.own(type_, fact, state), np.int64)
        return known, self._keys.of(type_, rows[known], fact, state)

    def _things(self, variable: str, path: Path, frame: Frame) -> tuple[str, Rows]:
        """The type of what a path leads to, and where it stands in its table; below zero where that is not known."""
        binding = frame.bindings[variable]
        if path:
            type_ = frame.type_at(variable, path)
            return type_, frame.rows_at(variable, path, type_)
        return binding.table.name, frame.records_at(variable, ())

    def _own(self, fact: str, state: str, frame: Frame, origin: Rows) -> None:
        """A fact of the row whose rules are looked into."""
        known, numbers = self._numbers(SELF, (), fact, state, frame)
        self._note(origin[known], numbers)

    def _note(self, origin: Rows, numbers: Rows) -> None:
        if len(origin) > _MANY:
            origin, numbers = pairs_once(origin, numbers)
        if len(origin):
            self.found.append((origin, numbers))

    # ---- what has no columns: `MissingFacts`, once for each combination of what is read

    def _by_reference(self, node: Part, frame: Frame, origin: Rows) -> None:
        number, shown = combinations(node, frame, self._entity if self._decided else None)
        places: list[int] = []
        values: list[int] = []
        for place, row in enumerate(shown.tolist()):
            asked = self._ask(node, frame, row)
            places += [place] * len(asked)
            values += asked
        lists = Lists(np.array(places, np.int64), np.array(values, np.int64), len(shown))
        belongs, numbers = lists.at(number)
        self._note(origin[belongs], numbers)

    def _ask(self, node: Part, frame: Frame, row: int) -> list[int]:
        day = frame.days[frame.day[row]]
        if day not in self._settled:
            self._settled[day] = KnownOnDay(self._world, self._vector.settled.at(day), day)
        env = {name: frame.bound(name, row) for name in frame.bindings}
        own = env[SELF]
        assert isinstance(own, str)
        if self._decided:
            own = env[SELF] = Itself(own)
        trace = MissingFacts(self._settled[day], subject=Subject(self._entity, own), dated=Subject(*DATE))
        if isinstance(node, n.Formula):
            trace.formula(node, env)
        else:
            trace.operand(node, env)
        return [self._number(key) for key in trace.found]

    def _number(self, key: FactKey) -> int:
        (type_, id_), fact, state = key
        if (type_, id_) == DATE:
            return self._keys.own(*DATE, "")
        if id_ == OWN:
            return self._keys.own(type_, fact, state)
        return self._keys.other((type_, id_, fact, state))


def combinations(node: Part, frame: Frame, decided: str | None) -> tuple[Rows, Rows]:
    """The rows that differ in what a node's missing facts depend on, as `distinct` gives them: every step of every path
    that is read, and the day.

    `decided` is the entity of the frame's own rows, where their own facts are named alike for all of them.
    """
    prepared = prepare(node, frame.bindings)
    sizes: dict[tuple[str, Path], tuple[NDArray[np.int32], int]] = {}
    for variable, path in prepared.leaves:
        alike = variable == SELF and decided is not None
        for step in range(1, len(path) + 1) if alike else ():
            leaf = frame.leaf(variable, path[:step])
            sizes[variable, path[:step]] = leaf.codes, len(leaf.facts)
        if not alike or not path or decided in {frame.type_at(variable, path[:i]) for i in range(1, len(path) + 1)}:
            binding = frame.bindings[variable]
            rows = np.arange(frame.length) if binding.rows is None else binding.rows
            sizes[variable, ()] = (rows + 1).astype(np.int32), binding.table.length + 1
    for variable, path in prepared.met:
        sizes[variable, path] = frame.numbered(variable, path)
    columns = [*sizes.values()]
    if prepared.by_day or prepared.by_epoch:
        columns.append((frame.day if prepared.by_day else frame.epoch, len(frame.days)))
    return distinct(columns, frame.length)


def _told(leaf: Coded, *, is_open: bool) -> Iterator[tuple[str, Rows]]:
    """How facts that are not all known are told, and where each stands."""
    states = [how_told(fact, is_open=is_open) for fact in leaf.facts]
    for state in dict.fromkeys(states):
        if state is not None:
            yield state, np.flatnonzero(np.array([s == state for s in states], np.bool_)[leaf.codes])


class KnownOnDay(Settled):
    """What is settled on one day; conclusions come from where they were worked out."""

    def __init__(self, world: World, known: Conclusions, day: Day) -> None:
        super().__init__(world.policy, world.facts, EngineOutcome(day, False, "columnar", {}, {}))
        self._known = known

    def term(self, entity: str, term: str, view: str | None, subject: str) -> SetReading:
        return self._known.term(entity, term, view, subject)

    def decision(self, decision: str, view: str, subject: Subject) -> Bounds:
        return self._known.decision(decision, view, subject)
