"""What of a set of values a gap concerns, which its sentence names: `… are not encoded: 1A002`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from licet.facts.store import Subject
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.types import Kind
from licet.ir.walk import parts
from licet.run.reference.formulas import Environment, Formulas, Nameless
from licet.run.reference.settled import Settled
from licet.run.reference.unknown_values import F

_MOST = 5  # members that a sentence names
_MEMBER = "a member"  # a variable that no policy can write


def named_members(settled: Settled, gap: ir.Rule, subject: Subject) -> tuple[str, ...]:
    """The recorded values for which a gap's condition is not false, as they are written; in order, each once.

    Those for which a `some` over a set of values holds or may, and those of a set of codes that stand below what a
    code test names; wherever in the condition such a test is not false and stands below no `not`. None of a gap about
    another type than the subject's.
    """
    if gap.trigger is None or gap.entity != subject.type:
        return ()
    found = _members(settled.formulas, gap.trigger, {gap.variable: subject.id})
    return tuple(sorted(set(found)))


def naming(title: str, names: tuple[str, ...]) -> str:
    """`Entries that are not encoded: 1A002, 1C350 and 3 more`."""
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return title + (f": {', '.join(names[:_MOST])}{more}" if names else "")


def _members(formulas: Formulas, formula: n.Formula, env: Environment) -> Iterator[str]:
    if formulas.truth(formula, env) is F:
        return
    if isinstance(formula, n.Block):
        for part in parts(formula):
            yield from _members(formulas, part, env)
    elif isinstance(formula, n.CodeTest) and not formula.negated:
        yield from _codes(formulas, formula, env)
    elif isinstance(formula, n.Some) and formula.where is not None and formula.each.kind == "members":
        for inner, _ in formulas.members(formula.each, formula.where, env):
            bound = inner[formula.each.variable]
            if formula.each.type.kind is Kind.ENTITY:
                yield from _members(formulas, formula.where, inner)
            elif not isinstance(bound, Nameless):
                yield str(bound)


def _codes(formulas: Formulas, test: n.CodeTest, env: Environment) -> Iterator[str]:
    """Of a set of codes those that may stand below what is asked; of one code nothing: it is a fact like others."""
    item = test.item
    element = item.type.element if isinstance(item, n.FieldOf | n.TermOf) else None
    if element is None:
        return
    of_one = replace(test, item=n.Variable(None, _MEMBER, element))
    for value, membership in formulas.as_set(item, env).members.items():
        if membership is not F and formulas.truth(of_one, {**env, _MEMBER: value}) is not F:
            yield str(value)
