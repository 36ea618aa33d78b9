"""What a change of facts or law touches, as the keys of what answers read (`run.reference.traced`).

Whatever changed touches the keys of what it was and of what it is. What nobody can tell apart touches everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from licet.changes.law import LawPart, other_parts, rule_forms
from licet.facts.indexes import SCALARS
from licet.facts.store import Facts, Opening, Record
from licet.ir import policy as ir
from licet.run.reference.traced import HEAD, MARK, UNSTATED, WHOLE, ReadKey, value_key
from licet.values import State

_VOCABULARY = ("entity", "field", "relation", "unit", "score")


def touched_by_facts(before: Facts, after: Facts, policy: ir.Policy) -> Iterator[ReadKey]:
    """All that may read otherwise in the one inventory than in the other."""
    for type_ in {**before.entities, **after.entities}:
        old, new = before.entities.get(type_, {}), after.entities.get(type_, {})
        fields = tuple(policy.entities[type_].fields) if type_ in policy.entities else ()
        for id_ in {**old, **new} if old is not new else ():
            was, now = old.get(id_), new.get(id_)
            if was is None or now is None:
                yield "in", type_, WHOLE
                yield from _saying(type_, {"id": id_})
            yield from _of_record(type_, id_, was, now, fields)
    for name in {**before.relations, **after.relations}:
        rows, rows_now = before.relations.get(name, ()), after.relations.get(name, ())
        parameters = tuple(policy.relations[name].parameters) if name in policy.relations else ()
        for row in _only_in_one(rows, rows_now) if rows is not rows_now else ():
            yield "in", name, WHOLE
            yield from _saying(name, {field: row.get(field) for field in parameters})
    yield from _of_marks(before.opened, after.opened, policy)


def _of_record(
    type_: str, id_: str, was: Record | None, now: Record | None, fields: Iterable[str]
) -> Iterator[ReadKey]:
    """Its facts that are others, by record and field, and by field and value."""
    nobody = Record({})
    left, right = was or nobody, now or nobody
    for field in fields:
        old, new = left.get(field), right.get(field)
        if was is None or now is None or old != new or isinstance(old, bool) != isinstance(new, bool):
            yield "fact", type_, id_, field
            yield from _saying(type_, {field: old} if was is not None else {})
            yield from _saying(type_, {field: new} if now is not None else {})


def _saying(collection: str, said: Mapping[str, Any]) -> Iterator[ReadKey]:
    """As an index has it: by value, also among others; what does not say which may be any."""
    for field, fact in said.items():
        values = fact if isinstance(fact, frozenset) else (fact,)
        if all(isinstance(value, SCALARS) for value in values):
            for value in values:
                yield "in", collection, field, value_key(value)
        elif fact is not State.NOT_APPLICABLE:
            yield "in", collection, field, UNSTATED


def _only_in_one(old: Iterable[Record], new: Iterable[Record]) -> Iterator[Record]:
    """Rows that are not in both, each as often as it is more."""
    left: dict[Any, list[Record]] = {}
    for row in old:
        left.setdefault(_content(row), []).append(row)
    for row in new:
        same = left.get(_content(row))
        if same:
            same.pop()
        else:
            yield row
    for rows in left.values():
        yield from rows


def _content(row: Record) -> frozenset[tuple[str, type, Any]]:
    return frozenset((name, type(fact), fact) for name, fact in row.facts.items())


def _of_marks(
    before: Mapping[str, tuple[Opening, ...]], after: Mapping[str, tuple[Opening, ...]], policy: ir.Policy
) -> Iterator[ReadKey]:
    for name in {**before, **after}:
        if (name in before) != (name in after):
            yield "in", name, MARK
        parameters = policy.relations[name].parameters if name in policy.relations else ()
        for opening in set(before.get(name, ())) ^ set(after.get(name, ())):
            yield "in", name, WHOLE
            yield from _saying(name, {field: opening.get(field) for field in parameters})


# ---- law


def touched_by_law(before: ir.Policy, after: ir.Policy) -> Iterator[ReadKey] | None:
    """The same of two policies; None where the vocabulary is another, so that anything may read otherwise."""
    if before is after:
        return iter(())
    old, new = other_parts(before), other_parts(after)
    changed = [part for part in {**old, **new} if old.get(part) != new.get(part)]
    if any(part.sort in _VOCABULARY for part in changed):
        return None
    return _of_law(before, after, changed)


def _of_law(before: ir.Policy, after: ir.Policy, changed: Iterable[LawPart]) -> Iterator[ReadKey]:
    old, new = _about(before), _about(after)
    yield from (("law", entity) for entity in {**old, **new} if old.get(entity) != new.get(entity))
    for sort, name in changed:
        match sort:
            case "decision":
                yield from (("law", p.decisions[name].entity) for p in (before, after) if name in p.decisions)
            case "parameter":
                yield "parameter", name
            case "list":
                yield from _of_list(before.lists.get(name), after.lists.get(name), name)
            case other:
                raise AssertionError(f"nobody knows what reads a {other}")


def _about(policy: ir.Policy) -> dict[str, list[Any]]:
    """Of each entity the rules and decisions about it in their order, each with all that decides of it."""
    forms = rule_forms(policy)
    found: dict[str, list[Any]] = {}
    for decision in policy.decisions.values():
        found.setdefault(decision.entity, []).append((decision.name, decision.details))
    for rule in policy.rules.values():
        found.setdefault(rule.entity, []).append((rule.id, forms[rule.id], rule.excepts))
    return found


def _of_list(old: ir.DatedList | None, new: ir.DatedList | None, name: str) -> Iterator[ReadKey]:
    """Its members that come, go or stay for other days; all of it where it covers other days or is of another kind."""
    yield "list", name, WHOLE
    if old is None or new is None or _head(old) != _head(new):
        yield "list", name, HEAD
        return
    moved = {member for member, _ in _memberships(old) ^ _memberships(new)}
    following = {territory.code for territory in new.territories if territory.stands_for in moved}
    yield from (("list", name, value_key(member)) for member in moved | following)


def _memberships(dated: ir.DatedList) -> set[tuple[str | date, ir.Interval]]:
    return {(one.member, one.interval) for one in dated.members}


def _head(dated: ir.DatedList) -> Any:
    return dated.type, dated.covers, dated.territories, dated.open, dated.weekend
