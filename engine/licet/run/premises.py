"""What a rule's status rests on: the conclusions and the recorded facts that its condition reads.

A function of the finished fixpoint alone: both engines give the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from licet.facts.store import Subject
from licet.ir import nodes as n
from licet.ir.policy import Rule
from licet.ir.strata import Name
from licet.ir.walk import parts
from licet.run.reference.formulas import Environment, Row, thing_type
from licet.run.reference.interpreter import Interpreter


@dataclass(frozen=True, slots=True, order=True)
class Premise:
    """A term of a subject with its truth, or a fact with what is recorded of it."""

    kind: str  # term, decision, fact or row
    of: str  # the subject, or the relation
    name: str
    value: str


def premises(settled: Interpreter, rule: Rule, subject: Subject) -> tuple[Premise, ...]:
    """The premises of one rule for one subject, in a fixed order; quantifiers give those of the members that count."""
    found: set[Premise] = set()
    if rule.body is not None:
        _collect(settled, rule.body, {rule.variable: subject.id}, found)
    return tuple(sorted(found))


def _collect(settled: Interpreter, node: n.Formula | n.Operand, env: Environment, found: set[Premise]) -> None:
    formulas = settled.formulas
    match node:
        case n.Holds(subject=subject, entity=entity, term=term, view=view):
            owner = formulas.read(subject, env)
            if isinstance(owner, str):
                truth = formulas.truth(n.Holds(node.span, subject, term, entity, view, False), env)
                found.add(Premise("term", f"{entity} {owner}", str(Name("term", entity, term, view or "")), truth.name))
        case n.Outcome(subject=subject, decision=decision, view=view):
            owner = formulas.read(subject, env)
            if isinstance(owner, str):
                bounds = settled.decision(decision, view, Subject(thing_type(subject), owner))
                outcomes = settled.policy.decisions[decision].outcomes
                said = f"{outcomes[bounds.must]} to {outcomes[bounds.may]}"
                found.add(Premise("decision", owner, decision, said))
        case n.FieldOf(base=base, name=name):
            _fact(settled, base, name, env, found)
        case _:
            pass
    if isinstance(node, n.Some | n.Every | n.Aggregate):
        for inner, _ in formulas.members(node.each, node.where, env):
            for part in parts(node):
                if part is not node.each.members:
                    _collect(settled, part, inner, found)
        return
    for part in parts(node):
        _collect(settled, part, env, found)


def _fact(settled: Interpreter, base: n.Operand, name: str, env: Environment, found: set[Premise]) -> None:
    bound = env.get(base.name) if isinstance(base, n.Variable) else settled.formulas.read(base, env)
    if isinstance(bound, Row):
        value = settled.facts.relations[bound.relation][bound.index].get(name)
        found.add(Premise("row", f"{bound.relation} {bound.index}", name, str(value)))
    elif isinstance(bound, str) and thing_type(base) in settled.facts.entities and name != "id":
        owner = Subject(thing_type(base), bound)
        value = settled.facts.record(owner).get(name)
        shown = ", ".join(sorted(value)) if isinstance(value, frozenset) else str(value)
        found.add(Premise("fact", str(owner), name, shown))
