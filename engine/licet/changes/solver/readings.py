"""What operands say, as terms: nothing, a value, or what is not encoded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from licet.changes.solver.codings import numbered_alike
from licet.changes.solver.script import FALSE, TRUE, Term, real, whole
from licet.changes.solver.unknowns import FIRST_DAY, LAST_DAY, ThingPath, sort_of
from licet.ir import nodes as n
from licet.ir.effects import concluded
from licet.ir.rewrite import renamed
from licet.ir.strata import Name
from licet.ir.types import DATE, Kind, Type
from licet.plan.bits import SELF
from licet.values import Duration, State

if TYPE_CHECKING:
    from licet.changes.solver.encoder import PolicyEncoder


@dataclass(frozen=True, slots=True)
class EncodedReading:
    """Nothing where it is `nothing`; else the value where it is `known`, and else what nobody encoded.

    What is `written` in the policy is the same for equal numbers only; other codes may share a number.
    """

    nothing: Term
    value: Term
    known: Term
    type: Type
    written: bool = False


class EncodedOperands:
    """The operands of one policy; of what is not encoded `None` is said, never a guess."""

    def __init__(self, encoder: PolicyEncoder) -> None:
        self._encoder = encoder
        self._unknowns = encoder.unknowns
        self._script = encoder.unknowns.script
        self._policy = encoder.policy

    def path(self, operand: n.Operand, at: ThingPath) -> ThingPath | None:
        """The thing to which recorded references lead."""
        if isinstance(operand, n.Variable) and operand.name == SELF:
            return at
        if not isinstance(operand, n.FieldOf) or operand.type.kind is not Kind.ENTITY or operand.name == "id":
            return None
        before = self.path(operand.base, at)
        return None if before is None else before.to(operand.name, operand.type.name)

    def read(self, operand: n.Operand, at: ThingPath) -> EncodedReading | None:
        """A single value."""
        match operand:
            case n.Known(value=value, type=type_) if not isinstance(value, Duration | frozenset):
                return EncodedReading(FALSE, self._unknowns.literal(value, type_), TRUE, type_, written=True)
            case n.Variable(type=type_):
                path = self.path(operand, at)
                return None if path is None else self._thing(path, type_)
            case n.AsOf():
                return EncodedReading(FALSE, self._unknowns.as_of, TRUE, DATE)
            case n.FieldOf():
                return self._field(operand, at)
            case n.ParameterNamed():
                return self._parameter(operand, self._unknowns.as_of, FALSE, TRUE)
            case n.OnDay(part=n.ParameterNamed() as part, day=on):
                found = self.read(on, at)
                return None if found is None else self._parameter(part, found.value, found.nothing, found.known)
            case n.Arithmetic():
                found = self._arithmetic(operand, at)
            case n.Call(function="max" | "latest" | "min" | "earliest"):
                found = self._chosen(operand, at)
            case n.TermOf(type=type_) if type_.kind is not Kind.SET:
                found = self._term(operand, at)
            case other:
                return self._encoder.unread(other, at)
        return self._encoder.unread(operand, at) if found is None else found

    def _thing(self, path: ThingPath, type_: Type) -> EncodedReading:
        unknowns, policy = self._unknowns, self._policy
        return EncodedReading(unknowns.nothing(policy, path), unknowns.identity(policy, path), TRUE, type_)

    def _field(self, operand: n.FieldOf, at: ThingPath) -> EncodedReading | None:
        base = self.path(operand.base, at)
        if base is None or operand.type.kind in (Kind.SET, Kind.DURATION):
            return None
        if operand.name == "id":
            return self._thing(base, operand.type)
        fact = self._unknowns.fact(self._policy, base, operand.name)
        return EncodedReading(fact.nothing, fact.value, TRUE, operand.type)

    # ---- parameters

    def _parameter(self, operand: n.ParameterNamed, on: Term, nothing: Term, known: Term) -> EncodedReading:
        """What stands on a day; where nobody confirmed it, or no row stands, it is not known."""
        script, sort = self._script, sort_of(operand.type)
        nothings, knowns, value = [nothing], [], self._default(operand.type)
        for row in self._policy.parameters[operand.name].rows:
            here = self._encoder.inside((row.interval,), on)
            if row.value is State.NOT_APPLICABLE:
                nothings.append(script.both((known, here)))
            elif isinstance(row.value, bool | int | Fraction | str) or hasattr(row.value, "toordinal"):
                knowns.append(here)
                literal = self._unknowns.literal(row.value, operand.type)  # type: ignore[arg-type]
                value = script.choose(here, literal, value, sort)
        return EncodedReading(script.either(nothings), value, script.both((known, script.either(knowns))), operand.type)

    def _default(self, type_: Type) -> Term:
        return real(0) if sort_of(type_) == "Real" else whole(0)

    # ---- what is computed

    def _arithmetic(self, operand: n.Arithmetic, at: ThingPath) -> EncodedReading | None:
        left = self.read(operand.left, at)
        if left is None:
            return None
        if isinstance(operand.right, n.Known) and isinstance(operand.right.value, Duration):
            return self._shifted(left, operand.right.value, operand)
        right = self.read(operand.right, at)
        if right is None:
            return None
        if operand.operator in "*/" and not self._is_linear(operand, left, right):
            return None
        script = self._script
        if left.type.kind is Kind.DATE or right.type.kind is Kind.DATE:
            if left.type.kind is not right.type.kind:
                return None
            value = script.as_real(script.computed("-", left.value, right.value, "Int"), "Int")
        else:
            value = script.computed(operand.operator, left.value, right.value, "Real")
        return self._of_parts((left, right), value, operand.type)

    def _is_linear(self, operand: n.Arithmetic, left: EncodedReading, right: EncodedReading) -> bool:
        if operand.operator == "/":
            return right.written and isinstance(operand.right, n.Known) and operand.right.value != 0
        return left.written or right.written

    def _shifted(self, start: EncodedReading, by: Duration, operand: n.Arithmetic) -> EncodedReading | None:
        """Some days later, or earlier; beyond the calendar it is its last day, or its first."""
        if by.months:
            return None
        script, days = self._script, by.days if operand.operator == "+" else -by.days
        moved = script.computed("+", start.value, whole(days), "Int")
        ends = script.choose(script.less(LAST_DAY, moved), LAST_DAY, moved, "Int")
        ends = script.choose(script.less(moved, FIRST_DAY), FIRST_DAY, ends, "Int")
        return self._of_parts((start,), ends, operand.type)

    def _chosen(self, operand: n.Call, at: ThingPath) -> EncodedReading | None:
        """The least or the greatest."""
        found = [self.read(argument, at) for argument in operand.arguments]
        parts = [part for part in found if part is not None]
        if len(parts) < len(found) or any(part.type.ranked for part in parts):
            return None
        script, value = self._script, parts[0].value
        for part in parts[1:]:
            greater = script.less(value, part.value)
            pair = (part.value, value) if operand.function in ("max", "latest") else (value, part.value)
            value = script.choose(greater, *pair, sort_of(operand.type))
        return self._of_parts(parts, value, operand.type)

    def _of_parts(self, parts: Sequence[EncodedReading], value: Term, type_: Type) -> EncodedReading:
        """Nothing where a part is, and known where all are."""
        nothing = self._script.either(part.nothing for part in parts)
        known = self._script.both(part.known for part in parts)
        return EncodedReading(nothing, value, known, type_, written=all(part.written for part in parts))

    # ---- single terms

    def _term(self, operand: n.TermOf, at: ThingPath) -> EncodedReading | None:
        """The one value that rules conclude; known where one surely does and none may conclude another."""
        path = self.path(operand.base, at)
        if path is None:
            return None
        found = list(self._concluded(path, operand))
        said = [reading for _, reading in found if reading is not None and numbered_alike(reading.type, operand.type)]
        if len(said) < len(found) or any(map(share_numbers, said)):
            return None
        script = self._script
        sure, possible, open_, value = [], [], [], self._default(operand.type)
        for (must, may), reading in found:
            assert reading is not None
            is_one = script.inverse(reading.nothing)
            sure.append(script.both((must, is_one, reading.known)))
            possible.append((script.both((may, is_one)), reading.value))
            open_.append(script.both((may, is_one, script.inverse(reading.known))))
            value = script.choose(possible[-1][0], reading.value, value, sort_of(operand.type))
        same = [
            script.either((script.inverse(a), script.inverse(b), script.equal(one, other)))
            for i, (a, one) in enumerate(possible)
            for b, other in possible[:i]
        ]
        leads = script.inverse(self._unknowns.nothing(self._policy, path))
        none = script.inverse(script.both((leads, script.either(term for term, _ in possible))))
        known = script.both((script.either(sure), script.inverse(script.either(open_)), *same))
        return EncodedReading(none, value, known, operand.type)

    def _concluded(
        self, path: ThingPath, operand: n.TermOf
    ) -> Iterator[tuple[tuple[Term, Term], EncodedReading | None]]:
        """What rules conclude of a thing: where each does, and which value."""
        encoder = self._encoder
        for place in sorted({operand.view or "", ""}):
            name = Name("term", path.entity, operand.name, place)
            if name in encoder.strata.recursive:
                yield (FALSE, TRUE), None
                return
            for rule in encoder.strata.concluders.get(name, ()):
                for value in concluded(rule.effects, operand.name):
                    said = renamed(value, rule.variable, SELF)
                    yield encoder.of_rule(rule.id, path), self.read(said, path)


def share_numbers(reading: EncodedReading) -> bool:
    """Whether values that are not equal may have one number."""
    return reading.type.kind is Kind.CODE and not reading.written
