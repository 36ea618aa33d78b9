"""The reference on one day, which also tells until when all that it read reads the same.

Whatever reads the day says on which later one it may read otherwise: a rule or a list where it begins or ends, a
comparison where the one side has reached the other. What is read in another way is read anew on the next day.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from licet.facts.store import Facts, Subject
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.builtins import BUILTINS
from licet.ir.one_fact import two_reads
from licet.ir.operators import Operator
from licet.ir.remembered import by_identity
from licet.ir.strata import Name
from licet.ir.walk import walk
from licet.run.outcome import RuleResult
from licet.run.reference.bounds import Bounds
from licet.run.reference.clock import AS_OF, Cause, Clock, Horizon, ends_told, horizon_of
from licet.run.reference.formulas import Conclusions, Environment, Formulas, Row, thing_type
from licet.run.reference.interpreter import Interpreter, Key
from licet.run.reference.unknown_values import (
    OneOf,
    Reading,
    SetReading,
    arithmetic,
    called,
    compare,
    interval,
)
from licet.values import State, Truth

_OnDay = Callable[[date], Reading]


class Kinetic(Interpreter):
    """Goes on from day to day, and forgets what reads otherwise by then: all else it need not conclude again."""

    def __init__(
        self, policy: ir.Policy, facts: Facts, today: date, last: date, *, enforced_only: bool = False
    ) -> None:
        super().__init__(policy, facts, today, enforced_only=enforced_only)
        self.clock = Clock(today, last)
        self.formulas: KineticFormulas = KineticFormulas(policy, facts, self.clock, self)
        self._standing: dict[str, Horizon] = {}
        self._memories: Mapping[str, dict[Any, Any]] = {
            "beats": self._beats,
            "applied": self._applied,
            "bodies": self._bodies,
            "terms": self._terms,
            "results": self._results,
            "done": self._done,
            "decisions": self._decisions,
        }

    def advance(self, day: date) -> None:
        """The same on a later day."""
        for memory, key in self.clock.advance(day):
            if memory in self._memories:
                self._memories[memory].pop(key, None)
        self.as_of = self.formulas.as_of = day
        self._live.clear()
        self.formulas.forget()

    def live(self, rule: ir.Rule) -> Truth:
        self.clock.read_known(self._standing, rule.id, lambda: _standing(rule, self.clock.today))
        return super().live(rule)

    def body(self, rule: ir.Rule, subject: Subject) -> Truth:
        key = (rule.id, subject)
        if key not in self._bodies and self._is_settled():
            with self.clock.scope("bodies", key):
                return super().body(rule, subject)
        self.clock.recall("bodies", key)
        return super().body(rule, subject)

    def beats(self, exception: ir.Rule, subject: Subject) -> Truth:
        found = super().beats(exception, subject)
        self.clock.recall("beats", (exception.id, subject))
        return found

    def _look_whether_it_beats(self, exception: ir.Rule, subject: Subject) -> None:
        with self.clock.scope("beats", (exception.id, subject)):
            super()._look_whether_it_beats(exception, subject)

    def applies(self, rule: ir.Rule, subject: Subject) -> Truth:
        """What a rule excepts comes first, each with its own horizon: the condition of the exception may ask for it."""
        if self._running or self._probes:
            return super().applies(rule, subject)  # which remembers nothing then
        waiting = [] if (rule.id, subject) in self._applied else [rule]
        while waiting:
            current = waiting[-1]
            first = [self.policy.rules[r] for r in current.excepts if (r, subject) not in self._applied]
            if first:
                waiting += first
                continue
            with self.clock.scope("applied", (current.id, subject)):
                for excepted in current.excepts:
                    self.clock.recall("applied", (excepted, subject))
                super().applies(current, subject)
            waiting.pop()
        self.clock.recall("applied", (rule.id, subject))
        return self._applied[rule.id, subject]

    def result(self, rule: ir.Rule, subject: Subject) -> RuleResult:
        with self.clock.scope("results", (rule.id, subject)):
            return super().result(rule, subject)

    def term(self, entity: str, term: str, view: str | None, subject: str) -> SetReading:
        key = (entity, term, view, subject)
        if key not in self._terms and self._is_settled():
            with self.clock.scope("terms", key):
                return super().term(*key)
        self.clock.recall("terms", key)
        return super().term(*key)

    def _conclusion(self, name: Name, subject: Subject) -> SetReading:
        found = super()._conclusion(name, subject)
        self.clock.recall("done", (name, subject))
        return found

    def _work_out(self, key: Key) -> None:
        known = len(self._done)
        with self.clock.scope("done", key):
            super()._work_out(key)
            self.clock.stamp("done", islice(self._done, known, None))

    def decision(self, decision: str, view: str, subject: Subject) -> Bounds:
        found = super().decision(decision, view, subject)
        self.clock.recall("decisions", (decision, view, subject))
        return found

    def _decide(self, decision: str, view: str, subject: Subject) -> None:
        with self.clock.scope("decisions", (decision, view, subject)):
            super()._decide(decision, view, subject)


def _standing(rule: ir.Rule, today: date) -> Horizon:
    told = rule.live.told.items()
    ends = (end for how, intervals in told for one in intervals for end in ends_told(one, "rule", rule.id, how))
    return horizon_of(today, ends, announced=any(one.contains(today) for one in rule.live.not_enforced))


class KineticFormulas(Formulas):
    """Tells a clock what reads otherwise on a later day."""

    def __init__(self, policy: ir.Policy, facts: Facts, clock: Clock, conclusions: Conclusions) -> None:
        super().__init__(policy, facts, clock.today, conclusions)
        self._clock = clock
        self._listed: dict[tuple[str, object], Horizon] = {}
        self._unlisted: dict[str, Horizon] = {}

    def truth(self, formula: n.Formula, env: Environment) -> Truth:
        if isinstance(formula, n.RowAbove):  # the rows that were asked are remembered
            with self._clock.scope("above", (id(formula.rows), env[formula.variable])):
                return super().truth(formula, env)
        return super().truth(formula, env)

    def read(self, operand: n.Operand, env: Environment) -> Reading:
        if isinstance(operand, n.AsOf):
            self._clock.tomorrow(AS_OF)
        elif isinstance(operand, n.ParameterNamed):
            spans = (row.interval for row in self.policy.parameters[operand.name].rows)
            self._turns(end for span in spans for end in ends_told(span, "parameter", operand.name))
        return super().read(operand, env)

    def _turns(self, turns: Iterable[tuple[date | None, Cause]]) -> None:
        self._clock.read(horizon_of(self._clock.today, turns))

    # ---- lists

    def listed(self, dated: ir.DatedList, member: object) -> Truth:
        self._read_list(dated, (member,))
        return super().listed(dated, member)

    def as_set(self, operand: n.Operand, env: Environment) -> SetReading:
        if isinstance(operand, n.ListNamed):
            dated = self.policy.lists[operand.name]
            self._read_list(dated, (None, *dated.named))
        return super().as_set(operand, env)

    def _read_list(self, dated: ir.DatedList, members: tuple[object, ...]) -> None:
        self._clock.read_known(
            self._listed, (dated.name, members), lambda: _membership(dated, members, self._clock.today)
        )

    def names_nobody(self, dated: ir.DatedList) -> bool:
        self._clock.read_known(self._unlisted, dated.name, lambda: _emptiness(dated, self._clock.today))
        return super().names_nobody(dated)

    # ---- comparisons with the day of the decision

    def _compared(self, formula: n.Compare, env: Environment) -> Truth:
        if not _reads_day(formula) or two_reads(formula) is not None:
            return super()._compared(formula, env)
        race = Race(formula.operator, self._side(formula.left, env), self._side(formula.right, env))
        return race.truth(self._compared_on(formula, race, env))

    def _compared_on(self, formula: n.Compare, race: Race, env: Environment) -> date:
        """The day on which two sides are compared; the clock is told when they compare otherwise."""
        if race.is_even:
            self._clock.tomorrow(AS_OF)  # they may draw level again and again
        else:
            turn = race.turn(self._clock.today, self._clock.last)
            if turn is not None:
                self._clock.read(Horizon(turn, self._causes(formula, race, env)))
        return self._clock.today

    def _causes(self, formula: n.Compare, race: Race, env: Environment) -> frozenset[Cause]:
        """The days that are named by a comparison that turns; the day itself where none is, or any may turn it."""
        return frozenset(() if race.is_even else self._told(formula, env)) or frozenset({AS_OF})

    def _side(self, operand: n.Operand, env: Environment) -> _Side:
        """What an operand says on each day until whatever else it reads turns."""
        match operand:
            case n.AsOf():
                return _Side(lambda day: day, 1)
            case n.Arithmetic(operator="+" | "-" as operator, left=left, right=right):
                first, second = self._side(left, env), self._side(right, env)
                moves = {first.moves, second.moves if operator == "+" else -second.moves} - {0}
                if len(moves) < 2:
                    return _Side(lambda day: arithmetic(operator, first.on(day), second.on(day)), sum(moves))
            case n.Call(function=name, arguments=arguments) if _is_rising(name):
                builtin, sides = BUILTINS[name], [self._side(argument, env) for argument in arguments]
                function, moves = builtin.function, {side.moves for side in sides} - {0}
                if function is not None and len(moves) < 2:
                    on: _OnDay = lambda day: called(builtin, function, [side.on(day) for side in sides], None)  # noqa: E731
                    return _Side(on, sum(moves))
            case _:
                pass
        found = self.read(operand, env)
        return _Side(lambda _: found, 0)

    def _told(self, formula: n.Compare, env: Environment) -> Iterator[Cause]:
        """The recorded and the written days that a comparison names."""
        waiting: list[n.Operand] = [formula.left, formula.right]
        while waiting:
            operand = waiting.pop()
            if isinstance(operand, n.Arithmetic):
                waiting += (operand.left, operand.right)
            elif isinstance(operand, n.Call):
                waiting += operand.arguments
            elif isinstance(operand, n.Known) and isinstance(operand.value, date):
                yield Cause("day", operand.value.isoformat())
            elif isinstance(operand, n.FieldOf):
                bound = self.bound(operand.base, env)
                if isinstance(bound, Row):
                    yield Cause("fact", self._row_told(bound), operand.name)
                elif isinstance(bound, str):
                    yield Cause("fact", f"{thing_type(operand.base)}/{bound}", operand.name)

    def _row_told(self, row: Row) -> str:
        """A row by its relation and its references."""
        record = self.facts.relations[row.relation][row.index]
        said = (record.get(name) for name in self.policy.relations[row.relation].parameters)
        return "/".join([row.relation, *(value for value in said if isinstance(value, str))])


def _membership(dated: ir.DatedList, members: Iterable[object], today: date) -> Horizon:
    """Until when whoever is on a list stays, and nobody of the others comes; None is whoever it never names."""
    ends = (
        end
        for member in members
        for span in dated.periods(member)
        for end in ends_told(span, "list", dated.name, "" if member is None else str(member))
    )
    return horizon_of(today, ends)


def _emptiness(dated: ir.DatedList, today: date) -> Horizon:
    """Until when a list that has members has some, and one that has none, or is not known to have, none."""
    spans = [("", dated.covers), *((str(member.member), member.interval) for member in dated.members)]
    ends = [end for name, span in spans for end in ends_told(span, "list", dated.name, name)]
    turns = {day for day, _ in ends if day is not None and dated.is_empty(day) != dated.is_empty(today)}
    return horizon_of(today, (end for end in ends if end[0] in turns))


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of a comparison by day; from one day to the next it only rises (1), only falls (-1), or stays (0)."""

    on: _OnDay
    moves: int


