"""The reference on a day on which some clocks still read as on a day before: what an answer would be without them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from licet.facts.store import Facts
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.run.reference.clock import AS_OF, Cause, Clock
from licet.run.reference.formulas import Conclusions, Environment
from licet.run.reference.interpreter import Interpreter
from licet.run.reference.kinetic import KineticFormulas, Race
from licet.run.reference.live import live
from licet.run.reference.unknown_values import F, Reading, SetReading
from licet.values import Truth

Held = tuple[str, str, str]  # what turns as one: the kind, what it is of, and which field or member


def clock_of(cause: Cause) -> Held:
    """All intervals of a rule are one clock, and so are both ends of whoever is on a list."""
    return cause.kind, cause.of, "" if cause.kind == "rule" else cause.field


THE_DAY = clock_of(AS_OF)


@dataclass(slots=True)
class DaysApart:
    """The days, recorded or written, that are held each for itself; any other goes with the day itself.

    `met` are others that a comparison named which turned between the two days.
    """

    known: frozenset[Held] = frozenset()
    met: set[Held] = field(default_factory=set)


class HeldBack(Interpreter):
    """Decides on a day; what is held reads as on `before`, all else as on the day."""

    def __init__(
        self,
        policy: ir.Policy,
        facts: Facts,
        day: date,
        held: frozenset[Held],
        *,
        before: date | None = None,
        apart: DaysApart | None = None,
        enforced_only: bool = False,
    ) -> None:
        super().__init__(policy, facts, day, enforced_only=enforced_only)
        self._held = held
        self._before = day - timedelta(days=1) if before is None else before
        self.formulas = _Formulas(policy, facts, day, held, self, self._before, apart)

    def live(self, rule: ir.Rule) -> Truth:
        if ("rule", rule.id, "") not in self._held:
            return super().live(rule)
        return live(rule.live, self._before, enforced_only=self.enforced_only)


class _Formulas(KineticFormulas):
    """Reads each thing that turns as it reads on the day, or on the day before."""

    def __init__(
        self,
        policy: ir.Policy,
        facts: Facts,
        day: date,
        held: frozenset[Held],
        conclusions: Conclusions,
        before: date,
        apart: DaysApart | None,
    ) -> None:
        super().__init__(policy, facts, Clock(day, day), conclusions)
        self._day = day
        self._held = held
        self._before = before
        self._apart = apart

    def read(self, operand: n.Operand, env: Environment) -> Reading:
        if isinstance(operand, n.AsOf) and THE_DAY in self._held:
            return self._before
        if isinstance(operand, n.ParameterNamed) and ("parameter", operand.name, "") in self._held:
            return self.at(self._before).read(operand, env)
        return super().read(operand, env)

    def listed(self, dated: ir.DatedList, member: object) -> Truth:
        if ("list", dated.name, "" if member is None else str(member)) in self._held:
            return self.at(self._before).listed(dated, member)
        return super().listed(dated, member)

    def as_set(self, operand: n.Operand, env: Environment) -> SetReading:
        if not isinstance(operand, n.ListNamed):
            return super().as_set(operand, env)
        dated = self.policy.lists[operand.name]
        added = {member for of, member in self.facts.members if of == dated.name}
        return SetReading({name: self.listed(dated, name) for name in dated.named | added}, self.listed(dated, None))

    def names_nobody(self, dated: ir.DatedList) -> bool:
        added = any(name == dated.name for name, _ in self.facts.members)
        return not added and all(self.listed(dated, member) is F for member in (None, *dated.named))

    def _compared_on(self, formula: n.Compare, race: Race, env: Environment) -> date:
        clocks = {clock_of(cause) for cause in self._causes(formula, race, env)}
        if self._apart is not None:
            if race.truth(self._before) != race.truth(self._day):
                self._apart.met |= clocks - self._apart.known
            clocks = {clock if clock in self._apart.known else THE_DAY for clock in clocks}
        return self._before if clocks & self._held else self._day
