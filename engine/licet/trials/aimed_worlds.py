"""Small inventories made to satisfy a condition: a directed guess, which whoever asks for it must check."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from random import Random

from licet.facts.store import Facts, Record
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.effects import is_about, term_values
from licet.ir.operators import COMPARISONS, DENIED, FLIPPED, Operator, holds
from licet.ir.outcomes import outcome_of
from licet.ir.types import Kind, Type
from licet.ir.walk import walk
from licet.run.reference.interpreter import Interpreter
from licet.run.reference.live import live
from licet.run.reference.unknown_values import F, T, U
from licet.trials.small_worlds import SmallWorlds, step
from licet.values import Fact, State, Truth

_DEEPEST = 6  # conclusions that rest on conclusions
_MOST_MEMBERS = 4


@dataclass(frozen=True, slots=True)
class Thing:
    """A record or a row that is being made up; `id` is empty for a row."""

    type: str
    id: str
    facts: dict[str, Fact]


Env = Mapping[str, "Thing | str"]  # a variable stands for a thing, or for a text that is a member of a set


@dataclass(slots=True)
class AimedWorld:
    """Begins as a random small world; `make` then changes it towards a condition."""

    policy: ir.Policy
    values: SmallWorlds
    day: date
    things: dict[str, dict[str, Thing]] = field(default_factory=dict)
    rows: dict[str, list[Thing]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        base = self.values.world()
        for entity, records in base.entities.items():
            self.things[entity] = {i: Thing(entity, i, dict(r.facts)) for i, r in records.items()}
        for relation, rows in base.relations.items():
            self.rows[relation] = [Thing(relation, "", dict(r.facts)) for r in rows]

    @property
    def facts(self) -> Facts:
        entities = {e: {i: Record(dict(t.facts)) for i, t in things.items()} for e, things in self.things.items()}
        return Facts(entities, {name: tuple(Record(dict(r.facts)) for r in rows) for name, rows in self.rows.items()})

    @property
    def _random(self) -> Random:
        return self.values.random

    # ---- conditions

    def make(self, formula: n.Formula | None, env: Env, *, wanted: bool = True, depth: int = 0) -> None:
        """Changes facts so that the condition probably becomes true, or false."""
        if isinstance(formula, n.Some | n.Every | n.Holds | n.Outcome | n.Compare) and self._is(formula, env) is (
            T if wanted else F
        ):
            return
        match formula:
            case n.Limb(part=part):
                self.make(part, env, wanted=wanted, depth=depth)
            case n.Not(part=part):
                self.make(part, env, wanted=not wanted, depth=depth)
            case n.AllOf() | n.AnyOf() | n.Counted() | n.RowAbove():
                for part, holds in self._chosen(formula, env, wanted=wanted):
                    self.make(part, env, wanted=holds, depth=depth)
            case n.Compare():
                self._compare(formula, env, wanted=wanted, depth=depth)
            case n.Member():
                self._member(formula, env, wanted=wanted != formula.negated, depth=depth)
            case n.HasState():
                self._state(formula, env, wanted=wanted != formula.negated)
            case n.Some(each=each, where=where):
                self._members(each, where, None, env, wanted=wanted, depth=depth)
            case n.Every(each=each, where=where, condition=condition):
                self._members(each, where, condition, env, wanted=not wanted, depth=depth)
            case n.Holds() | n.Outcome():
                self._concluded(formula, env, wanted=wanted, depth=depth)
            case n.Named(thing=operand, name=name):
                thing = self._thing(operand, env)
                if thing is not None and wanted and "name" in self.policy.entities[thing.type].fields:
                    thing.facts["name"] = name
            case _:
                pass

    def _chosen(
        self, formula: n.AllOf | n.AnyOf | n.Counted | n.RowAbove, env: Env, *, wanted: bool
    ) -> Iterator[tuple[n.Formula, bool]]:
        """Parts of a block that are to hold, or not to, so that the block does as wanted."""
        match formula:
            case n.AllOf(parts=parts) | n.AnyOf(parts=parts):
                every = isinstance(formula, n.AllOf) == wanted
                yield from ((part, wanted) for part in (parts if every else self._some_of(parts, 1)))
            case n.Counted(number=number, parts=parts):
                chosen = self._some_of(parts, number if wanted else max(number - 1, 0))
                yield from ((part, part in chosen) for part in parts)
            case n.RowAbove(rows=rows, number=number) if wanted:
                yield from ((part, True) for part in self._some_of(rows.conditions[:number], 1))
            case n.RowAbove(rows=rows, number=number):
                yield from ((part, False) for part in rows.conditions[:number] if self._is(part, env) is not F)

    def _some_of(self, parts: tuple[n.Formula, ...], number: int) -> list[n.Formula]:
        return self._random.sample(parts, min(number, len(parts)))

    def _compare(self, formula: n.Compare, env: Env, *, wanted: bool, depth: int) -> None:
        operator = formula.operator if wanted else DENIED[formula.operator]
        left, right = formula.left, formula.right
        if isinstance(left, n.Aggregate):
            self._aggregate(left, operator, self._read(right, env), env, depth)
        elif isinstance(left, n.FieldOf) and (not isinstance(right, n.FieldOf) or self._random.random() < 0.5):
            self._set(left, operator, self._read(right, env), env)
        elif isinstance(right, n.FieldOf):
            self._set(right, FLIPPED[operator], self._read(left, env), env)
        elif isinstance(left, n.TermOf) and operator == "=":
            self._valued(left, self._read(right, env), env, depth)

    def _set(self, target: n.Operand, operator: Operator, value: object, env: Env) -> None:
        """Gives a field a value that compares so."""
        assert isinstance(target, n.FieldOf)
        thing = self._thing(target.base, env)
        if thing is None or target.name == "id" or not isinstance(value, bool | int | Fraction | date | str):
            return
        thing.facts[target.name] = self._beside(operator, value, target.type)

    def _beside(self, operator: Operator, value: bool | int | Fraction | date | str, type_: Type) -> Fact:
        comparison = COMPARISONS[operator]
        if comparison.equal and (comparison.is_equality or self._random.random() < 0.5):
            return value
        if isinstance(value, bool):
            return not value
        if isinstance(value, str) or comparison.is_equality:
            others = [v for v in (self.values.value(type_) for _ in range(8)) if v != value and v is not None]
            return others[0] if others else value
        if isinstance(value, date):
            return value + timedelta(days=1 if comparison.more else -1)
        return max(value + step(value, type_) if comparison.more else value - step(value, type_), 0)

    def _member(self, formula: n.Member, env: Env, *, wanted: bool, depth: int) -> None:
        match formula.collection:
            case n.FieldOf(base=base, name=name):
                thing, item = self._thing(base, env), self._read(formula.item, env)
                before = thing.facts.get(name) if thing is not None else None
                if thing is not None and isinstance(item, str):
                    members = before if isinstance(before, frozenset) else frozenset()
                    thing.facts[name] = members | {item} if wanted else members - {item}
            case n.TermOf() as term if wanted:
                self._valued(term, self._read(formula.item, env), env, depth)
            case collection if isinstance(formula.item, n.FieldOf):
                inside = list(self._listed(collection, env))
                is_inside = self._read(formula.item, env) in inside
                if wanted and inside and not is_inside:
                    self._set(formula.item, "=", self._random.choice(inside), env)
                elif is_inside and not wanted:
                    others = (self.values.value(formula.item.type) for _ in range(12))
                    self._set(formula.item, "=", next((o for o in others if o not in inside), None), env)
            case _:
                pass

    def _listed(self, collection: n.Operand, env: Env) -> Iterator[object]:
        match collection:
            case n.ListNamed(name=name):
                yield from (m.member for m in self.policy.lists[name].members if m.interval.contains(self.day))
            case n.SetOf(items=items):
                for item in items:
                    if isinstance(item, n.ListNamed):
                        yield from self._listed(item, env)
                    else:
                        yield self._read(item, env)
            case _:
                pass

    def _state(self, formula: n.HasState, env: Env, *, wanted: bool) -> None:
        if isinstance(formula.operand, n.FieldOf) and (thing := self._thing(formula.operand.base, env)) is not None:
            if formula.state == "undetermined" and wanted:
                thing.facts[formula.operand.name] = State.UNDETERMINED
            elif formula.state == "applicable" and not wanted and not self._always(thing, formula.operand.name):
                thing.facts[formula.operand.name] = State.NOT_APPLICABLE

    def _always(self, thing: Thing, name: str) -> bool:
        entity = self.policy.entities.get(thing.type)
        return (entity.fields if entity else self.policy.relations[thing.type].parameters)[name].always

    # ---- members of collections

    def _members(
        self, each: n.Each, where: n.Formula | None, condition: n.Formula | None, env: Env, *, wanted: bool, depth: int
    ) -> None:
        """A member that fits `where` and, with a `condition`, breaks it; or none."""
        if wanted:
            inner = {**env, each.variable: self._new_member(each, where, env)}
            self.make(where, inner, depth=depth)
            if condition is not None:
                self.make(condition, inner, wanted=False, depth=depth)
            return
        if each.kind == "rows":
            self.rows[each.name] = []
        elif each.kind == "population":
            for thing in self.things[each.name].values():
                inner = {**env, each.variable: thing}
                if condition is None:
                    self.make(where, inner, wanted=False, depth=depth)
                else:
                    self.make(condition, inner, depth=depth)
        elif isinstance(each.members, n.FieldOf) and (owner := self._thing(each.members.base, env)) is not None:
            before = owner.facts.get(each.members.name)
            keeps = condition if condition is not None else n.Not(None, where) if where is not None else None
            members = before if isinstance(before, frozenset) and keeps is not None else frozenset()
            owner.facts[each.members.name] = frozenset(
                m for m in members if self._is(keeps, {**env, each.variable: m}) is T
            )

    def _new_member(self, each: n.Each, where: n.Formula | None, env: Env) -> Thing | str:
        """A member of a set is none of the texts of the whole policy where its filter names some."""
        if each.kind == "rows":
            row = Thing(each.name, "", self.values.row(each.name))
            self.rows[each.name].append(row)
            return row
        if each.kind == "population":
            return self._another(each.name, env)
        known = (k for k in walk(where) if isinstance(k, n.Known) and k.type == each.type) if where else ()
        named = [k.value for k in known if isinstance(k.value, str)]
        member = self._random.choice(named) if named else self.values.value(each.type)
        text = member if isinstance(member, str) else ""
        if isinstance(each.members, n.FieldOf) and (owner := self._thing(each.members.base, env)) is not None:
            before = owner.facts.get(each.members.name)
            owner.facts[each.members.name] = (before if isinstance(before, frozenset) else frozenset()) | {text}
        return self.things[each.type.name].get(text, text) if each.type.kind is Kind.ENTITY else text

    def _another(self, entity: str, env: Env) -> Thing:
        used = [t.id for t in env.values() if isinstance(t, Thing) and t.type == entity]
        free = [t for t in self.things[entity].values() if t.id not in used]
        return self._random.choice(free or list(self.things[entity].values()))

    def _aggregate(self, aggregate: n.Aggregate, operator: Operator, value: object, env: Env, depth: int) -> None:
        if not isinstance(value, int | Fraction | date) or isinstance(value, bool):
            return
        comparison = COMPARISONS[operator]
        if (comparison.less and not comparison.is_equality) or (operator == "=" and not value):
            self._members(aggregate.each, aggregate.where, None, env, wanted=False, depth=depth)
            return
        times = 1
        if aggregate.kind == "count" and isinstance(value, int):
            times = min(value + (operator == ">"), _MOST_MEMBERS)
        for _ in range(times):
            inner = {**env, aggregate.each.variable: self._new_member(aggregate.each, aggregate.where, env)}
            self.make(aggregate.where, inner, depth=depth)
            if isinstance(aggregate.operand, n.FieldOf):
                self._set(aggregate.operand, operator, value, inner)

    # ---- conclusions

    def _concluded(self, formula: n.Holds | n.Outcome, env: Env, *, wanted: bool, depth: int) -> None:
        thing = self._thing(formula.subject, env)
        if thing is None or depth >= _DEEPEST:
            return
        if isinstance(formula, n.Holds):
            positive = wanted != formula.negated
            about = (r for r in self.policy.rules.values() if r.entity == formula.entity)
            rules = [r for r in about if is_about(r.effects, "term", formula.term)]
        else:
            positive, rules = True, [r for r in self.policy.rules.values() if _claims(r, formula, wanted=wanted)]
        for rule in [self._random.choice(rules)] if positive and rules else () if positive else rules:
            self.make(rule.body, {rule.variable: thing}, wanted=positive, depth=depth + 1)

    def _valued(self, term: n.TermOf, value: object, env: Env, depth: int) -> None:
        """Some rule gives the term this value."""
        thing = self._thing(term.base, env)
        if thing is None or depth >= _DEEPEST:
            return
        rules = [
            (rule, effect)
            for rule in self.policy.rules.values()
            for effect in term_values(rule.effects)
            if effect.term == term.name and rule.entity == thing.type
        ]
        fitting = [r for r, e in rules if not isinstance(e.value, n.Known) or e.value.value == value]
        if fitting:
            rule = self._random.choice(fitting)
            self.make(rule.body, {rule.variable: thing}, depth=depth + 1)

    # ---- operands

    def _thing(self, operand: n.Operand, env: Env) -> Thing | None:
        """The record or row that an operand leads to; a missing reference is made."""
        match operand:
            case n.Variable(name=name):
                found = env.get(name)
                return found if isinstance(found, Thing) else None
            case n.FieldOf(base=base, name=name, type=type_) if type_.kind is Kind.ENTITY:
                owner = self._thing(base, env)
                if owner is None:
                    return None
                known = self.things[type_.name]
                if owner.facts.get(name) not in known:
                    owner.facts[name] = self._random.choice(list(known))
                return known[str(owner.facts[name])]
            case _:
                return None

    def _read(self, operand: n.Operand, env: Env) -> object:
        """What an operand says in the world as it is now."""
        if isinstance(operand, n.Known):
            return operand.value
        if isinstance(operand, n.Variable):
            found = env.get(operand.name)
            return found.id if isinstance(found, Thing) else found
        if isinstance(operand, n.FieldOf):
            thing = self._thing(operand.base, env)
            return None if thing is None else thing.id if operand.name == "id" else thing.facts.get(operand.name)
        ids = _ids(env)
        return None if ids is None else Interpreter(self.policy, self.facts, self.day).formulas.read(operand, ids)

    def _is(self, formula: n.Formula | None, env: Env) -> Truth:
        """What a condition comes to in the world as it is now; U also where that cannot be asked."""
        ids = _ids(env)
        if formula is None or ids is None:
            return T if formula is None else U
        return Interpreter(self.policy, self.facts, self.day).formulas.truth(formula, ids)


def _ids(env: Env) -> dict[str, str] | None:
    """The environment as an engine knows it; None with a row, which has no name."""
    if any(isinstance(v, Thing) and not v.id for v in env.values()):
        return None
    return {name: v.id if isinstance(v, Thing) else v for name, v in env.items()}


def _claims(rule: ir.Rule, formula: n.Outcome, *, wanted: bool) -> bool:
    """Whether the rule's outcome compares as wanted."""
    claimed = outcome_of(rule, formula.decision)
    return claimed is not None and holds(formula.operator, claimed, formula.outcome) == wanted


def live_days(rules: Iterable[ir.Rule], days: Iterable[date]) -> list[date]:
    """The days on which all the rules surely stand."""
    wanted = list(rules)
    return [day for day in days if all(live(rule.live, day).must for rule in wanted)]
