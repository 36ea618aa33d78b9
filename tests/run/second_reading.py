"""A second reading of the language, in two values, written from its page and from nothing of the engines.

A completion is one way in which all that is not known of a world may turn out. In a completion every condition is
plainly true or false, and every decision has one outcome: whatever the engines say must leave room for it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any
from weakref import WeakKeyDictionary

from licet.facts.store import Facts, Record, Subject
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.types import Kind, Type
from licet.ir.walk import Part, walk
from licet.values import Duration, Range, State

NOTHING = State.NOT_APPLICABLE
FURTHER = "(further)"  # the id of a thing that no record tells of, where a population is open
Term = tuple[str, str, str]  # entity, name and jurisdiction (empty: common)
Environment = Mapping[str, Any]
Options = Callable[[Type], Sequence[Any]]  # the values that a fact of a type may turn out to have
_COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
}
_CIRCLES: WeakKeyDictionary[ir.Policy, Mapping[Term, frozenset[Term]]] = WeakKeyDictionary()  # found once for a policy


class NoAnswerError(Exception):
    """The completion breaks what the vocabulary promises, a term has two values, or something is divided by zero."""


@dataclass(slots=True)
class Completion:
    """A world in which each unknown is settled when it is first asked for, by `choose(number of ways)`.

    `as_of` is the day that governs; without it, it is the subject's own date or, if that is nothing, any of `days`.
    """

    policy: ir.Policy
    facts: Facts
    subject: Subject
    as_of: date | None
    days: Sequence[date]
    options: Options
    choose: Callable[[int], int]
    settled: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    readings: dict[bool, SecondReading] = field(default_factory=dict)  # by whether only what is enforced counts

    def reading(self, *, enforced_only: bool = False) -> SecondReading:
        """What its rules say, worked out once for all that is asked of it."""
        if enforced_only not in self.readings:
            self.readings[enforced_only] = SecondReading(self.policy, self, enforced_only=enforced_only)
        return self.readings[enforced_only]

    def _settle(self, key: tuple[Any, ...], ways: Sequence[Any]) -> Any:
        if key not in self.settled:
            self.settled[key] = ways[self.choose(len(ways)) if len(ways) > 1 else 0]
        return self.settled[key]

    @property
    def day(self) -> date:
        if self.as_of is not None:
            return self.as_of
        if "date" in self.policy.entities[self.subject.type].fields:
            own, _ = self.of_thing(*self.subject, "date")
            if isinstance(own, date):
                return own
        found: date = self._settle(("day",), self.days)
        return found

    def law(self, rule: Hashable) -> bool:
        """Whether a rule stands whose status is unconfirmed; whether what is not encoded of a gap holds."""
        found: bool = self._settle(("law", rule), (False, True))
        return found

    def instead(self, default: str, id_: str, decision: ir.Decision) -> int:
        """What is so where a default is not earned and nobody says what then: itself or anything graver."""
        found: int = self._settle(("instead", default, id_), range(decision.otherwise, len(decision.outcomes)))
        return found

    def finer(self, code: tuple[str, ...], asked: tuple[str, ...]) -> bool:
        """Whether a code that is recorded too coarsely would, with more of it known, be what is asked for."""
        found: bool = self._settle(("finer", code, asked), (False, True))
        return found

    def listed(self, name: str, value: object, on: date | None = None) -> bool:
        """Membership of a dated list: on that day, or in the place of the country that the value follows."""
        listed, day = self.policy.lists[name], on or self.day
        key = ("list", name, value, on and day)
        if not _within(listed.covers, day):
            found: bool = self._settle(key, (False, True))
            return found
        called = {value} | {
            t.stands_for for t in listed.territories if t.code == value and (t.since is None or t.since <= day)
        }
        if any(m.member in called and _within(m.interval, day) for m in listed.members):
            return True
        also: bool = listed.open and self._settle(key, (False, True))
        return also

    def parameter(self, name: str, on: date | None = None) -> Any:
        """What a parameter is on a day; anything, or nothing, where nobody confirmed it or no row stands."""
        declared, day = self.policy.parameters[name], on or self.day
        for row in declared.rows:
            if _within(row.interval, day) and row.value is not State.ABSENT:
                return row.value
        return self._settle(("parameter", name, day), [*self.options(declared.type), NOTHING])

    # ---- things, rows and facts

    def things(self, entity: str) -> list[str]:
        """An open population has a further member, or none."""
        found = list(self.facts.entities.get(entity, {}))
        if self.facts.opened.get(entity) is not None and self._settle(("further", entity), (False, True)):
            found.append(FURTHER)
        return found

    def rows(self, relation: str) -> list[tuple[str, int]]:
        """The rows by their numbers; an open relation may have one more, any other one for each mark that opens it."""
        recorded = len(self.facts.relations.get(relation, ()))
        further = 1 if self.policy.relations[relation].open else len(self.facts.opened.get(relation, ()))
        there = [i for i in range(further) if self._settle(("further", relation, i), (False, True))]
        return [(relation, i) for i in (*range(recorded), *(recorded + i for i in there))]

    def of_thing(self, entity: str, id_: str, name: str) -> tuple[Any, bool]:
        """A fact, and whether it is recorded as undetermined."""
        if name == "id":
            return id_, False
        record = self.facts.entities.get(entity, {}).get(id_, Record({}))
        declared = self.policy.entities[entity].fields[name]
        ways = self._ways(declared.type)
        value, undetermined = self._fact((entity, id_, name), record.get(name), ways, always=declared.always)
        if declared.open and isinstance(value, frozenset):  # it may have members that nobody recorded
            wider = [value, *(way for way in ways if way > value)]
            value = self._settle((entity, id_, name, "further"), wider)
        return value, undetermined

    def of_row(self, row: tuple[str, int], name: str) -> tuple[Any, bool]:
        relation, number = row
        declared = self.policy.relations[relation]
        recorded = self.facts.relations.get(relation, ())
        ways, always = self._ways(declared.parameters[name].type), declared.parameters[name].always
        if number < len(recorded):
            return self._fact((relation, number, name), recorded[number].get(name), ways, always=always)
        about = self._about(relation, number)
        if name in about:
            return about[name], False
        if name in declared.key:
            return self._settle((relation, number, name), ways), False
        return self._fact((relation, number, name), State.ABSENT, ways, always=always)

    def _about(self, relation: str, number: int) -> Mapping[str, Any]:
        """What is known of a further row: a record's own mark opens the relation for rows about that record."""
        if self.policy.relations[relation].open:
            return {}
        marks = self.facts.opened.get(relation, ())
        return dict(marks[number - len(self.facts.relations.get(relation, ()))].facts)

    def _ways(self, type_: Type) -> Sequence[Any]:
        return self.things(type_.name) if type_.kind is Kind.ENTITY else self.options(type_)

    def _fact(self, key: tuple[Any, ...], fact: Any, ways: Sequence[Any], *, always: bool = False) -> tuple[Any, bool]:
        match fact:
            case State.ABSENT:
                unknown = [(value, False) for value in ways] + [(value, True) for value in ways[:1]]
                if not always:
                    unknown.insert(len(ways), (NOTHING, False))
                if not unknown:
                    raise NoAnswerError
                found: tuple[Any, bool] = self._settle(key, unknown)
                return found
            case State.UNDETERMINED:
                return self._settle(key, ways) if ways else NOTHING, True
            case Range(low=low, high=high):
                ends = [end for end in (low, high) if end is not None]
                inside = [v for v in ways if (low is None or v >= low) and (high is None or v <= high)]
                return self._settle(key, list(dict.fromkeys([*ends, *inside]))), False
            case _:
                return fact, False

    def check(self) -> None:
        """Refuses a completion with two rows for one key, or with more than the vocabulary's bound allows."""
        for relation, declared in self.policy.relations.items():
            recorded = len(self.facts.relations.get(relation, ()))
            further = [
                key[2] for key, is_there in self.settled.items() if key[:2] == ("further", relation) and is_there
            ]
            numbers = (*range(recorded), *(recorded + i for i in further))
            rows = [{name: self._so_far(relation, i, name) for name in declared.parameters} for i in numbers]
            keys = [tuple(row[name] for name in declared.key) for row in rows]
            if declared.key and any(None not in key and keys.count(key) > 1 for key in keys):
                raise NoAnswerError
            for bound in declared.bounds:
                sums: dict[Any, Any] = {}
                for row in rows:
                    if row[bound.summed] not in (None, NOTHING):
                        sums[row[bound.per]] = sums.get(row[bound.per], 0) + row[bound.summed]
                if any(total > bound.limit for total in sums.values()):
                    raise NoAnswerError

    def _so_far(self, relation: str, number: int, name: str) -> Any:
        """The value as far as it was asked for; the least of a range; None where it may be anything."""
        recorded = self.facts.relations.get(relation, ())
        fact = recorded[number].get(name) if number < len(recorded) else self._about(relation, number).get(name)
        fact = State.ABSENT if fact is None else fact
        if isinstance(fact, Range):
            return self.settled.get((relation, number, name), fact.low)
        if fact is not State.ABSENT and fact is not State.UNDETERMINED:
            return fact
        found = self.settled.get((relation, number, name))
        return found[0] if isinstance(found, tuple) else found


