"""Rules as texts that are equal where two rules decide alike however they are written.

Labels, the names of variables, the order within `all of`, `any of` and `one of`, doubled and moved negations, the sides
of a comparison and the ways of writing a number are gone. `not x < y` never becomes `x >= y`: they differ where x is
not applicable.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, assert_never

from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.canonical import plain
from licet.ir.operators import FLIPPED
from licet.ir.walk import Part
from licet.values import Truth

Names = Mapping[str, int]  # of each variable that is bound: how many are bound around it
_OF_PLAIN_RULES = ("rule", "directive", "row", "item", "obligation")  # ways of writing one thing


def written(value: Any) -> str:
    """A value, a name or a part of a policy without formulas as a text of its own."""
    return json.dumps(plain(value), ensure_ascii=False, sort_keys=True)


def node(head: str, *parts: str) -> str:
    """A text with parts; no part can be taken for two."""
    return f"({' '.join((head, *parts))})"


class NormalForms:
    """The normal forms of the rules of one policy."""

    def __init__(self, policy: ir.Policy) -> None:
        self._decisions = policy.decisions
        self._above: dict[tuple[int, int], tuple[n.RowConditions, list[str]]] = {}  # rows are kept: so is the identity

    def rule(self, rule: ir.Rule) -> str:
        """What a rule decides by itself: what it excepts is told apart from it (`licet.changes.law`)."""
        return node(
            "rule" if rule.kind in _OF_PLAIN_RULES else rule.kind,
            written([rule.entity, rule.jurisdiction]),
            self.body(rule),
            *self.effects(rule),
            *(written(sorted(intervals(part))) for part in rule.live.told.values()),
        )

    def effects(self, rule: ir.Rule) -> list[str]:
        """What it concludes."""
        names = {rule.variable: 0}
        return sorted(self._effect(effect, names) for effect in rule.effects)

    def body(self, rule: ir.Rule) -> str:
        """Its condition."""
        return self._part(n.Constant(None, Truth.T) if rule.body is None else rule.body, {rule.variable: 0})

    def part(self, part: Part, variable: str) -> str:
        """A condition, or an operand, of a rule about a variable; of no other variables."""
        return self._part(part, {variable: 0})

    def _effect(self, effect: ir.Effect, names: Names) -> str:
        match effect:
            case ir.TermHolds(term=term):
                return node("term", written(term))
            case ir.TermValue(term=term, value=value, single=single):
                return node("value", written([term, single]), self._part(value, names))
            case ir.HasOutcome(decision=decision, outcome=outcome, details=details):
                return node("outcome", written([decision, self._outcome(decision, outcome), sorted(details)]))
            case ir.AddsPoints(score=score, points=points, per=per, maximum=maximum):
                return node("points", written([score, points, maximum]), self._maybe(per, names))
            case ir.Obliges(bearer=bearer, modal=modal, act=act, deadline_kind=kind, deadline=deadline):
                return node("duty", written([modal, act, kind]), *(self._maybe(x, names) for x in (bearer, deadline)))
            case _:
                assert_never(effect)

    def _outcome(self, decision: str, place: int) -> str:
        """Outcomes by name: another order of them changes the decision, not its rules."""
        return self._decisions[decision].outcomes[place]

    def _maybe(self, part: Part | None, names: Names) -> str:
        return "-" if part is None else self._part(part, names)

    # ---- formulas and operands

    def _part(self, part: Part, names: Names) -> str:  # noqa: C901 - one case for each sort of node
        match part:
            case n.Constant(truth=truth):
                return node("constant", truth.name)
            case n.Limb(part=inner):
                return self._part(inner, names)
            case n.Not(part=inner):
                return self._denied(inner, names)
            case n.HasState(operand=operand, state=state, negated=negated):
                found = node("state", state, self._part(operand, names))
                return node("not", found) if negated else found
            case n.Earlier():
                return node("earlier", *(self._part(side, names) for side in part.sides), self._part(part.days, names))
            case n.AllOf(parts=parts):
                return self._joined("all", n.AllOf, parts, names)
            case n.AnyOf(parts=parts):
                return self._joined("any", n.AnyOf, parts, names)
            case n.Counted(exactly=exactly, number=number, parts=parts):
                return node("counted", written([exactly, number]), *self._sorted(parts, names))
            case n.Compare(operator=operator, left=left, right=right):
                sides = self._part(left, names), self._part(right, names)
                return min(node(operator, *sides), node(FLIPPED[operator], *reversed(sides)))
            case n.Member(item=item, collection=collection, negated=negated):
                return node("in", written(negated), self._part(item, names), self._part(collection, names))
            case n.CodeTest(item=item, asks=asks, codes=codes, negated=negated):
                told = [self._part(code, names) for code in codes]
                told = sorted(told) if asks == "under" else told
                return node("code", asks, written(negated), self._part(item, names), *told)
            case n.Holds(subject=subject, term=term, entity=entity, view=view, negated=negated):
                return node("holds", written([entity, term, view, negated]), self._part(subject, names))
            case n.Outcome(decision=decision, subject=subject, view=view, operator=operator, outcome=outcome):
                asked = [decision, view, operator, self._outcome(decision, outcome)]
                return node("decided", written(asked), self._part(subject, names))
            case n.Named(thing=thing, name=name):
                return node("named", written(name), self._part(thing, names))
            case n.Some(each=each, where=where):
                return node("some", *self._each(each, names, where))
            case n.Every(each=each, where=where, condition=condition):
                return node("every", *self._each(each, names, where, condition))
            case n.RowAbove():
                return self._row_above(part, names)
            case operand:
                return self._operand(operand, names)

    def _operand(self, operand: n.Operand, names: Names) -> str:
        match operand:
            case n.Known(value=value, type=type_):
                return node("known", type_.kind.name, written(value))
            case n.Variable(name=name):
                return node("variable", str(names[name]))
            case n.AsOf():
                return node("as_of")
            case n.FieldOf(base=base, name=name):
                return node("field", written(name), self._part(base, names))
            case n.TermOf(base=base, name=name, view=view):
                return node("term", written([name, view]), self._part(base, names))
            case n.Arithmetic(operator=operator, left=left, right=right):
                return node(operator, self._part(left, names), self._part(right, names))
            case n.Call(function=function, arguments=arguments, calendar=calendar):
                return node("call", written([function, calendar]), *(self._part(a, names) for a in arguments))
            case n.SetOf(items=items):
                return node("set", *self._sorted(items, names))
            case n.ListNamed(name=name):
                return node("list", written(name))
            case n.ParameterNamed(name=name):
                return node("parameter", written(name))
            case n.OnDay(part=inner, day=day):
                return node("on", self._part(inner, names), self._part(day, names))
            case n.Aggregate(kind=kind, operand=summed, each=each, where=where):
                return node(kind, *self._each(each, names, where, summed))
            case n.ScoreOf(name=name, subject=subject):
                return node("score", written(name), self._part(subject, names))
            case _:
                assert_never(operand)

    def _denied(self, part: n.Formula, names: Names) -> str:
        """A negation stands at conditions without parts: what is denied of several is that one of them is denied."""
        match part:
            case n.Limb(part=inner):
                return self._denied(inner, names)
            case n.Not(part=inner):
                return self._part(inner, names)
            case n.HasState(operand=operand, state=state, negated=True):
                return node("state", state, self._part(operand, names))
            case n.Constant(truth=truth):
                return node("constant", (~truth).name)
            case n.Earlier():
                return node("not", self._part(part, names))
            case n.AllOf(parts=parts):
                return self._part(n.AnyOf(None, tuple(n.Not(None, one) for one in parts)), names)
            case n.AnyOf(parts=parts):
                return self._part(n.AllOf(None, tuple(n.Not(None, one) for one in parts)), names)
            case other:
                return node("not", self._part(other, names))

    def _joined(self, head: str, kind: type[n.AllOf | n.AnyOf], parts: Iterable[n.Formula], names: Names) -> str:
        """Parts within parts of the same sort are parts; one alone stands for itself."""
        found = sorted(set(self._flat(kind, parts, names)))
        return found[0] if len(found) == 1 else node(head, *found)

    def _flat(self, kind: type[n.AllOf | n.AnyOf], parts: Iterable[n.Formula], names: Names) -> Iterable[str]:
        for part in parts:
            inner = _unlabelled(part)
            if type(inner) is kind:
                yield from self._flat(kind, inner.parts, names)
            else:
                yield self._part(inner, names)

    def _sorted(self, parts: Iterable[Part], names: Names) -> list[str]:
        return sorted(self._part(part, names) for part in parts)

    def _each(self, each: n.Each, names: Names, *parts: Part | None) -> list[str]:
        """What a variable ranges over, and what is asked of each."""
        inner = {**names, each.variable: len(names)}
        over = [written([each.kind, each.name]), self._maybe(each.members, names)]
        return over + [self._maybe(part, inner) for part in parts]

    def _row_above(self, above: n.RowAbove, names: Names) -> str:
        """The digest of the rows before it, which grows row by row: else a table would grow with their square."""
        key = id(above.rows), names[above.variable]
        _, digests = self._above.setdefault(key, (above.rows, [""]))
        while len(digests) <= above.number:
            condition = self._part(above.rows.conditions[len(digests) - 1], names)
            digests.append(hashed(digests[-1] + condition))
        return node("above", digests[above.number])


def _unlabelled(part: n.Formula) -> n.Formula:
    """What a label, or an even number of negations, stands around; a negation of several parts, moved to the parts."""
    if isinstance(part, n.Limb):
        return _unlabelled(part.part)
    if not isinstance(part, n.Not):
        return part
    denied = _unlabelled(part.part)
    if isinstance(denied, n.Not):
        return _unlabelled(denied.part)
    if isinstance(denied, n.Earlier) or not isinstance(denied, n.AllOf | n.AnyOf):
        return part
    other = n.AnyOf if isinstance(denied, n.AllOf) else n.AllOf
    return other(None, tuple(n.Not(None, one) for one in denied.parts))


def intervals(several: Iterable[ir.Interval]) -> list[list[str]]:
    """Intervals without what is noted about them."""
    return [[str(one.start or ""), str(one.end or "")] for one in several]


def hashed(text: str) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
