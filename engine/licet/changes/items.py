"""The items of the law that are not the same under two policies, matched by id and then by what they decide."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from licet.changes.law import LawPart, colours, other_parts, rule_forms
from licet.changes.limbs import ChangedLimb, changed_limbs, interval_said
from licet.ir import policy as ir
from licet.ir.canonical import plain
from licet.values import Number, format_number, format_percent

Policies = tuple[ir.Policy, ir.Policy]
Kind = Literal["text", "renamed", "changed", "exceptions", "added", "removed"]
DECIDING: tuple[Kind, ...] = ("changed", "exceptions", "added", "removed")


@dataclass(frozen=True, slots=True)
class LawItem:
    """A rule or another part of the law that is not the same. `was` is what it was called, if that is not its id."""

    kind: Kind
    what: str
    id: str
    was: str
    limbs: tuple[ChangedLimb, ...]
    cites: tuple[str, ...]

    @property
    def decides(self) -> bool:
        """Whether it is more than another name or another text."""
        return self.kind in DECIDING


def changed_items(old: ir.Policy, new: ir.Policy) -> tuple[LawItem, ...]:
    """Rules first, then lists and parameters, decisions, and the vocabulary; what is the same is left out."""
    return (*_rules((old, new)), *_others((old, new)))


# ---- rules


def matched_rules(old: ir.Policy, new: ir.Policy) -> Mapping[str, str]:
    """The rules of the old policy that are in the new one, by their ids in both: by id, by colour, then by content."""
    found = {id_: id_ for id_ in old.rules if id_ in new.rules}
    for keys in ((colours(old), colours(new)), (rule_forms(old), rule_forms(new))):
        taken = set(found.values())
        free: dict[str, list[str]] = {}
        for id_ in sorted(new.rules, reverse=True):
            if id_ not in taken:
                free.setdefault(keys[1][id_], []).append(id_)
        for id_ in sorted(old.rules):
            if id_ not in found and free.get(keys[0][id_]):
                found[id_] = free[keys[0][id_]].pop()
    return found


def _rules(policies: Policies) -> Iterator[LawItem]:
    old, new = policies
    matched = matched_rules(old, new)
    forms = rule_forms(old), rule_forms(new)
    for was, now in matched.items():
        left, right = old.rules[was], new.rules[now]
        if forms[0][was] != forms[1][now]:
            yield _rule("changed", right, was, changed_limbs(policies, left, right))
        elif limbs := tuple(_exceptions(left, right, matched)):
            yield _rule("exceptions", right, was, limbs)
        elif was != now:
            yield _rule("renamed", right, was)
        elif _text(left) != _text(right):
            yield _rule("text", right, was)
    yield from (_rule("removed", old.rules[id_], id_) for id_ in old.rules if id_ not in matched)
    taken = set(matched.values())
    yield from (_rule("added", new.rules[id_], id_) for id_ in new.rules if id_ not in taken)


def _rule(kind: Kind, rule: ir.Rule, was: str, limbs: tuple[ChangedLimb, ...] = ()) -> LawItem:
    return LawItem(kind, "rule", rule.id, was, limbs, tuple(map(str, rule.cites)))


def _exceptions(old: ir.Rule, new: ir.Rule, matched: Mapping[str, str]) -> Iterator[ChangedLimb]:
    """What one excepts and the other does not, as far as both policies have it."""
    was = {matched[id_]: id_ for id_ in old.excepts if id_ in matched}
    now = set(new.excepts) & set(matched.values())
    yield from (ChangedLimb("to", was[id_], None) for id_ in sorted(was.keys() - now))
    yield from (ChangedLimb("to", None, id_) for id_ in sorted(now - was.keys()))


def _text(rule: ir.Rule) -> Any:
    """All that is written of a rule but what it excepts, which is told of names."""
    return plain(replace(rule, excepts=(), body=None)), _written(rule)


def _written(rule: ir.Rule) -> str:
    """Its condition as it is laid out."""
    return rule.body.span.said if rule.body is not None and rule.body.span is not None else ""


# ---- lists, parameters, decisions, vocabulary

_ORDER = ("list", "parameter", "decision", "score", "entity", "relation", "field", "unit")
VOCABULARY = _ORDER[4:]


def _others(policies: Policies) -> Iterator[LawItem]:
    forms = other_parts(policies[0]), other_parts(policies[1])
    names = sorted({*forms[0], *forms[1]}, key=lambda part: (_ORDER.index(part.sort), part.name))
    for part in names:
        left, right = (_declared(policy, part) for policy in policies)
        if part.sort == "field" and (left is None or right is None) and _owner(policies, part):
            continue  # it comes and goes with its entity
        if left is None or right is None:
            here = right if left is None else left
            yield _other("added" if left is None else "removed", part, here, ())
        elif forms[0][part] != forms[1][part]:
            yield _other("changed", part, right, tuple(_TOLD[part.sort](left, right)))
        elif part.sort in ("list", "parameter", "decision") and plain(left) != plain(right):
            yield _other("text", part, right, ())


def _owner(policies: Policies, part: LawPart) -> bool:
    """Whether only one of the policies has the entity of a field."""
    owner = part.name.partition(".")[0]
    return (owner in policies[0].entities) != (owner in policies[1].entities)


def _declared(policy: ir.Policy, part: LawPart) -> Any:
    """What a policy declares under this name; None where it declares nothing."""
    if part.sort == "field":
        owner, _, field = part.name.partition(".")
        return policy.entities[owner].fields.get(field) if owner in policy.entities else None
    declared: Mapping[str, Mapping[str, Any]] = {
        "list": policy.lists,
        "parameter": policy.parameters,
        "decision": policy.decisions,
        "score": policy.scores,
        "entity": policy.entities,
        "relation": policy.relations,
        "unit": policy.units,
    }
    return declared[part.sort].get(part.name)


def _other(kind: Kind, part: LawPart, declared: Any, limbs: tuple[ChangedLimb, ...]) -> LawItem:
    cites: tuple[str, ...] = ()
    if isinstance(declared, ir.DatedList) and declared.source:
        cites = (declared.source,)
    elif isinstance(declared, ir.Parameter):
        cites = tuple(map(str, declared.cites))
    return LawItem(kind, part.sort, part.name, part.name, limbs, cites)


def _by_name(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[ChangedLimb]:
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            yield ChangedLimb(name, old.get(name), new.get(name))


def _of_lists(old: ir.DatedList, new: ir.DatedList) -> Iterator[ChangedLimb]:
    yield from _by_name(_members(old), _members(new))
    yield from _by_name(_territories(old), _territories(new))
    yield from _by_name(_list_head(old), _list_head(new))


def _members(dated: ir.DatedList) -> dict[str, str]:
    """Each member with the days on which it is one."""
    found: dict[str, list[str]] = {}
    for member in dated.members:
        found.setdefault(str(member.member), []).append(interval_said(member.interval))
    return {member: ", ".join(sorted(set(days))) for member, days in found.items()}


def _territories(dated: ir.DatedList) -> dict[str, str]:
    return {f"{x.code} as {x.stands_for}": interval_said(ir.Interval(x.since, None)) for x in dated.territories}


def _list_head(dated: ir.DatedList) -> dict[str, str]:
    weekend = ", ".join(map(str, dated.weekend))
    complete = "may lack members" if dated.open else "complete"
    return {"covers": interval_said(dated.covers), "type": str(dated.type), "is": complete, "weekend": weekend}


def _of_parameters(old: ir.Parameter, new: ir.Parameter) -> Iterator[ChangedLimb]:
    def rows(parameter: ir.Parameter) -> dict[str, str]:
        return {interval_said(row.interval): _fact(row.value) for row in parameter.rows}

    yield from _by_name({"type": str(old.type), **rows(old)}, {"type": str(new.type), **rows(new)})


def _fact(value: Any) -> str:
    found = plain(value)
    return str(found["state"]).replace("_", " ") if isinstance(found, dict) else str(found)


def _of_decisions(old: ir.Decision, new: ir.Decision) -> Iterator[ChangedLimb]:
    def told(decision: ir.Decision) -> dict[str, str]:
        outcomes = decision.outcomes
        return {
            "details": ", ".join(sorted(decision.details)),
            "of": decision.entity,
            "otherwise": outcomes[decision.otherwise],
            "outcomes": " < ".join(outcomes),
        }

    yield from _by_name(told(old), told(new))


def _of_fields(old: ir.Field, new: ir.Field) -> Iterator[ChangedLimb]:
    def told(field: ir.Field) -> dict[str, str]:
        marks = {"derived": field.derived, "open": field.open, "blank": field.blank, "always applies": field.always}
        beside = [f"blank beside {field.beside}"] if field.beside else []
        values = " < ".join(field.type.values) if field.type.ranked else ", ".join(sorted(field.type.values))
        spelt = ", ".join(f"{text} for {value}" for text, value in sorted(field.type.spelt))
        return {
            "type": str(field.type),
            "values": values,
            "spelt": spelt,
            "marks": ", ".join([*(name for name, is_there in marks.items() if is_there), *beside]) or "none",
        }

    yield from _by_name(told(old), told(new))


def _of_relations(old: ir.Relation, new: ir.Relation) -> Iterator[ChangedLimb]:
    def told(relation: ir.Relation) -> dict[str, str]:
        own = {name: str(field.type) for name, field in relation.parameters.items()}
        bounds = ", ".join(f"{b.summed} per {b.per} at most {format_percent(b.limit)}" for b in relation.bounds)
        return {**own, "key": ", ".join(relation.key), "total": bounds, "is": "open" if relation.open else "closed"}

    yield from _by_name(told(old), told(new))


def _of_scores(old: ir.Score, new: ir.Score) -> Iterator[ChangedLimb]:
    def told(score: ir.Score) -> dict[str, str]:
        bands = ", ".join(f"{name} from {format_number(least)}" for name, least in score.bands)
        return {
            "of": score.entity,
            "range": f"{format_number(score.low)} to {format_number(score.high)}",
            "bands": bands or "none",
        }

    yield from _by_name(told(old), told(new))


def _of_units(old: tuple[str, Number], new: tuple[str, Number]) -> Iterator[ChangedLimb]:
    left, right = (f"{format_number(factor)} {base}" for base, factor in (old, new))
    yield ChangedLimb("is", left, right)


def _of_entities(old: ir.Entity, new: ir.Entity) -> Iterator[ChangedLimb]:
    yield ChangedLimb("as of", old.governed_by or None, new.governed_by or None)


_TOLD: Mapping[str, Callable[[Any, Any], Iterable[ChangedLimb]]] = {
    "list": _of_lists,
    "parameter": _of_parameters,
    "decision": _of_decisions,
    "field": _of_fields,
    "relation": _of_relations,
    "score": _of_scores,
    "unit": _of_units,
    "entity": _of_entities,
}
