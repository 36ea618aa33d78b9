"""What is not known of a world in which all facts are complete, a value or *not applicable*: of each an unknown.

Both policies read the same unknowns. Two paths may lead to one thing; that their facts are then equal is not said: so
there are more of these worlds than there can be, and what none of them shows, none shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from licet.changes.solver.codings import Codings
from licet.changes.solver.script import FALSE, SmtScript, Sort, Term, day, real, whole
from licet.ir import policy as ir
from licet.ir.types import Kind, Type
from licet.values import Value

FIRST_DAY, LAST_DAY = day(date.min), day(date.max)


@dataclass(frozen=True, slots=True)
class ThingPath:
    """A thing, by the references that lead to it from the subject."""

    entity: str
    owner: ThingPath | None = None
    name: str = ""

    def to(self, name: str, entity: str) -> ThingPath:
        return ThingPath(entity, self, name)

    @property
    def steps(self) -> tuple[str, ...]:
        return () if self.owner is None else (*self.owner.steps, self.name)


@dataclass(frozen=True, slots=True)
class FactAsked:
    """The unknowns of a fact; of a set one for each member that is asked for, by its number.

    It is `nothing` where its `own` mark says so, and where the thing itself is.
    """

    own: Term
    nothing: Term
    value: Term
    type: Type
    members: dict[int, Term]


def sort_of(type_: Type) -> Sort:
    """How its values are written."""
    return "Real" if type_.is_numeric else "Int"


class Unknowns:
    """The unknowns that two policies ask for, in one text."""

    def __init__(self, policies: tuple[ir.Policy, ir.Policy]) -> None:
        self.script = SmtScript()
        self.codings = Codings(policies)
        self.facts: dict[tuple[ThingPath, str], FactAsked] = {}
        self.roots: dict[ThingPath, Term] = {}
        self.as_of = self.script.declare("Int")
        self.script.require(self.script.within(FIRST_DAY, self.as_of, LAST_DAY))

    def fact(self, policy: ir.Policy, path: ThingPath, name: str) -> FactAsked:
        """The unknowns of a recorded field; of nothing nothing is recorded."""
        if (path, name) not in self.facts:
            declared = policy.entities[path.entity].fields[name]
            own = FALSE if declared.always else self.script.declare("Bool")
            nothing = self.script.either((self.nothing(policy, path), own))
            value = FALSE if declared.type.kind is Kind.SET else self.unknown(declared.type)
            self.facts[path, name] = FactAsked(own, nothing, value, declared.type, {})
        return self.facts[path, name]

    def nothing(self, policy: ir.Policy, path: ThingPath) -> Term:
        """Whether a path leads nowhere."""
        return FALSE if path.owner is None else self.fact(policy, path.owner, path.name).nothing

    def identity(self, policy: ir.Policy, path: ThingPath) -> Term:
        """Which thing it is."""
        if path.owner is not None:
            return self.fact(policy, path.owner, path.name).value
        if path not in self.roots:
            self.roots[path] = self.script.declare("Int")
        return self.roots[path]

    def has(self, fact: FactAsked, member: int) -> Term:
        """Whether a set that is recorded has a member."""
        if member not in fact.members:
            fact.members[member] = self.script.declare("Bool")
        return fact.members[member]

    def unknown(self, type_: Type) -> Term:
        """Some value of a type."""
        script = self.script
        value = script.declare(sort_of(type_))
        bounds = self.codings.bounds(type_)
        if bounds is not None:
            script.require(script.within(whole(bounds[0]), value, whole(bounds[1])))
        elif type_.kind is Kind.DATE:
            script.require(script.within(FIRST_DAY, value, LAST_DAY))
        elif type_.kind in (Kind.QUANTITY, Kind.PERCENT):
            script.require(script.at_most(real(0), value))
            if type_.kind is Kind.PERCENT:
                script.require(script.at_most(value, real(1)))
        return value

    def literal(self, value: Value, type_: Type) -> Term:
        """A value that is written in a policy."""
        match value:
            case date():
                return day(value)
            case bool() | str():
                return whole(self.codings.number(value, type_))
            case frozenset():
                raise AssertionError("a set is no single value")
            case number:
                return real(number)