def _within(interval: ir.Interval, day: date) -> bool:
    return (interval.start is None or interval.start <= day) and (interval.end is None or day < interval.end)


class SecondReading:
    """What the rules of a policy say in a completion; with `enforced_only`, without those that nobody enforces."""

    def __init__(self, policy: ir.Policy, world: Completion, *, enforced_only: bool = False) -> None:
        self.policy = policy
        self.world = world
        self._enforced_only = enforced_only
        if policy not in _CIRCLES:
            _CIRCLES[policy] = circles(policy)
        self._circles = _CIRCLES[policy]
        self._finished: dict[tuple[Term, str], frozenset[Any]] = {}
        self._growing: dict[tuple[Term, str], frozenset[Any]] = {}  # of the circle that is being worked out
        self._known: dict[tuple[str, str], bool] = {}  # whether rules are effective, outside of circles

    # ---- decisions, scores and terms

    def outcome(self, decision: str, view: str, id_: str) -> int:
        """The gravest outcome that an effective rule states, by its place; without any, what is declared."""
        if view == n.OVERALL:
            return max(self.outcome(decision, place, id_) for place in self.jurisdictions(decision))
        stated = [effect.outcome for effect in self.stated(decision, view, id_)]
        return max(stated) if stated else self._otherwise(decision, view, id_)

    def _otherwise(self, decision: str, place: str, id_: str) -> int:
        """What no rule states: the default, and where it is not earned what is declared instead, or anything graver."""
        declared = self.policy.decisions[decision]
        for rule in self.policy.rules.values():
            if rule.kind == "default" and (rule.jurisdiction or ir.COMMON) == place:
                (effect,) = rule.effects
                assert isinstance(effect, ir.HasOutcome)
                if effect.decision == decision and self._stands(rule, id_):
                    return self.world.instead(rule.id, id_, declared) if rule.is_open else effect.outcome
        return declared.otherwise

    def stated(self, decision: str, place: str, id_: str) -> list[ir.HasOutcome]:
        """What the effective rules of a jurisdiction, and the common ones, state of a decision."""
        return [
            effect
            for rule in self.policy.rules.values()
            if rule.entity == self.policy.decisions[decision].entity and rule.jurisdiction in (place, None)
            if rule.kind != "default"
            for effect in rule.effects
            if isinstance(effect, ir.HasOutcome) and effect.decision == decision and self.is_effective(rule, id_)
        ]

    def jurisdictions(self, decision: str) -> list[str]:
        """Those with a rule for the decision; if there is no such, the common one."""
        found = {
            rule.jurisdiction
            for rule in self.policy.rules.values()
            for effect in rule.effects
            if isinstance(effect, ir.HasOutcome) and effect.decision == decision and rule.jurisdiction
        }
        return sorted(found) or [ir.COMMON]

    def score(self, score: str, id_: str) -> Any:
        total: Any = 0
        for rule in self.policy.rules.values():
            for effect in rule.effects:
                if isinstance(effect, ir.AddsPoints) and effect.score == score and self.is_effective(rule, id_):
                    times = 1 if effect.per is None else self.value(effect.per, {rule.variable: id_})
                    points = times * effect.points
                    total += points if effect.maximum is None else min(points, effect.maximum)
        declared = self.policy.scores[score]
        return max(declared.low, min(declared.high, total))

    def term(self, entity: str, name: str, view: str | None, id_: str) -> frozenset[Any]:
        """The values that are concluded, `True` of a boolean: a jurisdiction's and the common ones together."""
        return frozenset[Any]().union(*(self._concluded((entity, name, place), id_) for place in {view or "", ""}))

    def _concluded(self, term: Term, id_: str) -> frozenset[Any]:
        key = (term, id_)
        if key in self._growing:
            return self._growing[key]
        if key not in self._finished:
            circle = self._circles.get(term, frozenset())
            if circle:
                self._work_out(circle)
            else:
                self._finished[key] = self._once(term, id_)
        return self._finished.get(key, frozenset())

    def _work_out(self, circle: frozenset[Term]) -> None:
        """Terms that depend on themselves: from nothing, round by round, until nothing is added."""
        keys = [(term, id_) for term in sorted(circle) for id_ in self.world.things(term[0])]
        self._growing = dict.fromkeys(keys, frozenset())
        while True:
            after = {key: self._once(*key) for key in keys}
            if after == self._growing:
                break
            self._growing = after
        self._finished.update(self._growing)
        self._growing = {}

    def _once(self, term: Term, id_: str) -> frozenset[Any]:
        entity, name, place = term
        found = set()
        for rule in self.policy.rules.values():
            ours = rule.entity == entity and (rule.jurisdiction or "") == place and name in _terms_of(rule)
            for effect in rule.effects if ours and self.is_effective(rule, id_) else ():
                if isinstance(effect, ir.TermHolds) and effect.term == name:
                    found.add(True)
                elif isinstance(effect, ir.TermValue) and effect.term == name:
                    value = self.value(effect.value, {rule.variable: id_})
                    found |= value if isinstance(value, frozenset) else {value}
        return frozenset(found - {NOTHING})

    # ---- rules

    def is_effective(self, rule: ir.Rule, id_: str) -> bool:
        """Asked once, but while a circle is being worked out."""
        key = rule.id, id_
        found = None if self._growing else self._known.get(key)
        if found is None:
            alone = not self._growing
            found = self._is_effective(rule, id_)
            if alone:
                self._known[key] = found
        return found

    def _is_effective(self, rule: ir.Rule, id_: str) -> bool:
        """A default concludes only where nothing else does."""
        if rule.kind == "default":
            if self.is_needless(rule, id_):
                return False
            if rule.is_open and not self.world.law((rule.id, id_)):
                return False
        return self._applies(rule, id_) and not self._is_beaten(rule, id_)

    def is_needless(self, default: ir.Rule, id_: str) -> bool:
        """Whether something else concludes."""
        (effect,) = default.effects
        assert isinstance(effect, ir.HasOutcome)
        return bool(self.stated(effect.decision, default.jurisdiction or ir.COMMON, id_))

    def _applies(self, rule: ir.Rule, id_: str) -> bool:
        """An exception needs something to except."""
        return self._stands(rule, id_) and (
            not rule.excepts or any(self._applies(self.policy.rules[r], id_) for r in rule.excepts)
        )

    def _is_beaten(self, rule: ir.Rule, id_: str) -> bool:
        return any(
            self._stands(other, id_) and not self._is_beaten(other, id_)
            for other in self.policy.rules.values()
            if rule.id in other.excepts
        )

    def _stands(self, rule: ir.Rule, id_: str) -> bool:
        """It stands in law and its condition holds; that of a gap has a part that nobody encoded."""
        condition = rule.trigger
        if not self._is_live(rule) or not (condition is None or self.holds(condition, {rule.variable: id_})):
            return False
        return rule.kind != "gap" or self.world.law((rule.id, id_))

    def _is_live(self, rule: ir.Rule) -> bool:
        law = rule.live
        if not any((law.in_force, law.suspended, law.not_enforced, law.unconfirmed)):
            return True
        day = self.world.day
        if self._enforced_only and any(_within(i, day) for i in law.not_enforced):
            return False
        if any(_within(i, day) for i in law.unconfirmed):
            return self.world.law(rule.id)
        if any(_within(i, day) for i in law.suspended):
            return False
        return not law.in_force or any(_within(i, day) for i in law.in_force)

    # ---- conditions

    def holds(self, formula: n.Formula, env: Environment) -> bool:
        match formula:
            case n.Constant(truth=truth):
                return bool(truth.must)
            case n.Not(part=part):
                return not self.holds(part, env)
            case n.Limb(part=part):
                return self.holds(part, env)
            case n.AllOf(parts=parts):
                return all(self.holds(part, env) for part in parts)
            case n.Earlier(sides=(one, other), days=days):
                ids = [self.value(side, env) for side in (one, other)]
                when = [self.value(side, env) for side in (days.left, days.right)]
                return NOTHING not in (*ids, *when) and (when[0], ids[0]) < (when[1], ids[1])
            case n.AnyOf(parts=parts):
                return any(self.holds(part, env) for part in parts)
            case n.Counted(exactly=exactly, number=number, parts=parts):
                count = sum(self.holds(part, env) for part in parts)
                return count == number if exactly else count >= number
            case n.RowAbove(rows=rows, number=number):
                return any(self.holds(condition, env) for condition in rows.conditions[:number])
            case n.Some(each=each, where=where):
                return any(True for _ in self._members(each, where, env))
            case n.Every(each=each, where=where, condition=condition):
                return all(self.holds(condition, inner) for inner in self._members(each, where, env))
            case _:
                return self._compares(formula, env)

    def _compares(self, formula: n.Formula, env: Environment) -> bool:
        """A comparison: with nothing it is false, however it is worded."""
        match formula:
            case n.Compare(operator=operator, left=left, right=right):
                a, b = self.value(left, env), self.value(right, env)
                return NOTHING not in (a, b) and _COMPARED[operator](a, b)
            case n.Member(item=item, collection=collection, negated=negated):
                value = self.value(item, env)
                found = None if value is NOTHING else self._is_in(value, collection, env)
                return found is not None and found != negated
            case n.CodeTest(item=item, asks=asks, codes=codes, negated=negated):
                found = self._of_codes(item, asks, [self.value(code, env) for code in codes], env)
                return found is not None and found != negated
            case n.HasState(operand=operand, state=state, negated=negated):
                value, undetermined = self._read(operand, env)
                found = undetermined if state == "undetermined" else undetermined or value is not NOTHING
                return found != negated
            case n.Holds(subject=subject, term=term, entity=entity, view=view, negated=negated):
                id_ = self.value(subject, env)
                return id_ is not NOTHING and (True in self.term(entity, term, view, id_)) != negated
            case n.Outcome(decision=decision, subject=subject, view=view, operator=operator, outcome=outcome):
                id_ = self.value(subject, env)
                return id_ is not NOTHING and _COMPARED[operator](self.outcome(decision, view, id_), outcome)
            case _:
                raise AssertionError(formula)

    def _on_list(self, name: str, type_: Type, on: date | None) -> frozenset[Any]:
        assert type_.element is not None
        return frozenset(v for v in self.world.options(type_.element) if self.world.listed(name, v, on))

    def _collected(self, items: Iterable[n.Operand], env: Environment) -> frozenset[Any]:
        """What items say, and the members of those that say a set."""
        said = [value for item in items if (value := self.value(item, env)) is not NOTHING]
        return frozenset(v for value in said for v in (value if isinstance(value, frozenset) else [value]))

    def _of_codes(self, item: n.Operand, asks: str, said: list[Any], env: Environment) -> bool | None:
        """None where there is no code on one of the sides. A code recorded too coarsely may turn out either way."""
        own = self.value(item, env)
        if NOTHING in (own, *said):
            return None
        type_ = _type_of(item)
        form = (type_.element or type_).form
        assert form is not None
        found = [form.parts(code) for code in (own if isinstance(own, frozenset) else [own])]
        ends = [form.parts(code) for value in said for code in (value if isinstance(value, frozenset) else [value])]
        if asks == "between":
            return any(self._lies_between(code, ends[0], ends[1]) for code in found)
        return any(self._stands_below(code, end) for code in found for end in ends)

    def _stands_below(self, code: tuple[str, ...], end: tuple[str, ...]) -> bool:
        if code == end[: len(code)] and len(code) < len(end):
            return self.world.finer(code, end)
        return code[: len(end)] == end

    def _lies_between(self, code: tuple[str, ...], low: tuple[str, ...], high: tuple[str, ...]) -> bool:
        for end in (low, high):
            if code == end[: len(code)] and len(code) < len(end):
                return self.world.finer(code, low + high)

        def place(parts: tuple[str, ...]) -> list[tuple[int, int, str]]:
            return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts]

        return place(low) <= place(code) and (place(code) <= place(high) or code[: len(high)] == high)

    def _is_in(self, value: Any, collection: n.Operand, env: Environment) -> bool | None:
        """None where there is no collection."""
        match collection:
            case n.ListNamed(name=name):
                return self.world.listed(name, value)
            case n.OnDay(part=n.ListNamed(name=name), day=operand):
                day = self.value(operand, env)
                return None if day is NOTHING else self.world.listed(name, value, day)
            case n.SetOf(items=items):
                return any(
                    self._is_in(value, item, env) or False
                    if isinstance(item, n.ListNamed)
                    or (isinstance(item, n.OnDay) and isinstance(item.part, n.ListNamed))
                    else self.value(item, env) == value
                    for item in items
                )
            case _:
                found = self.value(collection, env)
                return None if found is NOTHING else value in found

    def _members(self, each: n.Each, where: n.Formula | None, env: Environment) -> Iterator[Environment]:
        found: Sequence[Any]
        if each.kind == "population":
            found = self.world.things(each.name)
        elif each.kind == "rows":
            found = self.world.rows(each.name)
        else:
            assert each.members is not None
            collection = self.value(each.members, env)
            found = () if collection is NOTHING else sorted(collection)
        for member in found:
            inner = {**env, each.variable: member}
            if where is None or self.holds(where, inner):
                yield inner

    # ---- operands

    def value(self, operand: n.Operand, env: Environment) -> Any:
        return self._read(operand, env)[0]

    def _read(self, operand: n.Operand, env: Environment) -> tuple[Any, bool]:
        """A value, and whether somebody recorded that it cannot be determined."""
        match operand:
            case n.Known(value=value):
                return value, False
            case n.Variable(name=name):
                return env[name], False
            case n.AsOf():
                return self.world.day, False
            case n.FieldOf(base=base, name=name):
                thing, undetermined = self._read(base, env)
                if thing is NOTHING:
                    return NOTHING, undetermined
                of_row = _type_of(base).kind is Kind.ROW
                found, also = (
                    self.world.of_row(thing, name) if of_row else self.world.of_thing(_type_of(base).name, thing, name)
                )
                return found, undetermined or also
            case n.TermOf(base=base, name=name, type=type_, view=view):
                thing, undetermined = self._read(base, env)
                return NOTHING if thing is NOTHING else self._of_term(base, name, type_, view, thing), undetermined
            case n.ParameterNamed(name=name):
                return self.world.parameter(name), False
            case n.OnDay(part=n.ParameterNamed(name=name), day=moment):
                day = self.value(moment, env)
                return (NOTHING if day is NOTHING else self.world.parameter(name, day)), False
            case n.ListNamed(name=name, type=type_):
                return self._on_list(name, type_, None), False
            case n.OnDay(part=n.ListNamed(name=name, type=type_), day=moment):
                day = self.value(moment, env)
                return (NOTHING if day is NOTHING else self._on_list(name, type_, day)), False
            case n.SetOf(items=items):
                return self._collected(items, env), False
            case n.Arithmetic(operator=operator, left=left, right=right):
                return self._arithmetic(operator, self.value(left, env), self.value(right, env)), False
            case n.Call(function=function, arguments=arguments, calendar=name) if name:
                return self._working(function, [self.value(a, env) for a in arguments], self.policy.lists[name]), False
            case n.Call(function=function, arguments=arguments):
                return _called(function, [self.value(argument, env) for argument in arguments]), False
            case n.Aggregate():
                return self._aggregate(operand, env), False
            case _:
                raise AssertionError(operand)

    def _of_term(self, base: n.Operand, name: str, type_: Type, view: str | None, id_: str) -> Any:
        found = self.term(_type_of(base).name, name, view, id_)
        if type_.kind is Kind.SET:
            return found
        if len(found) > 1:
            raise NoAnswerError  # a conflict: every comparison is left open
        return next(iter(found), NOTHING)

    def _arithmetic(self, operator: str, left: Any, right: Any) -> Any:
        if NOTHING in (left, right):
            return NOTHING
        if isinstance(left, date) and isinstance(right, Duration):
            return (right if operator == "+" else right.negated()).after(left)
        if isinstance(left, date):
            return left.toordinal() - right.toordinal()
        match operator:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
            case _:
                if right == 0:
                    raise NoAnswerError  # every comparison is left open
                return Fraction(left) / right

    def _working(self, function: str, given: list[Any], listed: ir.DatedList) -> Any:
        """Day by day; where the list does not cover a day that counts, every comparison is left open."""
        if NOTHING in given:
            return NOTHING

        def works(day: date) -> bool:
            if not _within(listed.covers, day):
                raise NoAnswerError
            return day.weekday() not in listed.weekend and not any(m.member == day for m in listed.members)

        one = timedelta(days=1)
        if function == "working_days":
            first, last = sorted(given)
            days = sum(works(first + i * one) for i in range(1, (last - first).days + 1))
            return days if given[0] <= given[1] else -days
        day, left = given
        while left or (given[1] == 0 and not works(day)):
            day += one
            left -= works(day) if left else 0
        return day

    def _aggregate(self, aggregate: n.Aggregate, env: Environment) -> Any:
        members = list(self._members(aggregate.each, aggregate.where, env))
        if aggregate.operand is None:
            return len(members)
        values = [v for inner in members if (v := self.value(aggregate.operand, inner)) is not NOTHING]
        match aggregate.kind:
            case "each":
                sets = (value if isinstance(value, frozenset) else {value} for value in values)
                return frozenset(member for some in sets for member in some)
            case "total":
                return sum(values)
            case "highest":
                return max(values, default=NOTHING)
            case "lowest":
                return min(values, default=NOTHING)
            case _:
                raise AssertionError(aggregate)


