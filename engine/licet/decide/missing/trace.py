"""Walks from a decision to the facts it hangs on: what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import assert_never

from licet.decide.dates import day_state
from licet.decide.grounds.laws import OPEN, not_encoded, unconfirmed, unlisted, unsettled
from licet.decide.missing.coarse import COARSE
from licet.decide.missing.divisors import is_zero, zero_leaves
from licet.facts.store import Opening, Record, Subject
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.builtins import BUILTINS
from licet.ir.effects import worked_out
from licet.ir.equations import equations, parts_about
from licet.ir.outcomes import rules_deciding
from licet.ir.strata import Name
from licet.ir.types import Kind
from licet.ir.walk import parts
from licet.run.reference.codes import is_coarse
from licet.run.reference.formulas import Environment, Nameless, Row, thing_type
from licet.run.reference.moments import day_said
from licet.run.reference.settled import Settled
from licet.run.reference.unknown_values import Bounded, F, Reading, T, U
from licet.values import Range, State

FactKey = tuple[tuple[str, str], str, str]  # (type, id), fact, state
Waiting = list[tuple[Iterable[ir.Rule], Subject, str]]  # with the term that is read, of a term
_TOLD = {State.ABSENT: "", State.UNDETERMINED: "undetermined"}
OWN = "(own)"  # stands for the id of `Itself` in what is found


class Itself(str):
    """The id of what is decided, where it is told apart from the same id that something else leads to.

    What was found for one thing serves all those that differ in nothing that is read of them: each is named where its
    own facts are missing, and the one that is found by a search is named as that one for all of them.
    """

    __slots__ = ()


@dataclass(slots=True)
class MissingFacts:
    """Follows U values only, from rules down to facts that are absent, undetermined or too wide."""

    settled: Settled
    found: dict[FactKey, None] = field(default_factory=dict)
    subject: Subject | None = None  # whose rule is being looked into
    dated: Subject | None = None  # whose date governs: the one that everything is looked into for
    _rules: set[tuple[str, Subject, bool]] = field(default_factory=set)
    _values: set[tuple[str, Subject, bool]] = field(default_factory=set)
    _applying: set[tuple[str, Subject, bool]] = field(default_factory=set)
    _beaters: set[tuple[str, Subject, bool]] = field(default_factory=set)
    _behind: Waiting = field(default_factory=list)
    _following: bool = False
    _rows: dict[tuple[int, object, bool], int] = field(default_factory=dict)  # of tables: how many were looked into

    def from_rules(self, rules: Iterable[ir.Rule], subject: Subject, term: str = "") -> None:
        """What keeps open whether rules conclude, and which values, if somebody reads a `term`.

        Conclusions may hang on each other in a long row, so that what is behind one waits for its turn.
        """
        self._behind.append((rules, subject, term))
        if self._following:
            return
        self._following, outer = True, self.subject
        self.dated = self.dated or subject
        while self._behind:
            rules, self.subject, term = self._behind.pop()
            for rule in rules:
                self._rule(rule, self.subject)
                self._value(rule, self.subject, term)
        self._following, self.subject = False, outer

    def from_members(self, counted: n.Operand, variable: str, subject: Subject) -> None:
        """What keeps open how many members count, also where it is certain that one does."""
        outer, self.subject = self.subject, subject
        self.dated = self.dated or subject
        self.operand(counted, {variable: subject.id})
        self.subject = outer

    def _rule(self, rule: ir.Rule, subject: Subject) -> None:
        """A rule that is U: its condition, what it excepts, and what may beat it."""
        result = self.settled.result(rule, subject)
        if result.effective is not U or not _first(self._rules, rule, subject):
            return
        self._condition(rule, subject)
        self._excepted(rule, subject)
        for other in result.doubted_by:
            self._beater(self.settled.policy.rules[other], subject)

    def _value(self, rule: ir.Rule, subject: Subject, term: str) -> None:
        """The values that a rule concludes, or may, need not be known themselves."""
        effects = list(valued(rule, term))
        if not effects or self.settled.result(rule, subject).effective is F:
            return
        if _first(self._values, rule, subject, term):
            for effect in effects:
                self.operand(effect.value, {rule.variable: subject.id})

    def _condition(self, rule: ir.Rule, subject: Subject) -> None:
        """What keeps open whether the rule stands and its condition holds."""
        body = self.settled.body(rule, subject)
        if self.settled.live(rule) is U and body is not F:
            self._live(rule)
        if rule.body is not None and body is U:
            self._gap(rule, subject)
            self.formula(rule.body, {rule.variable: subject.id})

    def _excepted(self, exception: ir.Rule, subject: Subject) -> None:
        """An exception concludes only where something that it excepts applies, which may be an exception in turn."""
        waiting = list(exception.excepts)
        while waiting:
            rule = self.settled.policy.rules[waiting.pop()]
            if self.settled.result(rule, subject).applies is U and _first(self._applying, rule, subject):
                self._condition(rule, subject)
                waiting += rule.excepts

    def _live(self, rule: ir.Rule) -> None:
        """It is not known whether the rule stands: its status is not confirmed, or the day is not known."""
        law = unconfirmed(rule, self.settled.as_of)
        if law is not None:
            self.found[law] = None
        else:
            self._date()

    def _gap(self, rule: ir.Rule, subject: Subject) -> None:
        """Of a provision that is not encoded: that it is not."""
        law = not_encoded(rule, triggered=self.settled.triggered(rule, subject) is T) if rule.is_open else None
        if law is not None:
            self.found[law] = None

    def _date(self) -> None:
        if not isinstance(self.settled.as_of, date) and self.dated is not None:
            state = day_state(self.settled.policy, self.settled.facts, self.dated)
            entity = self.settled.policy.entities.get(self.dated.type)
            name = entity.day if entity is not None else ""
            self._miss((self.dated.type, self.dated.id), name or "date", state)

    def _beater(self, rule: ir.Rule, subject: Subject) -> None:
        if not _first(self._beaters, rule, subject):
            return
        self._condition(rule, subject)
        for other in self.settled.result(rule, subject).doubted_by:
            self._beater(self.settled.policy.rules[other], subject)

    def formula(self, formula: n.Formula, env: Environment) -> None:
        """The facts that keep a formula from being decided; nothing if it is decided."""
        formulas = self.settled.formulas
        if formulas.truth(formula, env) is not U:
            return
        match formula:
            case n.Some(each=each, where=where) | n.Every(each=each, where=where):
                self._each(each, where, env)
                if isinstance(formula, n.Every):
                    for inner, _ in formulas.members(each, where, env):
                        self.formula(formula.condition, inner)
            case n.Holds(subject=subject, entity=entity, term=term, view=view):
                self._term(subject, entity, term, view, env)
            case n.Outcome(subject=subject, decision=decision):
                self._decision(subject, decision, env)
            case n.Named(thing=thing):
                self._thing_name(thing, env)
            case n.RowAbove():
                self._rows_above(formula, env)
            case n.Compare() | n.Member() | n.CodeTest() | n.HasState():
                for operand in parts(formula):
                    self.operand(operand, env)
                if isinstance(formula, n.CodeTest):
                    self._coarse(formula, env)
            case n.Connective() | n.Constant():
                for part in parts(formula):
                    self.formula(part, env)
            case _:
                assert_never(formula)

    def _coarse(self, formula: n.CodeTest, env: Environment) -> None:
        """A code that is recorded is missing too, where more of it would have to be known."""
        if isinstance(formula.item, n.FieldOf) and is_coarse(self.settled.formulas, formula, env):
            self._field(formula.item, formula.item.base, env, told=COARSE)

    def _rows_above(self, formula: n.RowAbove, env: Environment) -> None:
        """The rows above that may hold, each looked into once."""
        thing = env[formula.variable]
        key = id(formula.rows), thing, isinstance(thing, Itself)
        for condition in formula.rows.conditions[self._rows.get(key, 0) : formula.number]:
            self.formula(condition, env)
        self._rows[key] = max(formula.number, self._rows.get(key, 0))

    def _each(self, each: n.Each, where: n.Formula | None, env: Environment) -> None:
        if each.members is not None:
            self.operand(each.members, env)
        for inner, weight in self.settled.formulas.members(each, where, env):
            bound = inner[each.variable]
            if isinstance(bound, Nameless) and each.kind != "members":
                self._further(each, where, inner, bound)
            if weight is U and where is not None:
                self.formula(where, inner)

    def _further(self, each: n.Each, where: n.Formula | None, env: Environment, bound: Nameless) -> None:
        """Of whom a further member may be, unless the filter leaves open whether it is about that at all."""
        formulas, policy = self.settled.formulas, self.settled.policy
        owner: tuple[str, str] = self.subject or Subject(each.name, "")
        if bound.opening is not None:
            if any(
                formulas.truth(part, env) is U for part in parts_about(where, each.variable, dict(bound.opening.facts))
            ):
                return
            owner = opened_by(policy, each.name, bound.opening)
        for type_, other in referred(policy, each, where) if bound.opening is None else ():
            found = formulas.read(other, env)
            if isinstance(found, str):
                owner = type_, found
                break
        self._miss((owner[0], owner[1]), each.name, OPEN)

    def _term(self, subject: n.Operand, entity: str, term: str, view: str | None, env: Environment) -> None:
        found = self.settled.formulas.read(subject, env)
        if not isinstance(found, str):
            self.operand(subject, env)
            return
        for place in {view or "", ""}:
            rules = self.settled.strata.concluders.get(Name("term", entity, term, place), ())
            self.from_rules(rules, Subject(entity, found), term)

    def _decision(self, subject: n.Operand, decision: str, env: Environment) -> None:
        found = self.settled.formulas.read(subject, env)
        if not isinstance(found, str):
            self.operand(subject, env)
            return
        owner = Subject(thing_type(subject), found)
        self.from_rules(rules_deciding(self.settled.policy)[decision], owner)

    def _thing_name(self, thing: n.Operand, env: Environment) -> None:
        found = self.settled.formulas.read(thing, env)
        if isinstance(found, str):
            named = self.settled.facts.record(Subject(thing_type(thing), found)).get("name")
            self._note((thing_type(thing), found), "name", named)
        else:
            self.operand(thing, env)

    # ---- operands

    def operand(self, operand: n.Operand, env: Environment) -> None:
        """The facts in an operand that are not plain values."""
        match operand:
            case n.FieldOf(base=base):
                self._field(operand, base, env)
            case n.TermOf(base=base, name=name, view=view):
                self._term(base, thing_type(base), name, view, env)
            case n.AsOf():
                self._date()
            case n.ListNamed(name=name):
                law = unlisted(self.settled.policy.lists[name], self.settled.as_of)
                if law is not None:
                    self.found[law] = None
                self._date()
            case n.ParameterNamed(name=name):
                law = unsettled(self.settled.policy.parameters[name], self.settled.as_of)
                if law is not None:
                    self.found[law] = None
                self._date()
            case n.OnDay(part=dated, day=day):
                self._on_another_day(dated, day, env)
            case n.Arithmetic(operator="/", left=dividend, right=divisor):
                self._zero(divisor, env)
                self.operand(dividend, env)
                self.operand(divisor, env)
            case n.Aggregate():
                self._aggregate(operand, env)
            case n.Call(function=function) if BUILTINS[function].function is None:
                self._closure(operand, env)
            case n.Call() if operand.calendar:
                self._calendar(operand, env)
            case other:
                for part in parts(other):
                    self.operand(part, env)

    def _aggregate(self, operand: n.Aggregate, env: Environment) -> None:
        each, where, summed = operand.each, operand.where, operand.operand
        sums = self.settled.facts.sums
        if sums is not None and sums(operand, env) is not None:
            return  # all that it reads is known
        self._each(each, where, env)
        for inner, _ in self.settled.formulas.members(each, where, env):
            if summed is not None and not isinstance(inner[each.variable], Nameless):
                self.operand(summed, inner)

    def _on_another_day(self, part: n.ParameterNamed | n.ListNamed, day: n.Operand, env: Environment) -> None:
        """What a list or parameter does not tell of the day, and the facts in the day."""
        said = day_said(self.settled.formulas.read(day, env))
        policy = self.settled.policy
        law = None
        if said is not None:
            of_list = isinstance(part, n.ListNamed)
            law = unlisted(policy.lists[part.name], said) if of_list else unsettled(policy.parameters[part.name], said)
        if law is not None:
            self.found[law] = None
        if law is None or isinstance(said, date):  # else no day of the range would settle it
            self.operand(day, env)

    def _zero(self, divisor: n.Operand, env: Environment) -> None:
        """Whose being zero keeps a quotient from being known."""

        def read(operand: n.Operand) -> Reading:
            return self.settled.formulas.read(operand, env)

        for leaf, state in zero_leaves(divisor, read) if is_zero(read(divisor)) else ():
            if isinstance(leaf, n.Aggregate):
                owner = self.subject or Subject(leaf.each.name, "")
                self._miss((owner.type, owner.id), leaf.each.name, state)
                continue
            bound = self.settled.formulas.bound(leaf.base, env)
            if isinstance(bound, Row):
                record = self.settled.facts.relations[bound.relation][bound.index]
                self._miss((bound.relation, row_name(self.settled.policy, bound.relation, record)), leaf.name, state)
            elif isinstance(bound, str):
                self._miss((thing_type(leaf.base), bound), leaf.name, state)

    def _field(self, operand: n.FieldOf, base: n.Operand, env: Environment, told: str = "") -> None:
        """With `told`, a fact that is missing although it is a plain value, and how."""
        bound = self.settled.formulas.bound(base, env)
        if isinstance(bound, Row):
            record = self.settled.facts.relations[bound.relation][bound.index]
            name = row_name(self.settled.policy, bound.relation, record)
            self._note((bound.relation, name), operand.name, record.get(operand.name), told=told)
        elif isinstance(bound, str) and operand.name != "id":
            owner = Subject(thing_type(base), bound)
            fact = self.settled.facts.record(owner).get(operand.name)
            self._note((owner.type, owner.id), operand.name, fact, is_open=operand.open, told=told)
        elif not isinstance(bound, Nameless | str):
            self.operand(base, env)

    def _note(self, of: tuple[str, str], name: str, fact: object, *, is_open: bool = False, told: str = "") -> None:
        state = told or how_told(fact, is_open=is_open)
        if state is not None:
            self._miss(of, name, state)

    def _miss(self, of: tuple[str, str], name: str, state: str) -> None:
        self.found[(of[0], OWN) if isinstance(of[1], Itself) else of, name, state] = None

    def _calendar(self, operand: n.Call, env: Environment) -> None:
        """The days that are asked about, or that the list of days does not cover what is needed."""
        days = [self.settled.formulas.read(argument, env) for argument in operand.arguments]
        for argument in operand.arguments:
            self.operand(argument, env)
        if not all(isinstance(day, date | int) for day in days):
            return
        dated = self.settled.policy.lists[operand.calendar]
        outside = (day for day in days if isinstance(day, date) and not dated.covers.contains(day))
        law = unlisted(dated, next(outside, dated.covers.end))
        if law is not None and isinstance(self.settled.formulas.read(operand, env), Bounded):
            self.found[law] = None

    def _closure(self, operand: n.Call, env: Environment) -> None:
        builtin = BUILTINS[operand.function]
        found = self.settled.formulas.read(operand.arguments[0], env)
        if not isinstance(found, str):
            self.operand(operand.arguments[0], env)
            return
        policy, relation = self.settled.policy, builtin.relation
        near, far = list(policy.relations[relation].parameters)[:2]
        rows = self.settled.formulas.rows_by(relation, near)
        openings = self.settled.formulas.openings_by(relation, near)
        if policy.relations[relation].open:
            self._miss((builtin.entity, found), relation, OPEN)
        reached: set[str] = {found}
        waiting: list[str | None] = [found, None]
        while waiting:
            origin = waiting.pop()
            for opening in openings.get(origin, ()):
                self._miss(opened_by(policy, relation, opening), relation, OPEN)
            for row in rows.get(origin, ()):
                target, name = row.get(far), row_name(policy, relation, row)
                if origin is None:
                    self._note((relation, name), near, row.get(near))
                if not isinstance(target, str):
                    self._note((relation, name), far, target)
                if isinstance(target, str):
                    fact = self.settled.facts.entities[builtin.entity][target].get(builtin.stop)
                    self._note((builtin.entity, target), builtin.stop, fact)
                    if target not in reached:
                        reached.add(target)
                        waiting.append(target)


def valued(rule: ir.Rule, term: str) -> Iterator[ir.TermValue]:
    """The values of a term in a rule that are read somewhere, not written."""
    return (effect for effect in worked_out(rule.effects) if effect.term == term)


def _first(seen: set[tuple[str, Subject, bool]], rule: ir.Rule, subject: Subject, term: str = "") -> bool:
    """Whether a rule is looked into for a subject for the first time."""
    key = f"{rule.id} {term}", subject, isinstance(subject.id, Itself)
    if key in seen:
        return False
    seen.add(key)
    return True


def how_told(fact: object, *, is_open: bool) -> str | None:
    """How a fact is told that is not all known, a set if it `is_open`; what does not apply is not missing."""
    if isinstance(fact, Range):
        return "range"
    if isinstance(fact, frozenset):
        return OPEN if is_open else None
    return _TOLD.get(fact) if isinstance(fact, State) else None


def opened_by(policy: ir.Policy, relation: str, opening: Opening) -> tuple[str, str]:
    """The record whose mark makes a row possible; of a row that was left out, what it is about."""
    if opening.of is not None:
        return opening.of
    name, id_ = opening.facts[0]
    return policy.relations[relation].parameters[name].type.name, id_


def referred(policy: ir.Policy, each: n.Each, where: n.Formula | None) -> Iterator[tuple[str, n.Operand]]:
    """What a relation's rows are about as a filter says, with the entity of each."""
    if where is None or each.kind != "rows":
        return
    parameters = policy.relations[each.name].parameters
    for variable, fact, other in equations(where):
        if variable == each.variable and parameters[fact].type.kind is Kind.ENTITY:
            yield parameters[fact].type.name, other


def row_name(policy: ir.Policy, relation: str, record: Record) -> str:
    """A row of a relation by its references: `owner > owned`."""
    names = policy.relations[relation].key or tuple(policy.relations[relation].parameters)[:2]
    return " > ".join(v if isinstance(v := record.get(name), str) else "?" for name in names)
