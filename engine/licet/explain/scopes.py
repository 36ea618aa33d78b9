"""What of a collection a filter asks for: the texts to which it ties fields (docs/explanation.md#units)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product
from math import prod
from typing import Any

from licet.explain.units import Pairs
from licet.facts.store import Facts
from licet.ir import nodes as n
from licet.ir.remembered import by_identity
from licet.ir.types import Kind
from licet.ir.walk import walk
from licet.run.reference.formulas import Bound, Environment, Formulas, Nameless, Row
from licet.run.reference.unknown_values import NOTHING, F
from licet.values import State

_MOST_SCOPES = 64
_Tied = Mapping[str, frozenset[str]]  # fields, each with the texts that it may say


def scopes(formulas: Formulas, each: n.Each, where: n.Formula | None, env: Environment) -> tuple[Pairs, ...]:
    """The scopes in which a member can be that a filter lets through: none where it surely lets none through.

    A field that may say several texts counts only where these name records, as the parties of a transfer do; with more
    than 64 scopes the field that may name the most is left out.
    """
    if where is None:
        return ((),)
    tied = _tied(formulas, where, each.variable, {**env, each.variable: Nameless(each.type)})
    if tied is None:
        return ()
    fields = sorted(name for name in tied if len(tied[name]) == 1 or _names_records(formulas, each, name))
    while prod(len(tied[name]) for name in fields) > _MOST_SCOPES:
        fields.remove(max(fields, key=lambda name: (len(tied[name]), name)))
    return tuple(tuple(zip(fields, texts, strict=True)) for texts in product(*(sorted(tied[name]) for name in fields)))


def _names_records(formulas: Formulas, each: n.Each, field: str) -> bool:
    relation = formulas.policy.relations.get(each.name)
    declared = formulas.policy.entities[each.name].fields if relation is None else relation.parameters
    return field not in declared or declared[field].type.kind is Kind.ENTITY  # `id` is not declared


def _tied(formulas: Formulas, where: n.Formula, variable: str, env: Environment) -> _Tied | None:
    """None where no member can be let through, whatever it says."""
    if not _may_tie(where):
        return {}
    match where:
        case n.Limb(part=part):
            return _tied(formulas, part, variable, env)
        case n.Earlier():
            return {}
        case n.AllOf(parts=parts):
            return _all(_tied(formulas, part, variable, env) for part in parts)
        case n.AnyOf(parts=parts):
            return _any(_tied(formulas, part, variable, env) for part in parts)
        case n.Compare(operator="=", left=left, right=right):
            return _equated(formulas, left, right, variable, env)
        case n.Member(item=n.FieldOf(base=n.Variable(name=name), name=field), collection=collection, negated=False):
            if name == variable and _is_settled(collection, variable):
                return _listed(formulas, field, collection, env)
    return {}


@by_identity
def _may_tie(where: n.Formula) -> bool:
    """Whether a filter can tie anything at all: most of what stands in one asks otherwise."""
    match where:
        case n.Limb(part=part):
            return _may_tie(part)
        case n.Earlier():
            return False
        case n.AllOf(parts=parts):
            return any(map(_may_tie, parts))
        case n.AnyOf(parts=parts):
            return all(map(_may_tie, parts))
        case n.Compare(operator="=", left=left, right=right):
            return _is_own(left) or _is_own(right)
        case n.Member(item=item, negated=False):
            return _is_own(item)
    return False


def _is_own(operand: n.Operand) -> bool:
    return isinstance(operand, n.Variable) or (isinstance(operand, n.FieldOf) and isinstance(operand.base, n.Variable))


def _all(parts: Iterable[_Tied | None]) -> _Tied | None:
    found: dict[str, frozenset[str]] = {}
    for tied in parts:
        if tied is None:
            return None
        for field, texts in tied.items():
            found[field] = texts & found.get(field, texts)
            if not found[field]:
                return None
    return found


def _any(parts: Iterable[_Tied | None]) -> _Tied | None:
    possible = [tied for tied in parts if tied is not None]
    if not possible:
        return None
    fields = set(possible[0]).intersection(*possible[1:])
    return {field: frozenset().union(*(tied[field] for tied in possible)) for field in fields}


def _equated(formulas: Formulas, left: n.Operand, right: n.Operand, variable: str, env: Environment) -> _Tied | None:
    for side, other in ((left, right), (right, left)):
        field = _own_field(side, variable)
        if field is not None and _is_settled(other, variable):
            value = formulas.read(other, env)
            if value is NOTHING:
                return None
            return {field: frozenset({value})} if isinstance(value, str) else {}
    return {}


def _own_field(operand: n.Operand, variable: str) -> str | None:
    match operand:
        case n.Variable(name=name) if name == variable:
            return "id"
        case n.FieldOf(base=n.Variable(name=name), name=field) if name == variable:
            return field
    return None


def _listed(formulas: Formulas, field: str, collection: n.Operand, env: Environment) -> _Tied | None:
    if formulas.is_nothing(collection, env):
        return None
    found = formulas.as_set(collection, env)
    texts = frozenset(value for value, truth in found.members.items() if truth is not F and isinstance(value, str))
    if found.others is not F or len(texts) < sum(truth is not F for truth in found.members.values()):
        return {}
    return {field: texts} if texts else None


def _is_settled(operand: n.Operand, variable: str) -> bool:
    """Whether an operand says the same for each member, and reads no conclusion and no collection."""
    variables = _settled_by(operand)
    return variables is not None and variable not in variables


@by_identity
def _settled_by(operand: n.Operand) -> frozenset[str] | None:
    """The variables that an operand reads; None if it reads a conclusion, a collection or a score."""
    nodes = list(walk(operand))
    if any(isinstance(node, n.TermOf | n.Aggregate | n.ScoreOf) for node in nodes):
        return None
    return frozenset(node.name for node in nodes if isinstance(node, n.Variable))


def is_outside(facts: Facts, each: n.Each, bound: Bound, pairs: Pairs) -> bool:
    """Whether a field of what a variable may stand for surely says another text than a scope."""
    for name, text in pairs:
        said = said_of(facts, each, bound, name)
        if said is State.NOT_APPLICABLE or (isinstance(said, str) and said != text):
            return True
    return False


def said_of(facts: Facts, each: n.Each, bound: Bound, name: str) -> Any:
    """What a record, a row, or what nobody has heard of says in a field."""
    if isinstance(bound, Row):
        return facts.relations[bound.relation][bound.index].get(name)
    if isinstance(bound, Nameless):
        return None if bound.opening is None else bound.opening.get(name)
    return bound if name == "id" else facts.entities[each.name][str(bound)].get(name)
