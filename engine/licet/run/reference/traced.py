"""The reference on one day, which also tells what of facts and law an answer read: changes elsewhere leave it as it is.

A read has a key, and whatever changes has the keys that it touches (`changes.watch.touched`). What is read of a
collection is asked by a filter: of rows that say a value there is a key, and one with it of those that do not say;
without a filter it is the whole collection. What is absent is read like what is there.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from fractions import Fraction
from typing import Any

from licet.facts.store import Facts, Subject
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.run.outcome import RuleResult
from licet.run.reference.bounds import Bounds
from licet.run.reference.clock import Clock, Remembered
from licet.run.reference.formulas import Bound, Conclusions, Environment
from licet.run.reference.kinetic import Kinetic, KineticFormulas
from licet.run.reference.moments import moments
from licet.run.reference.unknown_values import Reading, SetReading
from licet.values import Range, Truth

ReadKey = tuple[str, ...]
_ATOMS = n.Compare | n.Member | n.HasState | n.CodeTest  # which may read law on other days
UNSTATED, WHOLE, MARK, HEAD = "?", "*", "+", "#"  # in the place of a value, of a field, of a member


def value_key(value: object) -> str:
    """The same for values that are equal."""
    match value:
        case str():
            return f"'{value}"
        case bool() | int() | Fraction():
            return str(Fraction(value))
        case _:
            return str(value)


class ReadLog(Clock):
    """A clock that keeps what was read besides, in the same scopes."""

    def __init__(self, today: date, last: date) -> None:
        super().__init__(today, last)
        self.reads: set[ReadKey] = set()
        self._known: dict[Remembered, frozenset[ReadKey]] = {}

    def note(self, *key: str) -> None:
        self.reads.add(key)

    def advance(self, day: date) -> Iterator[Remembered]:
        for key in super().advance(day):
            self._known.pop(key, None)
            yield key

    def reset(self) -> None:
        super().reset()
        self.reads = set()

    def recall(self, memory: str, key: Hashable) -> None:
        super().recall(memory, key)
        self.reads.update(self._known.get((memory, key), ()))

    def stamp(self, memory: str, keys: Iterable[Hashable]) -> None:
        found = list(keys)
        super().stamp(memory, found)
        for key in found:
            self._known.setdefault((memory, key), frozenset(self.reads))

    @contextmanager
    def scope(self, memory: str, key: Hashable) -> Iterator[None]:
        around, self.reads = self.reads, set()
        try:
            with super().scope(memory, key):
                yield
            self._known[memory, key] = frozenset(self.reads | self._known.get((memory, key), frozenset()))
            self.reads = around | self._known[memory, key]
        except BaseException:
            self.reads |= around
            raise


class Tracing(Kinetic):
    """Tells its log what it reads."""

    def __init__(
        self, policy: ir.Policy, facts: Facts, today: date, last: date, *, enforced_only: bool = False
    ) -> None:
        super().__init__(policy, facts, today, last, enforced_only=enforced_only)
        self.clock: ReadLog = ReadLog(today, last)
        self.formulas: TracedFormulas = TracedFormulas(policy, facts, self.clock, self)

    def result(self, rule: ir.Rule, subject: Subject) -> RuleResult:
        self.clock.note("law", subject.type)
        return super().result(rule, subject)

    def term(self, entity: str, term: str, view: str | None, subject: str) -> SetReading:
        self.clock.note("law", entity)
        return super().term(entity, term, view, subject)

    def decision(self, decision: str, view: str, subject: Subject) -> Bounds:
        self.clock.note("law", subject.type)
        return super().decision(decision, view, subject)


class TracedFormulas(KineticFormulas):
    """Tells a log what of facts, lists and parameters it reads."""

    def __init__(self, policy: ir.Policy, facts: Facts, log: ReadLog, conclusions: Conclusions) -> None:
        super().__init__(policy, facts, log, conclusions)
        self._log = log

    # ---- facts

    def _record_field(self, type_: str, id_: str, name: str) -> Range | Reading | frozenset[str]:
        self._log.note("fact", type_, id_, name)
        return super()._record_field(type_, id_, name)

    def candidates(
        self, each: n.Each, env: Environment, saying: tuple[str, object] | None = None
    ) -> Iterator[tuple[Bound, Truth]]:
        if each.kind != "members":
            self._log.note("in", each.name, MARK)
            if saying is None:
                self._log.note("in", each.name, WHOLE)
            else:
                self._note_saying(each.name, *saying)
        return super().candidates(each, env, saying)

    def _note_saying(self, collection: str, field: str, value: object) -> None:
        """Members that say a value, and those that do not say."""
        self._log.note("in", collection, field, value_key(value))
        self._log.note("in", collection, field, UNSTATED)

    def rows_by(self, relation: str, parameter: str) -> Any:
        """As a closure asks for them: those that lead from something are a key, and those from nobody knows where."""
        return _Noting(super().rows_by(relation, parameter), self, relation, parameter)

    def openings_by(self, relation: str, parameter: str) -> Any:
        return _Noting(super().openings_by(relation, parameter), self, relation, parameter)

    # ---- law

    def truth(self, formula: n.Formula, env: Environment) -> Truth:
        if isinstance(formula, _ATOMS):
            for _, read in moments(formula):  # also of a day that is not known: they say which days are tried for it
                for part in read:
                    self._note_dated(part)
        return super().truth(formula, env)

    def read(self, operand: n.Operand, env: Environment) -> Reading:
        self._note_dated(operand)
        return super().read(operand, env)

    def _note_dated(self, operand: n.Operand) -> None:
        """A parameter or a whole list, of the day that governs or of another."""
        part = operand.part if isinstance(operand, n.OnDay) else operand
        if isinstance(part, n.ParameterNamed):
            self._log.note("parameter", part.name)
        elif isinstance(part, n.ListNamed):
            self._log.note("list", part.name, WHOLE)

    def listed(self, dated: ir.DatedList, member: object) -> Truth:
        self._log.note("list", dated.name, HEAD)
        self._log.note("list", dated.name, value_key(member))
        return super().listed(dated, member)

    def names_nobody(self, dated: ir.DatedList) -> bool:
        self._log.note("list", dated.name, WHOLE)
        return super().names_nobody(dated)

    def as_set(self, operand: n.Operand, env: Environment) -> SetReading:
        self._note_dated(operand)
        return super().as_set(operand, env)

    def _days_off(self, name: str) -> ir.DatedList | None:
        if name:
            self._log.note("list", name, WHOLE)
        return super()._days_off(name)


class _Noting:
    """Rows by what they say in a parameter, which tells what is asked of it."""

    def __init__(self, known: Any, formulas: TracedFormulas, relation: str, parameter: str) -> None:
        self._known = known
        self._formulas = formulas
        self._of = relation, parameter

    def get(self, origin: object, otherwise: Any) -> Any:
        self._formulas._note_saying(*self._of, origin)  # noqa: SLF001
        return self._known.get(origin, otherwise)
