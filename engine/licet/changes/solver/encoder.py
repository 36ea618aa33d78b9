"""One policy as terms over the unknowns of a world: the lines of `plan.bits`, which say the law, and their atoms.

What is not encoded is opaque: two truths of which nothing is known but that what is surely so may be so. It is the same
under both policies where it reads the same. That only adds worlds: what none of them shows, none shows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from licet.changes.law import part_digest
from licet.changes.normal_form import NormalForms
from licet.changes.solver.codings import numbered_alike
from licet.changes.solver.definite import is_definite
from licet.changes.solver.memberships import EncodedMembers
from licet.changes.solver.quantified import EncodedQuantifiers
from licet.changes.solver.readings import EncodedOperands, EncodedReading, share_numbers
from licet.changes.solver.script import FALSE, TRUE, Term, day, real
from licet.changes.solver.unknowns import ThingPath, Unknowns
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.operators import COMPARISONS
from licet.ir.strata import Strata, never_negative
from licet.ir.types import DATE, NUMBER, Kind
from licet.ir.walk import Part
from licet.plan.bits import SELF, ProgramWriter
from licet.plan.registers import ONES, ZERO

TermPair = tuple[Term, Term]  # must and may
OpaqueKey = tuple[ThingPath, str, str]
NEVER, ALWAYS = (FALSE, FALSE), (TRUE, TRUE)


@dataclass(frozen=True, slots=True)
class OpaquePart:
    """Something of a policy that is not encoded, at a thing: a condition as a pair, an operand as a reading."""

    part: Part
    at: ThingPath
    encoded: TermPair | EncodedReading


class PolicyEncoder:
    """Encodes one policy; `shared` has what both leave open, by what it reads."""

    def __init__(self, policy: ir.Policy, unknowns: Unknowns, shared: dict[OpaqueKey, TermPair | EncodedReading]):
        self.policy = policy
        self.unknowns = unknowns
        self.strata = Strata.of(policy)
        self.opaque: dict[OpaqueKey, OpaquePart] = {}
        self._shared = shared
        self._script = unknowns.script
        self._operands = EncodedOperands(self)
        self._members = EncodedMembers(self, self._operands)
        self._quantifiers = EncodedQuantifiers(self, self._operands, self._members)
        self._forms = NormalForms(policy)
        self._writers: dict[str, ProgramWriter] = {}
        self._terms: dict[tuple[str, ThingPath], dict[str, Term]] = {}

    # ---- rules and decisions, as `plan.bits` says them

    def reaches(self, decision: str, at: ThingPath) -> list[TermPair]:
        """For each outcome but the first: whether the answer surely, and possibly, is at least that grave."""
        writer = self._writer(at.entity)
        steps = range(1, len(self.policy.decisions[decision].outcomes))
        return [self._pair(writer, writer.at_least(decision, n.OVERALL, step), at) for step in steps]

    def of_rule(self, rule: str, at: ThingPath) -> TermPair:
        """Whether a rule about a thing concludes."""
        writer = self._writer(at.entity)
        return self._pair(writer, writer.of_rule("effective", rule), at)

    def condition(self, formula: n.Formula, at: ThingPath) -> TermPair:
        """A condition on a thing, which is called `SELF` in it."""
        writer = self._writer(at.entity)
        return self._pair(writer, writer.formula(formula), at)

    def _writer(self, entity: str) -> ProgramWriter:
        if entity not in self._writers:
            self._writers[entity] = ProgramWriter(self.policy, self.strata, entity)
        return self._writers[entity]

    def _pair(self, writer: ProgramWriter, bits: tuple[str, str], at: ThingPath) -> TermPair:
        known = self._terms.setdefault((writer.entity, at), {ZERO: FALSE, ONES: TRUE})
        for name, expression, used in writer.needed(bit for bit in bits if bit not in known):
            if name not in known:
                terms = [self._term(writer, bit, at, known) for bit in used]
                match expression.split(" ", 2)[1]:
                    case "&":
                        known[name] = self._script.both(terms)
                    case "|":
                        known[name] = self._script.either(terms)
                    case _:
                        known[name] = self._script.inverse(terms[0])
        must, may = (self._term(writer, bit, at, known) for bit in bits)
        return must, may

    def _term(self, writer: ProgramWriter, bit: str, at: ThingPath, known: dict[str, Term]) -> Term:
        """A line that was encoded, or an input: `ma3` is must of the fourth atom, `yl0` may of the first status."""
        if bit not in known:
            place = int(bit[2:])
            is_live = bit[1] == "l"
            pair = self.live(list(writer.lives)[place]) if is_live else self._atom(list(writer.atoms)[place], at)
            known[f"m{bit[1:]}"], known[f"y{bit[1:]}"] = pair
        return known[bit]

    def live(self, live: ir.Live) -> TermPair:
        """Whether a rule stands on the day that governs (language.md#live)."""
        script, on = self._script, self.unknowns.as_of
        in_force = self.inside(live.in_force, on) if live.in_force else TRUE
        unconfirmed = self.inside(live.unconfirmed, on)
        stands = script.both((in_force, script.inverse(self.inside(live.suspended, on))))
        return script.both((stands, script.inverse(unconfirmed))), script.either((stands, unconfirmed))

    def inside(self, intervals: Iterable[ir.Interval], on: Term) -> Term:
        """Whether a day lies in one of some intervals."""
        return self._script.either(self._inside(interval, on) for interval in intervals)

    def _inside(self, interval: ir.Interval, on: Term) -> Term:
        script = self._script
        begun = TRUE if interval.start is None else script.at_most(day(interval.start), on)
        return script.both((begun, TRUE if interval.end is None else script.less(on, day(interval.end))))

    # ---- atoms

    def _atom(self, formula: n.Formula, at: ThingPath) -> TermPair:
        match formula:
            case n.Holds(subject=subject) if not _is_self(subject):
                plain = replace(formula, subject=_self(subject), negated=False)
                found = self._elsewhere(plain, subject, at, negated=formula.negated)
            case n.Outcome(subject=subject) if not _is_self(subject):
                found = self._elsewhere(replace(formula, subject=_self(subject)), subject, at)
            case n.Member(item=n.Known(), collection=n.TermOf(base=base) as term) if not _is_self(base):
                plain_member = replace(formula, collection=replace(term, base=_self(base)), negated=False)
                found = self._elsewhere(plain_member, base, at, negated=formula.negated)
            case n.Compare():
                found = self._compared(formula, at)
            case n.Member():
                found = self._members.member(formula, at)
            case n.CodeTest():
                found = self._members.below(formula, at)
            case n.Some() | n.Every():
                found = self._quantifiers.some(formula, at)
            case n.HasState(operand=n.FieldOf(base=base, name=name)) if name != "id":
                found = self._applies(formula, base, name, at)
            case other:
                return self.untold(other, at)
        return self.untold(formula, at) if found is None else found

    def _elsewhere(
        self, formula: n.Formula, subject: n.Operand, at: ThingPath, *, negated: bool = False
    ) -> TermPair | None:
        """A conclusion about another thing; of nothing nothing is true, denied or not."""
        path = self._operands.path(subject, at)
        if path is None:
            return None
        found = self.condition(formula, path)
        leads = self._script.inverse(self.unknowns.nothing(self.policy, path))
        return self.where(leads, self.denied(found) if negated else found)

    def _applies(self, formula: n.HasState, base: n.Operand, name: str, at: ThingPath) -> TermPair | None:
        path = self._operands.path(base, at)
        if path is None:
            return None
        if formula.state == "undetermined":
            return ALWAYS if formula.negated else NEVER
        nothing = self.unknowns.fact(self.policy, path, name).nothing
        found = nothing if formula.negated else self._script.inverse(nothing)
        return found, found

    def _compared(self, formula: n.Compare, at: ThingPath) -> TermPair | None:
        left, right = self._operands.read(formula.left, at), self._operands.read(formula.right, at)
        if left is None or right is None or not comparable(formula, left, right):
            return None
        script = self._script
        found = self._ordered(formula, left, right)
        some = script.both((script.inverse(left.nothing), script.inverse(right.nothing)))
        return self.where(some, self.known(script.both((left.known, right.known)), (found, found), formula, at))

    def _ordered(self, formula: n.Compare, left: EncodedReading, right: EncodedReading) -> Term:
        script, comparison = self._script, COMPARISONS[formula.operator]
        orders = {
            "less": lambda: script.less(left.value, right.value),
            "equal": lambda: script.equal(left.value, right.value),
            "more": lambda: script.less(right.value, left.value),
        }
        held = [name for name in orders if getattr(comparison, name)]
        if len(held) == 1:
            return orders[held[0]]()
        (other,) = (name for name in orders if name not in held)
        return script.inverse(orders[other]())

    # ---- pairs

    def where(self, condition: Term, pair: TermPair) -> TermPair:
        """False where the condition is not so."""
        return self._script.both((condition, pair[0])), self._script.both((condition, pair[1]))

    def denied(self, pair: TermPair) -> TermPair:
        return self._script.inverse(pair[1]), self._script.inverse(pair[0])

    def known(self, condition: Term, pair: TermPair, formula: n.Formula, at: ThingPath) -> TermPair:
        """The pair where the condition holds, else what is not encoded."""
        if condition == TRUE:
            return pair
        must, may = self.untold(formula, at)
        script = self._script
        return (script.choose(condition, pair[0], must, "Bool"), script.choose(condition, pair[1], may, "Bool"))

    # ---- what is not encoded

    def untold(self, formula: n.Formula, at: ThingPath) -> TermPair:
        """A condition that is not encoded."""
        key = self._key(formula, at)
        if key not in self._shared:
            script = self._script
            must = script.declare("Bool")
            may = must if is_definite(self.policy, formula) else script.declare("Bool")
            script.require(script.implies(must, may))
            self._shared[key] = must, may
        found = self._shared[key]
        assert isinstance(found, tuple)
        self.opaque[key] = OpaquePart(formula, at, found)
        return found

    def unread(self, operand: n.Operand, at: ThingPath) -> EncodedReading | None:
        """A number or a day that is not encoded; None of what is neither."""
        if isinstance(operand, n.AsOf) or not (operand.type.is_numeric or operand.type.kind is Kind.DATE):
            return None
        key = self._key(operand, at)
        if key not in self._shared:
            script = self._script
            known = TRUE if is_definite(self.policy, operand) else script.declare("Bool")
            value = self.unknowns.unknown(DATE if operand.type == DATE else NUMBER)
            if never_negative(operand):
                script.require(script.at_most(real(0), value))
            self._shared[key] = EncodedReading(script.declare("Bool"), value, known, operand.type)
        found = self._shared[key]
        assert isinstance(found, EncodedReading)
        self.opaque[key] = OpaquePart(operand, at, found)
        return found

    def _key(self, part: Part, at: ThingPath) -> OpaqueKey:
        return at, self._forms.part(part, SELF), part_digest(self.policy, part)


def comparable(formula: n.Compare, left: EncodedReading, right: EncodedReading) -> bool:
    """Whether numbers say how two values compare."""
    if COMPARISONS[formula.operator].is_equality:
        return numbered_alike(left.type, right.type) and not (share_numbers(left) and share_numbers(right))
    return left.type.is_ordered and right.type.is_ordered


def _is_self(operand: n.Operand) -> bool:
    return isinstance(operand, n.Variable) and operand.name == SELF


def _self(operand: n.Operand) -> n.Variable:
    assert not isinstance(operand, n.AsOf)
    return n.Variable(None, SELF, operand.type)
