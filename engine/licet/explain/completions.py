"""What something that is not known may turn out to be, as far as a policy tells it apart (docs/explanation.md)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import islice, product
from string import ascii_lowercase, digits
from typing import Any

from licet.decide.decision import Missing
from licet.decide.grounds import laws
from licet.decide.missing.coarse import COARSE
from licet.decide.missing.telling import declared, inside, recorded, told
from licet.explain.crossings import divides, meeting
from licet.facts.store import Facts, Record
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.codes import under
from licet.ir.countries import CODES
from licet.ir.remembered import by_policy
from licet.ir.types import Kind, Type
from licet.ir.walk import Part, parts, parts_of
from licet.run.reference.settled import Settled
from licet.run.reference.unknown_values import F, T
from licet.trials.small_worlds import SmallWorlds, step
from licet.values import Fact, Range, State, Truth

_ENDS = (*ascii_lowercase, *digits)  # of a code that nobody names
_MOST_THINGS = 24  # that a reference, or a further row, is tried with
_DAY = timedelta(days=1)
_ORDERED = (Kind.NUMBER, Kind.QUANTITY, Kind.PERCENT, Kind.DATE)


@dataclass(frozen=True, slots=True, eq=False)
class PossibleWorld:
    """Facts and law as they may be: all that is recorded, with some of what is not known told."""

    facts: Facts
    law: Mapping[str, Truth]  # rules that stand, or do not; gaps that bring all that they may bring, or nothing


@dataclass(frozen=True, slots=True, eq=False)
class Completion:
    """One thing that something unknown may turn out to be."""

    unknown: Missing
    value: object  # a fact; the truth of law; rows that were not recorded

    def told(self, policy: ir.Policy, world: PossibleWorld) -> PossibleWorld:
        """The world in which it is so."""
        name = self.unknown.of[1]
        match self.value:
            case Truth() as truth:
                return replace(world, law={**world.law, name: truth})
            case tuple() as rows:
                return replace(world, facts=_closed(world.facts, name, self.unknown.fact, rows))
        known: Any = {(self.unknown.of, self.unknown.fact): self.value}
        return replace(world, facts=told(policy, world.facts, known))


@dataclass(frozen=True, slots=True, eq=False)
class Completions:
    """All that something may turn out to be: none where it cannot be told at all."""

    each: tuple[Completion, ...]
    exact: bool  # conditions tell no others apart

    @staticmethod
    def of(settled: Settled, place: str, unknown: Missing) -> Completions:
        """Of a fact, of a collection that a record says is not complete, of a rule that is not confirmed, of a gap.

        What rules conclude of things is read in the view of a place.
        """
        policy, kind = settled.policy, unknown.of[0]
        if unknown.law is not None:
            found = (T, F) if kind in (laws.RULE, laws.GAP) else ()
            return Completions(tuple(Completion(unknown, truth) for truth in found), exact=kind == laws.RULE)
        if unknown.state == "open" and unknown.fact in policy.relations:
            rows = _further_rows(settled, place, unknown)
            return Completions(tuple(Completion(unknown, value) for value in rows), exact=False)
        field = declared(policy, kind, unknown.fact)
        if field is not None and unknown.state == COARSE:
            finer = _finer(settled, unknown, field)
            return Completions(tuple(Completion(unknown, value) for value in finer), exact=False)
        if field is None or field.derived or unknown.state not in ("", "range", State.UNDETERMINED.value):
            return Completions((), exact=True)
        values, exact = _values(settled, place, unknown, field)
        return Completions(tuple(Completion(unknown, value) for value in values), exact=exact)


# ---- facts


def _finer(settled: Settled, unknown: Missing, field: ir.Field) -> list[Fact]:
    """Of codes that are recorded too coarsely: each code below them that conditions name, and one that none does."""
    policy, form = settled.policy, (field.type.element or field.type).form
    said = recorded(policy, settled.facts, (unknown.of, unknown.fact))
    codes = sorted(map(str, said)) if isinstance(said, frozenset) else [said] if isinstance(said, str) else []
    assert form is not None
    choices = []
    for code in codes:
        named = [one for one in sorted(_codes(policy)) if one != code and under(form, one, code) is T]
        below = sorted(form.known) if form.known else filter(None, (form.reads(f"{code}.{end}") for end in _ENDS))
        others = (one for one in below if one != code and under(form, one, code) is T)
        other = next((one for one in others if all(under(form, one, asked) is F for asked in named)), None)
        choices.append([*named, *([] if other is None else [other])] or [code])
    if isinstance(said, frozenset):
        return [frozenset(chosen) for chosen in islice(product(*choices), _MOST_THINGS)]
    return list[Fact](one for chosen in choices for one in chosen)[:_MOST_THINGS]


@by_policy
def _codes(policy: ir.Policy) -> frozenset[str]:
    """All that conditions ask codes for."""
    asked = (test.codes for rule in policy.rules.values() for part in parts_of(rule) for test in _code_tests(part))
    return frozenset(code for codes in asked for operand in codes for code in _said(policy, operand))


def _code_tests(part: Part) -> Iterator[n.CodeTest]:
    if isinstance(part, n.CodeTest):
        yield part
    for below in parts(part):
        yield from _code_tests(below)


def _said(policy: ir.Policy, operand: n.Operand) -> Iterator[str]:
    if isinstance(operand, n.Known):
        yield str(operand.value)
    elif isinstance(operand, n.SetOf):
        for item in operand.items:
            yield from _said(policy, item)
    elif isinstance(operand, n.ListNamed):
        yield from (str(member.member) for member in policy.lists[operand.name].members)


@dataclass(frozen=True, slots=True)
class _Compared:
    """What conditions compare one fact with."""

    values: frozenset[object]
    lists: frozenset[str]
    otherwise: bool  # it is read in another way too, so that more may be told apart


def _values(settled: Settled, place: str, unknown: Missing, field: ir.Field) -> tuple[list[Fact], bool]:
    policy, facts = settled.policy, settled.facts
    compared = _compared(policy).get((unknown.of[0], unknown.fact), _Compared(frozenset(), frozenset(), otherwise=True))
    known = recorded(policy, facts, (unknown.of, unknown.fact))
    exact = not compared.otherwise
    if field.type.kind in (Kind.COUNTRY, Kind.TEXT, Kind.CODE):
        found: list[Fact] = list(_texts(policy, field.type, compared))
    elif field.type.kind in _ORDERED and not compared.otherwise:
        found = list(_around(field.type, compared.values))
    else:
        found = _some(settled, place, field.type)
        exact = field.type.kind in (Kind.BOOLEAN, Kind.ENUMERATION)
        if field.type.kind in (Kind.NUMBER, Kind.QUANTITY, Kind.PERCENT):
            found = _beside(settled, unknown, field, found)
    if isinstance(known, Range):
        ends = [end for end in (known.low, known.high) if end is not None]
        found = [*ends, *(value for value in found if inside(value, known))]
    elif not field.always:
        found.append(State.NOT_APPLICABLE)
    return list(dict.fromkeys(found)), exact


def _beside(settled: Settled, unknown: Missing, field: ir.Field, found: Sequence[Fact]) -> list[Fact]:
    """Numbers, and those at which an expression meets its bound; no zero where something is divided by it."""
    key, records = (unknown.of[0], unknown.fact), settled.facts.entities.get(unknown.of[0], {})
    met = meeting(settled.policy, key, records.get(unknown.of[1], Record({})))
    beside = _around(field.type, met) if met else ()
    none = divides(settled.policy, key)
    return [value for value in dict.fromkeys([*found, *beside]) if value != 0 or not none]


def _texts(policy: ir.Policy, type_: Type, compared: _Compared) -> Iterator[str]:
    """One of those that stand in the same lists at the same times, each that is named, and one that is neither."""
    said = {value for value in compared.values if isinstance(value, str)}
    yield from sorted(said)
    places: dict[str, list[tuple[str, ir.Interval]]] = {}
    for name in sorted(compared.lists):
        for member in policy.lists[name].members:
            if isinstance(member.member, str) and member.member not in said:
                places.setdefault(member.member, []).append((name, member.interval))
    shown: dict[tuple[tuple[str, ir.Interval], ...], str] = {}
    for text in sorted(places):
        shown.setdefault(tuple(places[text]), text)
    yield from sorted(shown.values())
    others = sorted(CODES) if type_.kind is Kind.COUNTRY else [type_.form.example if type_.form else "something else"]
    yield from [text for text in others if text not in said and text not in places][:1]


def _around(type_: Type, said: Iterable[object]) -> Iterator[Fact]:
    """Each value that conditions name, and its neighbours."""
    low, high = (0, 1) if type_.kind is Kind.PERCENT else (0 if type_.kind is Kind.QUANTITY else None, None)
    found: set[Fact] = set()
    for value in said:
        if isinstance(value, date):
            found |= {value - _DAY, value, value + _DAY} if date.min < value < date.max else {value}
        elif isinstance(value, int | Fraction) and not isinstance(value, bool):
            by = step(value, type_)
            found |= {value - by, value, value + by}
    if not found and type_.kind is not Kind.DATE:
        found = {0, 1}
    yield from sorted(v for v in found if (low is None or v >= low) and (high is None or v <= high))  # type: ignore[operator,type-var]


@by_policy
def _compared(policy: ir.Policy) -> Mapping[tuple[str, str], _Compared]:
    """By entity or relation, and fact."""
    found: dict[tuple[str, str], list[tuple[object, str, bool]]] = {}
    for rule in policy.rules.values():
        for part in parts_of(rule):
            _collect(part, found)
    return {
        key: _Compared(
            frozenset(value for value, _, _ in said if value is not None),
            frozenset(name for _, name, _ in said if name),
            any(otherwise for _, _, otherwise in said),
        )
        for key, said in found.items()
    }


def _collect(part: Part, found: dict[tuple[str, str], list[tuple[object, str, bool]]]) -> None:
    """Each fact below a part with a value or list that it is compared with; or that it is read otherwise."""
    inner: Iterable[Part] = parts(part)
    match part:
        case (
            n.Compare(left=n.FieldOf() as field, right=n.Known(value=value))
            | n.Compare(left=n.Known(value=value), right=n.FieldOf() as field)
        ):
            _note(field, value, "", found)
            inner = parts(field)
        case n.Member(item=n.FieldOf() as field, collection=n.ListNamed(name=name)):
            _note(field, None, name, found)
            inner = parts(field)
        case n.Member(item=n.FieldOf() as field, collection=n.SetOf(items=items)) if all(
            isinstance(item, n.Known) for item in items
        ):
            for item in items:
                _note(field, item.value if isinstance(item, n.Known) else None, "", found)
            inner = parts(field)
        case n.HasState(operand=n.FieldOf() as field):
            _note(field, None, "", found)
            inner = parts(field)
        case n.FieldOf():
            if part.type.kind is not Kind.ENTITY:
                _note(part, None, "", found, otherwise=True)
        case _:
            pass
    for below in inner:
        _collect(below, found)


def _note(
    field: n.FieldOf,
    value: object,
    name: str,
    found: dict[tuple[str, str], list[tuple[object, str, bool]]],
    *,
    otherwise: bool = False,
) -> None:
    if not isinstance(field.base, n.AsOf):
        found.setdefault((field.base.type.name, field.name), []).append((value, name, otherwise))


# ---- collections


def _further_rows(settled: Settled, place: str, unknown: Missing) -> Iterator[tuple[Record, ...]]:
    """None, where it is complete as it is; or one row more, of what the record is said to have."""
    yield ()
    type_, id_ = unknown.of
    relation = settled.policy.relations[unknown.fact]
    for own, parameter in relation.parameters.items():
        if parameter.type.kind is Kind.ENTITY and parameter.type.name == type_:
            others = {name: other for name, other in relation.parameters.items() if name != own}
            choices = [_extremes(settled, place, other.type) for other in others.values()]
            for chosen in product(*choices):
                yield (Record({own: id_, **dict(zip(others, chosen, strict=True))}),)


def _extremes(settled: Settled, place: str, type_: Type) -> Sequence[Fact]:
    """Of what has an order, the least and the most that conditions tell apart."""
    found = _some(settled, place, type_)
    if type_.kind is Kind.PERCENT:
        return [1]
    return [*found[:1], *found[-1:]] if type_.kind in _ORDERED else found


def _some(settled: Settled, place: str, type_: Type) -> list[Fact]:
    """Values that conditions tell apart; of things, one of those of which rules conclude the same."""
    found = SmallWorlds(settled.policy).values(type_, settled.facts)
    if type_.kind is Kind.ENTITY:
        terms = [name for name, field in settled.policy.entities[type_.name].fields.items() if field.derived]
        alike: dict[object, Fact] = {}
        for id_ in found:
            concluded = tuple(repr(settled.term(type_.name, term, place, str(id_))) for term in terms)
            alike.setdefault(concluded, id_)
        found = list(alike.values())
    return found[:_MOST_THINGS]


def _closed(facts: Facts, id_: str, collection: str, rows: tuple[Record, ...]) -> Facts:
    """The facts with rows of a collection of which nothing more is open about a thing."""
    left = tuple(opening for opening in facts.opened.get(collection, ()) if id_ not in dict(opening.facts).values())
    opened = {name: open_ for name, open_ in facts.opened.items() if name != collection}
    if left:
        opened[collection] = left
    relations = {**facts.relations, collection: (*facts.relations.get(collection, ()), *rows)}
    return replace(facts, relations=relations, opened=opened)