def _called(function: str, arguments: Sequence[Any]) -> Any:
    if NOTHING in arguments:
        return NOTHING
    match function:
        case "max" | "latest":
            return max(arguments)
        case "min" | "earliest":
            return min(arguments)
        case "year":
            return arguments[0].year
        case "month":
            return arguments[0].month
        case "quarter":
            return 1 + (arguments[0].month - 1) // 3
        case "month_end" | "quarter_end" | "year_end":
            months = {"month_end": 1, "quarter_end": 3, "year_end": 12}[function]
            following = arguments[0].year * 12 + (arguments[0].month - 1) // months * months + months
            return date(following // 12, following % 12 + 1, 1) - timedelta(days=1)
        case "rounded" | "rounded_up" | "rounded_down":
            number, step = map(Fraction, arguments)
            below = (number // step) * step
            if function == "rounded":
                nearer = abs(number - below) * 2
                up = nearer > step or (nearer == step and number > 0)
            else:
                up = function == "rounded_up" and below != number
            return below + step if up else below
        case _:
            raise AssertionError(function)


def _type_of(operand: n.Operand) -> Type:
    assert isinstance(operand, n.Variable | n.FieldOf | n.TermOf | n.Call | n.Known)
    return operand.type


def _terms_of(rule: ir.Rule) -> set[str]:
    return {effect.term for effect in rule.effects if isinstance(effect, ir.TermHolds | ir.TermValue)}


# ---- which terms depend on themselves


def circles(policy: ir.Policy) -> Mapping[Term, frozenset[Term]]:
    """The terms that depend on themselves, each with those that depend on it and on which it depends."""
    needs = _needs(policy)
    reached = {term: _reached(read, lambda other: needs.get(other, ())) for term, read in needs.items()}
    return {
        term: frozenset(other for other in seen if term in reached.get(other, ()))
        for term, seen in reached.items()
        if term in seen
    }


def _needs(policy: ir.Policy) -> Mapping[Term, set[Term]]:
    """What each term reads: in its rules, what they except and what excepts them; decisions count as terms."""
    needs: dict[Term, set[Term]] = {}
    for rule in policy.rules.values():
        above = _reached([rule.id], lambda id_: [other.id for other in policy.rules.values() if id_ in other.excepts])
        below = _reached([rule.id], lambda id_: policy.rules[id_].excepts)
        read = {term for id_ in above | below for term in _read_by(policy, policy.rules[id_])}
        decided = {effect.decision for effect in rule.effects if isinstance(effect, ir.HasOutcome)}
        for name in _terms_of(rule) | decided:
            needs.setdefault((rule.entity, name, rule.jurisdiction or ""), set()).update(read)
    return needs


def _reached(starts: Iterable[Any], step: Callable[[Any], Iterable[Any]]) -> set[Any]:
    """The starts, and whatever some steps lead to from there."""
    found = set(starts)
    pending = list(found)
    while pending:
        new = set(step(pending.pop())) - found
        found |= new
        pending += new
    return found


def _read_by(policy: ir.Policy, rule: ir.Rule) -> Iterator[Term]:
    values = [effect.value for effect in rule.effects if isinstance(effect, ir.TermValue)]
    for part in (*([] if rule.body is None else [rule.body]), *values):
        yield from _read_in(policy, part)


def _read_in(policy: ir.Policy, part: Part) -> Iterator[Term]:
    for node in walk(part):
        match node:
            case n.Holds(entity=entity, term=name, view=view):
                yield from ((entity, name, place) for place in {view or "", ""})
            case n.TermOf(base=base, name=name, view=view):
                yield from ((_type_of(base).name, name, place) for place in {view or "", ""})
            case n.Outcome(decision=name, view=view):
                places = {r.jurisdiction or "" for r in policy.rules.values()} if view == n.OVERALL else {view}
                yield from ((policy.decisions[name].entity, name, place) for place in {*places, ""})
            case n.RowAbove(rows=rows, number=number):
                for condition in rows.conditions[:number]:
                    yield from _read_in(policy, condition)
            case _:
                pass
