"""Law that bears on an answer by how it stands: legal acts, rules that nobody read, days on which it is another."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain

from licet.explain.cone import Cone
from licet.explain.sufficient import AnswerTrials
from licet.explain.units import FactUnit, RowUnit
from licet.facts.store import Facts, Record
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.remembered import by_identity
from licet.ir.walk import parts_of, walk
from licet.run.reference.unknown_values import F, T
from licet.values import Day, Range

NOT_IN_FORCE = "not_in_force"
MOST_TRIED = 200  # rules that nobody read: each is a decision of its own


@dataclass(frozen=True, slots=True)
class Act:
    """What one announcement, stay or date does to some rules, and the answer with them in force and without."""

    kind: str  # suspended, not_enforced, unconfirmed, not_in_force
    rules: tuple[str, ...]
    interval: ir.Interval
    if_it_stands: Hashable
    if_not: Hashable


@dataclass(frozen=True, slots=True)
class Unread:
    """A rule that nobody read in the legal text, and the answer without it; None where there are too many to try."""

    rule: ir.Rule
    if_not: Hashable | None


@dataclass(frozen=True, slots=True)
class Change:
    """The answer from a day on, and what begins or ends there."""

    on: date
    answer: Hashable
    cause: tuple[str, ...]


def acts(cone: Cone, trials: AnswerTrials, day: Day) -> tuple[Act, ...]:
    """The acts that bear on rules of the cone on a day, by their rules."""
    found: dict[tuple[str, str, date | None, date | None], tuple[ir.Interval, list[str]]] = {}
    for rule in _rules(cone):
        for kind, interval in _bearing(rule, day):
            key = kind, interval.note or rule.id, interval.start, interval.end
            found.setdefault(key, (interval, []))[1].append(rule.id)
    return tuple(
        Act(
            key[0],
            tuple(rules),
            interval,
            trials.outcome(forced=dict.fromkeys(rules, T)),
            trials.outcome(forced=dict.fromkeys(rules, F)),
        )
        for key, (interval, rules) in found.items()
    )


def _rules(cone: Cone) -> Iterable[ir.Rule]:
    """Each rule of a cone once, by id."""
    found = {node.rule.id: node.rule for node in cone.nodes.values()}
    return [found[id_] for id_ in sorted(found)]


def _bearing(rule: ir.Rule, day: Day) -> Iterator[tuple[str, ir.Interval]]:
    live = rule.live
    for kind, intervals in (
        ("suspended", live.suspended),
        ("not_enforced", live.not_enforced),
        ("unconfirmed", live.unconfirmed),
    ):
        yield from ((kind, interval) for interval in intervals if interval.contains_any(day))
    if live.in_force and not any(interval.contains_any(day) for interval in live.in_force):
        yield NOT_IN_FORCE, live.in_force[-1]


def unread(cone: Cone, trials: AnswerTrials) -> tuple[Unread, ...]:
    """The rules that may apply to something in the cone and that nobody read in the legal text, by id."""
    touched = {node.rule.id for node in cone.nodes.values() if node.result.applies is not F}
    rules = [rule for rule in _rules(cone) if rule.id in touched and rule.certainty != "verified"]
    found = [rule for rule in rules if rule.kind != "default"]
    if len(found) > MOST_TRIED:
        return tuple(Unread(rule, None) for rule in found)
    return tuple(Unread(rule, trials.outcome(forced={rule.id: F})) for rule in found)


def changes(cone: Cone, trials: AnswerTrials, day: Day) -> tuple[Change, ...]:
    """The days after this one from which the answer is another, as long as the facts stay what they are."""
    if not isinstance(day, date):
        return ()
    turns = _turns(cone, trials)
    found = []
    before = trials.outcome()
    for turn in sorted(turns):
        if turn > day:
            answer = trials.outcome(day=turn)
            if answer != before:
                found.append(Change(turn, answer, tuple(sorted(turns[turn]))))
            before = answer
    return tuple(found)


def _turns(cone: Cone, trials: AnswerTrials) -> Mapping[date, set[str]]:
    """The days on which a rule, a list or a parameter begins or ends, or that a fact names; and what does."""
    found: dict[date, set[str]] = {}
    for rule in _rules(cone):
        for interval in chain(*rule.live.told.values()):
            _add(found, (interval.start, interval.end), f"rule {rule.id}")
        lists, parameters, days = _read(rule)
        for name in lists:
            _add(found, trials.policy.lists[name].days(), f"list {name}")
        for name in parameters:
            _add(found, trials.policy.parameters[name].days(), f"parameter {name}")
        _add(found, days, f"rule {rule.id}")
    for unit in cone.units:
        for told in _days_told(unit, cone, trials.rows.facts):
            _add(found, (told, told + timedelta(days=1) if told < date.max else None), str(unit))
    return found


def _add(found: dict[date, set[str]], days: Iterable[date | None], cause: str) -> None:
    for day in days:
        if day is not None:
            found.setdefault(day, set()).add(cause)


def _days_told(unit: object, cone: Cone, facts: Facts) -> Iterator[date]:
    records: list[tuple[Record, tuple[str, ...]]] = []
    if isinstance(unit, FactUnit):
        records = [(facts.entities[unit.type][unit.id], (unit.field,))]
    elif isinstance(unit, RowUnit):
        rows = facts.relations[unit.relation]
        records = [(rows[place], tuple(rows[place].facts)) for place in sorted(cone.places[unit])[:1]]
    for record, fields in records:
        for field in fields:
            said = record.get(field)
            for end in (said.low, said.high) if isinstance(said, Range) else (said,):
                if isinstance(end, date):
                    yield end


@by_identity
def _read(rule: ir.Rule) -> tuple[frozenset[str], frozenset[str], frozenset[date]]:
    """The lists and parameters that a rule reads, and the days that it names, each with the next."""
    lists, parameters, days = set(), set(), set()
    for part in parts_of(rule):
        for node in walk(part):
            match node:
                case n.ListNamed(name=name):
                    lists.add(name)
                case n.ParameterNamed(name=name):
                    parameters.add(name)
                case n.Call(calendar=calendar) if calendar:
                    lists.add(calendar)
                case n.Known(value=date() as day):
                    days |= {day, day + timedelta(days=1)} if day < date.max else {day}
    return frozenset(lists), frozenset(parameters), frozenset(days)
