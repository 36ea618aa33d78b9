"""The meaning of formulas and operands over facts and conclusions (language.md#atoms to language.md#aggregates)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar, assert_never

from licet.facts.indexes import SCALARS
from licet.facts.store import Facts, Opening, Record, Subject
from licet.ir import nodes as n
from licet.ir.builtins import BUILTINS, Builtin
from licet.ir.equations import cap_of, keys
from licet.ir.one_fact import TwoReads, reads_in_set, two_reads
from licet.ir.operators import Operator
from licet.ir.policy import DatedList, Policy
from licet.ir.remembered import by_identity
from licet.ir.strata import is_monotone
from licet.ir.types import Kind, Type
from licet.names import same_name
from licet.run.reference.bounds import Bounds
from licet.run.reference.codes import code_truth
from licet.run.reference.dated_lists import all_on, listed_on, surely_empty
from licet.run.reference.live import same_on_every_day
from licet.run.reference.moments import moment_of, moments, on_another_day, parameter, truth_on_days, untried
from licet.run.reference.rows_above import RowsAbove
from licet.run.reference.unknown_values import (
    NOTHING,
    UNKNOWN,
    AggregateTally,
    Bounded,
    F,
    OneOf,
    Reading,
    SetReading,
    T,
    U,
    adds_up,
    arithmetic,
    called,
    compare,
    counted,
    may_be_nothing,
    of_members,
    of_type,
    possible,
    ranging,
    single,
    with_itself,
)
from licet.values import Day, Duration, Range, State, Truth, Value, ends_of


class Conclusions(Protocol):
    """What rules have concluded, as far as it is known to whoever asks."""

    def term(self, entity: str, term: str, view: str | None, subject: str) -> SetReading:
        """The values of a derived term; a boolean one is a set that may contain True."""

    def decision(self, decision: str, view: str, subject: Subject) -> Bounds:
        """The bounds of a decision in a view."""

    def score(self, score: str, subject: Subject) -> Bounded:
        """The bounds of a score; only tests ask."""


@dataclass(frozen=True, slots=True)
class Row:
    """A relation's row as the value of a variable."""

    relation: str
    index: int


@dataclass(frozen=True, slots=True)
class Nameless:
    """A further member that an open collection may have; of a relation's row, what is known of it."""

    type: Type
    opening: Opening | None = None


Bound = Reading | Row | Nameless
Environment = Mapping[str, Bound]
_VAGUE = (State, Bounded, OneOf, SetReading, Duration)