@dataclass(frozen=True, slots=True)
class Race:
    """Two sides of a comparison, as the days go by."""

    operator: Operator
    left: _Side
    right: _Side

    @property
    def is_even(self) -> bool:
        """Whether both move, and the same way."""
        return self.left.moves != 0 and self.left.moves == self.right.moves

    def truth(self, day: date) -> Truth:
        return compare(self.operator, self.left.on(day), self.right.on(day))

    def turn(self, today: date, last: date) -> date | None:
        """The first day after today, up to the last, on which the comparison is another; of sides that are not even.

        It hangs on how the ends of the two sides lie to each other. That never comes back once they have passed each
        other, so that the day is found by halving.
        """
        before, day = self.truth(today), today
        while (orders := self._orders(day)) != self._orders(last):
            first, end = day.toordinal(), last.toordinal()
            at = bisect_left(range(first, end), True, key=lambda d, o=orders: self._orders(date.fromordinal(d)) != o)  # type: ignore[misc]
            day = date.fromordinal(first + at)
            if self.truth(day) != before:
                return day
        return None

    def _orders(self, day: date) -> tuple[int | None, int | None] | None:
        """How the high end of each side lies to the low end of the other."""
        left, right = self.left.on(day), self.right.on(day)
        if isinstance(left, State | OneOf | SetReading) or isinstance(right, State | OneOf | SetReading):
            return None
        a, b = interval(left), interval(right)
        return _order(a.high, b.low), _order(b.high, a.low)


def _order(one: Any, other: Any) -> int | None:
    """None where there is no end."""
    if one is None or other is None:
        return None
    return int(one > other) - int(one < other)


@by_identity
def _reads_day(formula: n.Compare) -> bool:
    return any(isinstance(node, n.AsOf) for node in walk(formula))


def _is_rising(name: str) -> bool:
    """Whether a built-in rises with each of its arguments, and hangs on nothing else."""
    builtin = BUILTINS[name]
    return builtin.function is not None and builtin.takes in ("ordered", "dates", "date") and not builtin.most
