"""Whether some, or every, member of a recorded set is so: a set of codes, of countries or of values that a type names.

Such a set is finite in the solver: a mark for each number that stands for a value. So a condition is asked of each
number, and what it asks of other things once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from licet.changes.solver.codings import numbered_alike
from licet.changes.solver.memberships import EncodedMembers
from licet.changes.solver.readings import EncodedOperands, share_numbers
from licet.changes.solver.script import FALSE, TRUE, whole
from licet.changes.solver.unknowns import ThingPath
from licet.ir import nodes as n
from licet.ir.equations import reads_variable
from licet.ir.types import Kind, Type

if TYPE_CHECKING:
    from licet.changes.solver.encoder import PolicyEncoder, TermPair

    PairOf = Callable[[int], TermPair]  # by the number of a member

_FINITE = (Kind.CODE, Kind.COUNTRY, Kind.ENUMERATION)


class EncodedQuantifiers:
    """The questions of one policy about members of recorded sets; None of what is not encoded."""

    def __init__(self, encoder: PolicyEncoder, operands: EncodedOperands, members: EncodedMembers) -> None:
        self.encoder = encoder
        self.operands = operands
        self.members = members
        self._unknowns = encoder.unknowns
        self.script = encoder.unknowns.script

    def some(self, formula: n.Some | n.Every, at: ThingPath) -> TermPair | None:
        """Whether some member is so; that every one is, is that none is not."""
        each = formula.each
        if each.kind != "members" or not isinstance(each.members, n.FieldOf) or isinstance(each, n.SupposedOpen):
            return None
        field = each.members
        element, path = field.type.element, self.operands.path(field.base, at)
        if path is None or field.open or element is None or element.kind not in _FINITE:
            return None
        member = _OfMember(self, each.variable, element, at)
        pair_of = member.asked(formula)
        if pair_of is None:
            return None
        script, fact = self.script, self._unknowns.fact(self.encoder.policy, path, field.name)
        low, high = self._unknowns.codings.bounds(element) or (0, -1)
        alike: dict[TermPair, list[int]] = {}
        for number in range(low, high + 1):
            alike.setdefault(pair_of(number), []).append(number)
        musts, mays = [], []
        for (must, may), numbers in alike.items():
            if may != FALSE:
                there = script.either(self._unknowns.has(fact, number) for number in numbers)
                musts.append(script.both((there, must)))
                mays.append(script.both((there, may)))
        found = self.encoder.where(script.inverse(fact.nothing), (script.either(musts), script.either(mays)))
        return self.encoder.denied(found) if isinstance(formula, n.Every) else found


class _OfMember:
    """Conditions on one member, by its number."""

    def __init__(self, of: EncodedQuantifiers, variable: str, element: Type, at: ThingPath) -> None:
        self._of = of
        self._variable = variable
        self._element = element
        self._at = at

    def asked(self, formula: n.Some | n.Every) -> PairOf | None:
        """What one member has to be: of `every` a member that is not so."""
        parts = [] if formula.where is None else [self.pair_of(formula.where)]
        if isinstance(formula, n.Every):
            parts.append(self._denied(self.pair_of(formula.condition)))
        return self._joined(parts, is_all=True)

    def pair_of(self, formula: n.Formula) -> PairOf | None:
        if not reads_variable(formula, self._variable):
            pair = self._of.encoder.condition(formula, self._at)
            return lambda _: pair
        match formula:
            case n.AllOf(parts=parts) | n.AnyOf(parts=parts):
                return self._joined([self.pair_of(part) for part in parts], is_all=isinstance(formula, n.AllOf))
            case n.Not(part=part):
                return self._denied(self.pair_of(part))
            case n.Limb(part=part):
                return self.pair_of(part)
            case n.Compare():
                return self._compared(formula)
            case n.Member(item=n.Variable(), collection=collection, negated=negated):
                found = self._member(collection)
                return self._denied(found) if negated else found
            case n.CodeTest(item=n.Variable(), asks="under", codes=(codes,), negated=negated):
                found = self._below(codes)
                return self._denied(found) if negated else found
        return None  # whatever else is asked of a member

    def _joined(self, parts: list[PairOf | None], *, is_all: bool) -> PairOf | None:
        several = [part for part in parts if part is not None]
        if len(several) < len(parts):
            return None
        script = self._of.script
        join = script.both if is_all else script.either

        def pair(number: int) -> TermPair:
            found = [part(number) for part in several]
            return join(must for must, _ in found), join(may for _, may in found)

        return pair

    def _denied(self, part: PairOf | None) -> PairOf | None:
        return None if part is None else lambda number: self._of.encoder.denied(part(number))

    def _compared(self, formula: n.Compare) -> PairOf | None:
        sides = (formula.left, formula.right)
        others = [side for side in sides if not (isinstance(side, n.Variable) and side.name == self._variable)]
        if formula.operator not in ("=", "!=") or len(others) != 1 or reads_variable(others[0], self._variable):
            return None
        other = self._of.operands.read(others[0], self._at)
        if other is None or other.known != TRUE or share_numbers(other):
            return None
        if not numbered_alike(self._element, other.type):
            return None
        script = self._of.script
        some = script.inverse(other.nothing)

        def pair(number: int) -> TermPair:
            equal = script.equal(whole(number), other.value)
            found = script.both((some, equal if formula.operator == "=" else script.inverse(equal)))
            return found, found

        return pair

    def _member(self, collection: n.Operand) -> PairOf | None:
        """In a list, or among what is written out."""
        if isinstance(collection, n.SetOf):
            return self._joined([self._one_of(item) for item in collection.items], is_all=False)
        if not isinstance(collection, n.ListNamed | n.OnDay):
            return None
        found = self._of.members.listed_numbers(collection, self._element, self._at)
        return None if found is None else _by_number(*found)

    def _one_of(self, item: n.Operand) -> PairOf | None:
        if isinstance(item, n.ListNamed | n.OnDay):
            return self._member(item)
        return self._compared(n.Compare(None, "=", n.Variable(None, self._variable, self._element), item))

    def _below(self, codes: n.Operand) -> PairOf | None:
        found = self._of.members.numbers_below(codes, self._element)
        return None if found is None else _by_number(*found)


def _by_number(found: Mapping[int, TermPair], otherwise: TermPair) -> PairOf:
    return lambda number: found.get(number, otherwise)
