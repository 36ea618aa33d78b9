"""What of a policy decides, in parts with names, and its digest: the law digest, of a whole policy or of one decision.

Ids, titles, reasons, citations, sources, notes, tags and modules decide nothing and are in no digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from licet.changes.normal_form import NormalForms, hashed, intervals, written
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.builtins import BUILTINS
from licet.ir.outcomes import rules_deciding
from licet.ir.remembered import by_node, by_policy
from licet.ir.strata import Name, Strata
from licet.ir.types import Kind, Type
from licet.ir.walk import Part, parts_of, walk

_ROUNDS = 4  # of exceptions to exceptions, by which rules of two policies are told apart


class LawPart(NamedTuple):
    """A part of the law that is no rule: `sort` says what it is."""

    sort: str
    name: str


@by_policy
def rule_forms(policy: ir.Policy) -> Mapping[str, str]:
    """The digest of the normal form of each rule, by id."""
    forms = NormalForms(policy)
    return {rule.id: hashed(forms.rule(rule)) for rule in policy.rules.values()}


@by_policy
def colours(policy: ir.Policy) -> Mapping[str, str]:
    """What each rule decides, with those that it excepts and those that except it, four steps far."""
    found = rule_forms(policy)
    for _ in range(_ROUNDS):
        found = _coloured(policy, found)
    return found


def _coloured(policy: ir.Policy, before: Mapping[str, str]) -> dict[str, str]:
    """One more round over rules of which all that they except and that except them is there too."""
    beaten_by = Strata.of(policy).beaten_by
    return {
        rule: hashed(
            written(
                [
                    before[rule],
                    sorted(before[other] for other in policy.rules[rule].excepts if other in before),
                    sorted(before[other] for other in beaten_by.get(rule, ())),
                ]
            )
        )
        for rule in before
    }


@by_policy
def law_digest(policy: ir.Policy) -> str:
    """The SHA-256 of all that decides: where it is equal, two policies give every world the same answers."""
    return _digest(policy, policy.rules, other_parts(policy))


@dataclass(frozen=True, slots=True)
class DecisionCone:
    """All that can bear on a decision: rules by id, and the other parts of the law."""

    rules: frozenset[str]
    parts: frozenset[LawPart]


@by_policy
def cone_digest(policy: ir.Policy, decision: str) -> str:
    """The law digest of what can bear on one decision."""
    cone = cone_of(policy, decision)
    return _digest(policy, cone.rules, cone.parts)


def _digest(policy: ir.Policy, rules: Iterable[str], parts: Iterable[LawPart]) -> str:
    """Rules are coloured until no further round tells more of them apart."""
    forms = rule_forms(policy)
    found, count = {rule: forms[rule] for rule in rules}, 0
    while len(set(found.values())) > count:
        count = len(set(found.values()))
        found = _coloured(policy, found)
    others = other_parts(policy)
    return "sha256:" + hashed(written([sorted(found.values()), sorted([*part, others[part]] for part in parts)]))


# ---- the cone of a decision


@by_policy
def cone_of(policy: ir.Policy, decision: str) -> DecisionCone:
    """The rules that conclude it, their exceptions and what they except, and all that any of these reads."""
    parts = {LawPart("decision", decision), *_entity(policy, policy.decisions[decision].entity)}
    return _cone(policy, (rule.id for rule in rules_deciding(policy)[decision]), parts)


@by_policy
def parts_read_about(policy: ir.Policy, entity: str) -> frozenset[LawPart]:
    """What all rules about an entity may read, and whatever stands behind that."""
    about = (rule.id for rule in policy.rules.values() if rule.entity == entity)
    return _cone(policy, about, _entity(policy, entity)).parts


def _cone(policy: ir.Policy, rules: Iterable[str], parts: Iterable[LawPart]) -> DecisionCone:
    """Some rules and parts, and all that can bear on the rules."""
    strata = Strata.of(policy)
    waiting = list(rules)
    found: set[str] = set()
    others = {*parts, *(part for part in other_parts(policy) if part.sort == "unit")}
    while waiting:
        rule = policy.rules[waiting.pop()]
        if rule.id in found:
            continue
        found.add(rule.id)
        others |= {part for part in parts_read(policy, rule) if part in other_parts(policy)}
        waiting += [*strata.beaten_by.get(rule.id, ()), *(other for other in rule.excepts if other in policy.rules)]
        waiting += [other.id for read in strata.reads(rule) for other in _concluding(strata, read.name)]
    return DecisionCone(frozenset(found), frozenset(others))


def cone_of_part(policy: ir.Policy, part: Part) -> DecisionCone:
    """The rules and the other parts of the law that can bear on a condition, or on an operand."""
    read = {found for inner in inside(part) for found in _part_read(policy, inner) if found in other_parts(policy)}
    strata = Strata.of(policy)
    rules = (rule.id for name in strata.reads_of(part) for rule in _concluding(strata, name.name))
    return _cone(policy, rules, read)


@by_node
def part_digest(policy: ir.Policy, part: Part) -> str:
    """The digest of all that can bear on a condition or an operand, beside what it says itself."""
    cone = cone_of_part(policy, part)
    return _cone_digest(policy, cone.rules, cone.parts)


@by_policy
def _cone_digest(policy: ir.Policy, rules: frozenset[str], parts: frozenset[LawPart]) -> str:
    return _digest(policy, rules, parts)


def _concluding(strata: Strata, name: Name) -> tuple[ir.Rule, ...]:
    return strata.concluders.get(name, ())


def parts_read(policy: ir.Policy, rule: ir.Rule) -> Iterator[LawPart]:
    """The parts of the law that a rule reads, beside rules; names that are none are among them."""
    yield from _entity(policy, rule.entity)
    for part in _nodes(rule):
        yield from _part_read(policy, part)


def _nodes(rule: ir.Rule) -> Iterator[Part]:
    """All that stands in a rule, and in the rows above it."""
    for top in parts_of(rule):
        yield from inside(top)


def inside(top: Part) -> Iterator[Part]:
    """A node and all that stands in it, and in the rows above it."""
    for part in walk(top):
        yield part
        if isinstance(part, n.RowAbove):
            yield from (inner for above in part.rows.conditions[: part.number] for inner in walk(above))


def _part_read(policy: ir.Policy, part: Part) -> Iterator[LawPart]:
    match part:
        case n.FieldOf(base=base, name=name) | n.TermOf(base=base, name=name):
            yield from _field(_type_of(base), name)
        case n.Holds(entity=entity, term=term):
            yield LawPart("field", f"{entity}.{term}")
        case n.Named(thing=thing):
            yield from _field(_type_of(thing), "name")
        case n.Outcome(decision=decision):
            yield LawPart("decision", decision)
            yield from _entity(policy, policy.decisions[decision].entity)
        case n.ListNamed(name=name):
            yield LawPart("list", name)
        case n.Call(function=function, calendar=calendar):
            yield LawPart("list", calendar)
            builtin = BUILTINS[function]
            if builtin.relation:  # a closure, which walks it as far as a stop
                yield LawPart("relation", builtin.relation)
                yield LawPart("field", f"{builtin.entity}.{builtin.stop}")
        case n.ParameterNamed(name=name):
            yield LawPart("parameter", name)
        case n.Some(each=each) | n.Every(each=each) | n.Aggregate(each=each):
            yield LawPart("relation" if each.kind == "rows" else "entity", each.name)
        case other:
            assert not isinstance(other, n.ScoreOf), "only tests read scores"


def _type_of(operand: n.Operand) -> Type:
    assert not isinstance(operand, n.AsOf)
    return operand.type


def _field(owner: Type, name: str) -> Iterator[LawPart]:
    """A field of a thing; of a row, its whole relation."""
    if owner.kind is Kind.ROW:
        yield LawPart("relation", owner.name)
    else:
        yield LawPart("field", f"{owner.name}.{name}")


def _entity(policy: ir.Policy, name: str) -> Iterator[LawPart]:
    """An entity, and the field whose day governs what is decided of it."""
    yield LawPart("entity", name)
    if policy.entities[name].day:
        yield LawPart("field", f"{name}.{policy.entities[name].day}")


# ---- the parts that are no rules


@by_policy
def other_parts(policy: ir.Policy) -> Mapping[LawPart, str]:
    """Every part of the law that is no rule, as a text of what it decides."""
    found: dict[LawPart, Any] = {}
    for entity in policy.entities.values():
        found[LawPart("entity", entity.name)] = [entity.name, entity.governed_by]
        for field in entity.fields.values():
            found[LawPart("field", f"{entity.name}.{field.name}")] = _field_form(field)
    for relation in policy.relations.values():
        parameters = [_field_form(field) for field in relation.parameters.values()]
        found[LawPart("relation", relation.name)] = [parameters, relation.key, relation.bounds, relation.open]
    for name, (base, factor) in policy.units.items():
        found[LawPart("unit", name)] = [base, factor]
    for decision in policy.decisions.values():
        otherwise = decision.outcomes[decision.otherwise]
        found[LawPart("decision", decision.name)] = [
            decision.entity,
            decision.outcomes,
            otherwise,
            sorted(decision.details),
        ]
    for score in policy.scores.values():
        found[LawPart("score", score.name)] = [score.entity, score.low, score.high, score.bands]
    for dated in policy.lists.values():
        found[LawPart("list", dated.name)] = _list_form(dated)
    for parameter in policy.parameters.values():
        rows = sorted([*intervals([row.interval])[0], written(row.value)] for row in parameter.rows)
        found[LawPart("parameter", parameter.name)] = [_type_form(parameter.type), rows]
    return {part: written(form) for part, form in found.items()}


def _field_form(field: ir.Field) -> list[Any]:
    return [field.name, _type_form(field.type), field.derived, field.open, field.blank, field.always, field.beside]


def _type_form(type_: Type) -> list[Any]:
    values = type_.values if type_.ranked else sorted(type_.values)
    form = None if type_.form is None else [type_.form.patterns, type_.form.then, type_.form.known]
    element = None if type_.element is None else _type_form(type_.element)
    return [type_.kind.name, type_.name, values, type_.ranked, sorted(type_.spelt), form, element]


def _list_form(dated: ir.DatedList) -> list[Any]:
    members = sorted({(str(m.member), *intervals([m.interval])[0]) for m in dated.members})
    territories = sorted({(x.code, x.stands_for, str(x.since or "")) for x in dated.territories})
    covers = intervals([dated.covers])
    return [_type_form(dated.type), covers, members, territories, dated.open, dated.weekend]