class Formulas:
    """Evaluates one policy's formulas over one inventory at one date."""

    def __init__(self, policy: Policy, facts: Facts, as_of: Day, conclusions: Conclusions) -> None:
        self.policy = policy
        self.facts = facts
        self.as_of = as_of
        self.conclusions = conclusions
        self._others: dict[date, Formulas] = {}
        self._above = RowsAbove()
        self._rows_by: dict[tuple[str, str], Mapping[object, Sequence[Record]]] = {}
        self._openings_by: dict[tuple[str, str], Mapping[object, Sequence[Opening]]] = {}

    def at(self, day: date) -> Formulas:
        """The same on another day: what lists and parameters say then."""
        if day not in self._others:
            self._others[day] = Formulas(self.policy, self.facts, day, self.conclusions)
        return self._others[day]

    # ---- formulas

    def truth(self, formula: n.Formula, env: Environment) -> Truth:
        """The truth of a formula; no more of a block is asked than settles it."""
        match formula:
            case n.AllOf():
                return self._block(formula.parts, env, F)
            case n.Compare() | n.Member() | n.HasState() | n.CodeTest():
                found = truth_on_days(self, formula, env) if moments(formula) else None
                return self._atom(formula, env) if found is None else found
            case n.AnyOf():
                return self._block(formula.parts, env, T)
            case n.Holds():
                return self._holds(formula, env)
            case n.Not():
                return ~self.truth(formula.part, env)
            case n.Limb():
                return self.truth(formula.part, env)
            case n.Some(each=each, where=where):
                return max((w for _, w in self.members(each, where, env)), default=F)
            case n.Every(each=each, where=where, condition=condition):
                weighed = self.members(each, where, env)
                return min((max(~w, self.truth(condition, inner)) for inner, w in weighed), default=T)
            case n.Counted(exactly=exactly, number=number, parts=parts):
                return counted([self.truth(part, env) for part in parts], number, exactly=exactly)
            case n.Outcome():
                return self._outcome(formula, env)
            case n.Named(thing=thing, name=name):
                return self._named(thing, name, env)
            case n.Constant(truth=truth):
                return truth
            case n.RowAbove():
                return self._above.truth(formula, env[formula.variable], self.truth)
            case _:
                assert_never(formula)

    def _atom(self, formula: n.Compare | n.Member | n.HasState | n.CodeTest, env: Environment) -> Truth:
        match formula:
            case n.Compare():
                return self._compared(formula, env)
            case n.Member():
                return self._member(formula, env)
            case n.HasState():
                return self._has_state(formula, env)
            case n.CodeTest():
                return code_truth(self, formula, env)
            case _:
                assert_never(formula)

    def _compared(self, formula: n.Compare, env: Environment) -> Truth:
        reads = two_reads(formula)
        found = None if reads is None else self._with_itself(formula.operator, reads, env)
        if found is not None:
            return found
        return compare(formula.operator, self.read(formula.left, env), self.read(formula.right, env))

    def _with_itself(self, operator: Operator, reads: TwoReads, env: Environment) -> Truth | None:
        """None where it is not one fact, or one that has a value."""
        if not self._one_record(reads, env):
            return None
        return with_itself(operator, self._recorded(reads.left, env), reads.added, applies=reads.applies)

    def _one_record(self, reads: TwoReads, env: Environment) -> bool:
        """Whether two fields are surely those of one record; of two references that nobody knows they are not."""
        one, other = (self.bound(field.base, env) for field in (reads.left, reads.right))
        if isinstance(one, Nameless):
            return one is other  # what the same variable stands for
        return isinstance(one, Row | str) and one == other

    def bound(self, base: n.Operand, env: Environment) -> Bound:
        """What the base of a field or term stands for: a variable may stand for a row."""
        return env[base.name] if isinstance(base, n.Variable) else self.read(base, env)

    def forget(self) -> None:
        """Conclusions are worked out anew."""
        self._above.known.clear()

    def _block(self, parts: tuple[n.Formula, ...], env: Environment, end: Truth) -> Truth:
        """Of `all` and `any`: a part that is `end`, F and T, settles it, and the others are not asked."""
        found = ~end
        for part in parts:
            truth = self.truth(part.part if isinstance(part, n.Limb) else part, env)
            if truth is end:
                return end
            if truth is U:
                found = U
        return found

    def _holds(self, formula: n.Holds, env: Environment) -> Truth:
        subject = self.read(formula.subject, env)
        if subject is NOTHING:
            return F
        if not isinstance(subject, str):
            return U
        found = self.conclusions.term(formula.entity, formula.term, formula.view, subject).contains(True)
        return ~found if formula.negated else found

    def _outcome(self, formula: n.Outcome, env: Environment) -> Truth:
        subject = self.read(formula.subject, env)
        if subject is NOTHING:
            return F
        if not isinstance(subject, str):
            return U
        owner = Subject(self.policy.decisions[formula.decision].entity, subject)
        found = self.conclusions.decision(formula.decision, formula.view, owner)
        return found.compared(formula.operator, formula.outcome)

    def _has_state(self, formula: n.HasState, env: Environment) -> Truth:
        fact = self._raw(formula.operand, env)
        applies = isinstance(formula.operand, n.FieldOf) and formula.operand.applies
        if fact is State.ABSENT and not (applies and formula.state == "applicable"):
            return U
        if formula.state == "undetermined":
            found = T if fact is State.UNDETERMINED else F
        else:
            found = F if fact is State.NOT_APPLICABLE else T
        return ~found if formula.negated else found

    def _raw(self, operand: n.Operand, env: Environment) -> object:
        """The recorded fact behind an operand, states included, before it becomes an interval."""
        if isinstance(operand, n.FieldOf):
            return self._recorded(operand, env)
        found = self.read(operand, env)
        return State.ABSENT if isinstance(found, Bounded | OneOf) and found.maybe_nothing else found

    def _named(self, thing: n.Operand, name: str, env: Environment) -> Truth:
        """An order's naming is compared with a thing's id and its name."""
        found = self.read(thing, env)
        if found is NOTHING:
            return F
        if not isinstance(found, str):
            return U
        if same_name(found, name):
            return T
        if "name" not in self.policy.entities[thing_type(thing)].fields:
            return F
        called = self._record_field(thing_type(thing), found, "name")
        if isinstance(called, str):
            return T if same_name(called, name) else F
        return F if called is NOTHING else U

    # ---- members

    def members(self, each: n.Each, where: n.Formula | None, env: Environment) -> Iterator[tuple[Environment, Truth]]:
        """Each binding of the variable with its weight, `membership and where`; weightless ones are left out."""
        for bound, membership in self.fitting(each, where, env):
            inner = {**env, each.variable: bound}
            weight = membership if where is None else min(membership, self.truth(where, inner))
            if weight is not F:
                yield inner, weight

    def fitting(self, each: n.Each, where: n.Formula | None, env: Environment) -> Iterator[tuple[Bound, Truth]]:
        """The candidates without those that a key of the filter rules out, which are not gone through."""
        fewest: tuple[int, str, object] | None = None
        for variable, fact, other, alternatives in () if where is None or each.kind == "members" else keys(where):
            if variable != each.variable or any(self.truth(part, env) is not F for part in alternatives):
                continue
            value = self.read(other, env)
            if value is NOTHING:
                return iter(())
            if isinstance(value, SCALARS):
                index = self.facts.index(each.name, fact)
                count = 0 if index is None else index.count(value)
                if fewest is None or count < fewest[0]:
                    fewest = count, fact, value
        return self.candidates(each, env, None if fewest is None else fewest[1:])

    def candidates(
        self, each: n.Each, env: Environment, saying: tuple[str, object] | None = None
    ) -> Iterator[tuple[Bound, Truth]]:
        """What the variable may stand for, with the truth that it is a member at all.

        With `saying`, a fact and a value, only what may say that.
        """
        index = None if saying is None else self.facts.index(each.name, saying[0])
        match each.kind:
            case "rows":
                every = range(len(self.facts.relations.get(each.name, ())))
                for i in every if index is None or saying is None else index.fitting(saying[1]):
                    yield Row(each.name, i), T
                if self.policy.relations[each.name].open or isinstance(each, n.SupposedOpen):
                    yield Nameless(each.type), U
                else:
                    yield from ((row, U) for row in self._further_rows(each, saying))
            case "population":
                if index is None or saying is None:
                    yield from ((id_, T) for id_ in self.facts.entities.get(each.name, {}))
                elif index.ids is not None:
                    yield from ((index.ids[i], T) for i in index.fitting(saying[1]))
                if isinstance(each, n.SupposedOpen) or each.name in self.facts.opened:
                    yield Nameless(each.type), U
            case "members":
                assert each.members is not None
                found = self.as_set(each.members, env)
                told = (value for value, truth in found.members.items() if truth is not F)
                yield from ((value, found.members[value]) for value in sorted(told, key=str))  # sets have no order
                if found.others is not F:
                    yield Nameless(each.type), found.others
            case _:
                assert_never(each.kind)

    def _further_rows(self, each: n.Each, saying: tuple[str, object] | None) -> Iterator[Nameless]:
        """Rows that records' own marks make possible; each is about the record that has the mark."""
        for opening in self.facts.opened.get(each.name, ()):
            if saying is None or opening.get(saying[0]) in (saying[1], State.ABSENT):
                yield Nameless(each.type, opening)

    # ---- operands

    def read(self, operand: n.Operand, env: Environment) -> Reading:
        """What an operand says."""
        match operand:
            case n.FieldOf():
                return self._field(operand, env)
            case n.Known():
                return operand.value
            case n.Variable():
                bound = env[operand.name]
                return UNKNOWN if isinstance(bound, Row | Nameless) else bound
            case n.AsOf():
                return self.as_of if isinstance(self.as_of, date) else Bounded(*ends_of(self.as_of))
            case n.Arithmetic(operator=operator, left=left, right=right):
                return arithmetic(operator, self.read(left, env), self.read(right, env))
            case n.Call():
                return self._call(operand, env)
            case n.Aggregate():
                return self._aggregate(operand, env)
            case n.TermOf():
                return self._term(operand, env)
            case n.SetOf() | n.ListNamed():
                return self.as_set(operand, env)
            case n.ParameterNamed():
                return parameter(self, operand, env)
            case n.OnDay():
                return on_another_day(self, operand, env)
            case n.ScoreOf(name=name, subject=subject):
                found = self.read(subject, env)
                assert isinstance(found, str)
                return self.conclusions.score(name, Subject(thing_type(subject), found))
            case _:
                assert_never(operand)

    def _field(self, operand: n.FieldOf, env: Environment) -> Reading:
        fact = self._recorded(operand, env)
        if isinstance(fact, str):
            return fact
        if isinstance(fact, Range):
            return ranging(fact, operand.type)
        if isinstance(fact, frozenset):
            return SetReading(dict.fromkeys(fact, T), U if operand.open else F)
        if isinstance(fact, State):
            return of_type(fact, operand.type, applies=operand.applies)
        return fact

    def _recorded(self, operand: n.FieldOf, env: Environment) -> Range | Reading | frozenset[str]:
        base = operand.base
        bound = env[base.name] if isinstance(base, n.Variable) else self.read(base, env)
        if isinstance(bound, str):
            return bound if operand.name == "id" else self._record_field(thing_type(base), bound, operand.name)
        if isinstance(bound, Row):
            return self.facts.relations[bound.relation][bound.index].get(operand.name)
        if isinstance(bound, Nameless):
            return UNKNOWN if bound.opening is None else bound.opening.get(operand.name)
        if isinstance(bound, State):
            return bound if bound is not State.UNDETERMINED else State.ABSENT
        assert isinstance(bound, OneOf), bound
        return UNKNOWN

    def _record_field(self, type_: str, id_: str, name: str) -> Range | Reading | frozenset[str]:
        return self.facts.entities[type_][id_].get(name)

    def _term(self, operand: n.TermOf, env: Environment) -> Reading:
        found = self.as_set(operand, env)
        if operand.type.kind is Kind.SET:
            return found
        return single(found, operand.type)

    def _call(self, operand: n.Call, env: Environment) -> Reading:
        builtin = BUILTINS[operand.function]
        arguments = [self.read(a, env) for a in operand.arguments]
        if builtin.function is not None:
            return called(builtin, builtin.function, arguments, self._days_off(operand.calendar))
        start = arguments[0]
        if isinstance(start, State):
            return start if start is NOTHING else UNKNOWN
        if not isinstance(start, str):
            return UNKNOWN
        members, reached = self._closure(builtin, start)
        if builtin.gives == "set":
            return members
        return True if reached is T else False if reached is F else UNKNOWN

    def _days_off(self, name: str) -> DatedList | None:
        """A list of days, with those that a test adds."""
        listed = self.policy.lists.get(name)
        added = [member for of, member in self.facts.members if of == name]
        return listed.with_members(added) if listed is not None and added else listed

    def _closure(self, builtin: Builtin, start: str) -> tuple[SetReading, Truth]:
        """What `start` reaches through rows before a stop, and whether it reaches a stop at all.

        Where nobody knows whither a row leads, or there may be further rows, it may reach anything.
        """
        relation = self.policy.relations[builtin.relation]
        near, far = list(relation.parameters)[:2]
        rows, further = self.rows_by(builtin.relation, near), self.openings_by(builtin.relation, near)
        members: dict[Value, Truth] = {start: T}
        reached = others = U if relation.open else F
        waiting: list[tuple[object, Truth]] = [(None, U), (start, T)]  # whence nobody knows, it may be from here
        while waiting:
            origin, weight = waiting.pop()
            leading: list[Record | Opening] = [*rows.get(origin, ()), *further.get(origin, ())]
            for row in leading:
                target = row.get(far)
                if target is NOTHING:
                    continue
                if not isinstance(target, str):
                    reached, others = max(reached, U), U
                    continue
                most = U if isinstance(row, Opening) else weight
                stops = compare("=", of_bool(self._record_field(builtin.entity, target, builtin.stop)), True)
                reached = max(reached, min(most, stops))
                found = min(most, ~stops)
                if found > members.get(target, F):
                    members[target] = found
                    waiting.append((target, found))
        return SetReading(members, others), reached

    def rows_by(self, relation: str, parameter: str) -> Mapping[object, Sequence[Record]]:
        """The rows of a relation by what they say in a parameter; None for those that do not say which."""
        if (relation, parameter) not in self._rows_by:
            self._rows_by[relation, parameter] = _by(parameter, self.facts.relations.get(relation, ()))
        return self._rows_by[relation, parameter]

    def openings_by(self, relation: str, parameter: str) -> Mapping[object, Sequence[Opening]]:
        """The same of the rows that it may have besides."""
        if (relation, parameter) not in self._openings_by:
            self._openings_by[relation, parameter] = _by(parameter, self.facts.opened.get(relation, ()))
        return self._openings_by[relation, parameter]

    def _aggregate(self, operand: n.Aggregate, env: Environment) -> Reading:
        found = None if self.facts.sums is None else self.facts.sums(operand, env)
        if found is not None:
            return found
        tally = AggregateTally()
        for inner, weight in self.members(operand.each, operand.where, untried(env)):
            if isinstance(inner[operand.each.variable], Nameless) and adds_up(operand.kind):
                tally.nameless = True  # there may be any number of them
                continue
            reading = True if operand.operand is None else self.read(operand.operand, inner)
            (tally.sure if weight is T else tally.possible).append(reading)
        return of_members(operand.kind, tally, non_negative=is_monotone(operand), cap=cap_of(self.policy, operand))

    # ---- sets

    def as_set(self, operand: n.Operand, env: Environment) -> SetReading:
        """The members of a set-valued operand, each with its truth."""
        match operand:
            case n.TermOf(base=base, name=name, view=view):
                subject = self.read(base, env)
                if isinstance(subject, str):
                    return self.conclusions.term(thing_type(base), name, view, subject)
                return SetReading({}, F if subject is NOTHING else U)
            case n.SetOf(items=items):
                return self._set_of(items, env)
            case n.ListNamed(name=name):
                dated = self.policy.lists[name]
                members, others = all_on(dated, self.as_of)
                added = {member for of, member in self.facts.members if of == name}
                return SetReading({**members, **dict.fromkeys(added, T)}, others)
            case n.OnDay(part=n.ListNamed() as listed):
                day = moment_of(self, operand, env)
                if isinstance(day, date):
                    return self.at(day).as_set(listed, env)
                return SetReading({}, U if day is None else F)
            case _:
                found = self.read(operand, env)
                if isinstance(found, SetReading):
                    return found
                return SetReading({}, F if found is NOTHING else U)

    def _set_of(self, items: tuple[n.Operand, ...], env: Environment) -> SetReading:
        members: dict[Value, Truth] = {}
        others = F
        for item in items:
            found = self.read(item, env)
            if isinstance(found, SetReading):
                for value, truth in found.members.items():
                    members[value] = max(truth, members.get(value, F))
                others = max(others, found.others)
            elif isinstance(found, State | Bounded | OneOf | Duration):
                others = max(others, F if found is NOTHING else U)
            else:
                members[found] = T
        return SetReading({value: max(truth, others) for value, truth in members.items()}, others)

    def _member(self, formula: n.Member, env: Environment) -> Truth:
        item = self.read(formula.item, env)
        if item is NOTHING or self.is_nothing(formula.collection, env):
            return F
        found = self._contains(formula.collection, item, env)
        for reads in reads_in_set(formula):
            same = None if reads is None else self._with_itself("=", reads, env)
            found = found if same is None else max(found, same)
        if not formula.negated:
            return found
        applies = isinstance(formula.item, n.FieldOf) and formula.item.applies
        return min(~found, U) if may_be_nothing(item, applies=applies) else ~found

    def is_nothing(self, collection: n.Operand, env: Environment) -> bool:
        """Whether a collection is surely not applicable, which is not to say that it is empty."""
        if isinstance(collection, n.OnDay):
            return moment_of(self, collection, env) is NOTHING
        if isinstance(collection, n.FieldOf):
            return self.read(collection, env) is NOTHING
        return isinstance(collection, n.TermOf) and self.read(collection.base, env) is NOTHING

    def _contains(self, collection: n.Operand, item: Reading, env: Environment) -> Truth:
        if isinstance(collection, n.SetOf):
            written = _written(collection)
            if written is not None and isinstance(item, SCALARS):
                return T if item in written else F
            among = possible(item, collection.type.element or collection.type)
            if among is not None and among <= {v for p in collection.items if isinstance(v := self.read(p, env), str)}:
                return T
            return max((self._contains_item(part, item, env) for part in collection.items), default=F)
        if isinstance(item, _VAGUE):
            return F if self._is_empty(collection, env) else U
        if isinstance(collection, n.ListNamed):
            return self.listed(self.policy.lists[collection.name], item)
        return self.as_set(collection, env).contains(item)

    def _is_empty(self, collection: n.Operand, env: Environment) -> bool:
        """Whether there is surely nothing in it, so that no value is, known or not."""
        if not isinstance(collection, n.ListNamed):
            several = self.as_set(collection, env)
            return several.others is F and not any(several.members.values())
        return self.names_nobody(self.policy.lists[collection.name])

    def _contains_item(self, part: n.Operand, item: Reading, env: Environment) -> Truth:
        if isinstance(part, n.ListNamed) or (isinstance(part, n.OnDay) and isinstance(part.part, n.ListNamed)):
            return self._contains(part, item, env)
        return compare("=", item, self.read(part, env))

    def names_nobody(self, dated: DatedList) -> bool:
        """Whether surely nobody is on a list on the day of the decision."""
        return all(name != dated.name for name, _ in self.facts.members) and surely_empty(dated, self.as_of)

    def listed(self, dated: DatedList, member: object) -> Truth:
        """Membership of a dated list on the day of the decision, as `listed_on`; None is whoever it never names.

        Without a day what is the same on every day is known.
        """
        if (dated.name, member) in self.facts.members:
            return T
        if isinstance(self.as_of, date):
            return listed_on(dated, member, self.as_of)
        return same_on_every_day(self.as_of, dated.periods(member), lambda day: listed_on(dated, member, day))


@by_identity
def _written(collection: n.SetOf) -> frozenset[Value] | None:
    """The members of a set that is written out; looking into it is faster than comparing with each."""
    values = [item.value for item in collection.items if isinstance(item, n.Known)]
    plain = [v for v in values if not isinstance(v, Duration | frozenset)]
    return frozenset(plain) if len(plain) == len(collection.items) else None


# ---- small meanings that engines share


_R = TypeVar("_R", Record, Opening)


def _by(parameter: str, rows: Iterable[_R]) -> Mapping[object, Sequence[_R]]:
    found: dict[object, list[_R]] = {}
    for row in rows:
        fact = row.get(parameter)
        if fact is NOTHING:
            continue  # it leads from nobody
        found.setdefault(fact if isinstance(fact, str) else None, []).append(row)
    return found


def of_bool(fact: object) -> Reading:
    return fact if isinstance(fact, bool | State) else UNKNOWN


def thing_type(operand: n.Operand) -> str:
    """The entity of an operand that is a reference."""
    return "" if isinstance(operand, n.AsOf) else operand.type.name
