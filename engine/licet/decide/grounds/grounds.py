"""What an answer rests on besides facts: collections taken as complete, rules that nobody read, contradictions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from licet.decide.decision import Conflict
from licet.facts.store import Subject
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.effects import about, term_values
from licet.ir.outcomes import claims_in, places_asked, rules_deciding
from licet.ir.remembered import by_identity, by_node, by_policy
from licet.ir.rewrite import rewrite
from licet.ir.strata import Name, Strata
from licet.ir.types import BOOLEAN, NUMBER, Kind
from licet.ir.walk import Part, parts, parts_of, walk
from licet.run.reference.formulas import Environment, Formulas, Nameless, thing_type
from licet.run.reference.settled import Settled
from licet.run.reference.unknown_values import F, T

READ = "verified"  # the certainty of a rule that was read in the legal text
Collections = tuple[tuple[str, n.Formula, n.Formula], ...]
_NOT_RELIED_ON = frozenset({"fails", "not_in_force"})


@dataclass(frozen=True, slots=True)
class ConclusionRead:
    """A conclusion that a condition reads: a term in a view, or a decision."""

    entity: str
    name: str
    view: str
    is_term: bool


@dataclass(slots=True)
class Grounds:
    """Follows everything that rules read, from the rules of an answer on. What does not stand reads nothing.

    `relied` of rules says whether their collections and what nobody read of them count; of the others only
    contradictions do.
    """

    settled: Settled
    assumed: dict[str, None] = field(default_factory=dict)
    unread: dict[str, None] = field(default_factory=dict)
    conflicts: dict[Conflict, None] = field(default_factory=dict)
    _seen: set[tuple[str, Subject, bool]] = field(default_factory=set)
    _waiting: list[tuple[str, Subject, bool]] = field(default_factory=list)

    def of(self, subject: Subject, relied: Iterable[str], others: Iterable[str]) -> None:
        """Looks into the rules of a subject, and what these lead to."""
        self._contradicted(subject)
        for ids, counts in ((relied, True), (others, False)):
            self._waiting += [(id_, subject, counts) for id_ in ids]
            while self._waiting:
                key = self._waiting.pop()
                if key not in self._seen:
                    self._seen.add(key)
                    self._rule(self.settled.policy.rules[key[0]], *key[1:])

    def _rule(self, rule: ir.Rule, subject: Subject, counts: bool) -> None:
        settled = self.settled
        if counts and rule.certainty != READ and settled.result(rule, subject).status not in _NOT_RELIED_ON:
            self.unread[rule.id] = None
        if rule.group:
            self._rows(rule.group, subject)
        asks, own, reading = looked_into(settled.policy, rule)
        if not (asks or own or reading) or settled.live(rule) is F:
            return
        env = {rule.variable: subject.id}
        for name, closed, opened in asks if counts else ():
            if name in self.assumed:
                continue
            if settled.formulas.truth(closed, env) is not settled.formulas.truth(opened, env):
                self.assumed[name] = None
        for read in own:
            self._follow(read, subject.id, counts)
        for part in reading:
            for read, id_ in reads_in(settled.formulas, part, env):
                self._follow(read, id_, counts)

    def _follow(self, read: ConclusionRead, id_: str, counts: bool) -> None:
        subject = Subject(read.entity, id_)
        self._waiting += [(rule, subject, counts) for rule in behind(self.settled.policy, read)]
        if is_single(self.settled.policy, read):
            self._values(subject, read.name, read.view)

    # ---- contradictions

    def _contradicted(self, subject: Subject) -> None:
        for name, view in own_values(self.settled.policy, subject.type):
            self._values(subject, name, view)
        for group in own_tables(self.settled.policy, subject.type):
            self._rows(group, subject)

    def _values(self, subject: Subject, term: str, view: str) -> None:
        """Several values that rules surely conclude for what has one."""
        values, common = (self._sure(subject, term, place) for place in (view, ""))
        view = "" if values == common else view  # a disagreement of common rules is one in every jurisdiction
        if len(values) > 1:
            rules = [
                rule
                for rule, _ in concluding(self.settled.policy, ConclusionRead(subject.type, term, view, is_term=True))
                if self.settled.result(rule, subject).effective is T
            ]
            self.conflicts[Conflict(subject, term, values, tuple(dict.fromkeys(rule.id for rule in rules)))] = None

    def _sure(self, subject: Subject, term: str, view: str) -> tuple[str, ...]:
        found = self.settled.term(subject.type, term, view, subject.id)
        return tuple(sorted(str(value) for value, truth in found.members.items() if truth is T))

    def _rows(self, group: str, subject: Subject) -> None:
        """Rows of one table that surely hold together, and with `any` say different things."""
        if group not in own_tables(self.settled.policy, subject.type):
            return
        rows = own_tables(self.settled.policy, subject.type)[group]
        found = clash(self.settled.policy, group, [r for r in rows if self.settled.result(r, subject).effective is T])
        if found is not None:
            self.conflicts[Conflict(subject, *found)] = None


def reads_in(formulas: Formulas, node: Part, env: Environment) -> Iterator[tuple[ConclusionRead, str]]:
    """The conclusions that a node reads, each with the id of what it is about."""
    for inner, part in _within(formulas, node, env):
        read = read_by(part)
        owner = None if read is None else formulas.read(subject_of(part), inner)
        if read is not None and isinstance(owner, str):
            yield read, owner


def _within(formulas: Formulas, node: Part, env: Environment) -> Iterator[tuple[Environment, Part]]:
    """Every node inside that may read a conclusion or has one inside that does, with the bindings under which it is
    read; of a filter, members that it may let pass.
    """
    yield env, node
    further = _reading(node)
    if isinstance(node, n.Some | n.Every | n.Aggregate):
        for part in further:
            if part is node.each.members:
                yield from _within(formulas, part, env)
        further = tuple(part for part in further if part is not node.each.members)
        for inner, _ in formulas.members(node.each, node.where, env) if further else ():
            if not isinstance(inner[node.each.variable], Nameless):
                for part in further:
                    yield from _within(formulas, part, inner)
        return
    for part in further:
        yield from _within(formulas, part, env)


@by_identity
def _reading(node: Part) -> tuple[Part, ...]:
    """What stands directly inside a node and reads a conclusion, or has something inside that does."""
    return tuple(part for part in parts(node) if any(read_by(inner) is not None for inner in walk(part)))


def assumption(policy: ir.Policy, name: str) -> str:
    """What is assumed of a collection, in words."""
    if name in policy.relations:
        return f"`{name}` taken as complete: {policy.relations[name].phrase}"
    return f"`{name}` taken as complete: every {policy.entities[name].phrase or name} is recorded"


def conflicts_in_order(conflicts: Iterable[Conflict], subject: Subject) -> tuple[Conflict, ...]:
    """Those of the subject itself first."""
    return tuple(sorted(conflicts, key=lambda c: (c.of != subject, c.of, c.term, c.values, c.rules)))


# ---- what a policy says of its rules


def read_by(node: Part) -> ConclusionRead | None:
    """The conclusion that a node reads itself."""
    match node:
        case n.Holds(entity=entity, term=term, view=view):
            return ConclusionRead(entity, term, view or "", is_term=True)
        case n.TermOf(base=base, name=name, view=view):
            return ConclusionRead(thing_type(base), name, view or "", is_term=True)
        case n.Outcome(subject=subject, decision=decision, view=view):
            return ConclusionRead(thing_type(subject), decision, view, is_term=False)
        case _:
            return None


def subject_of(node: Part) -> n.Operand:
    assert isinstance(node, n.Holds | n.TermOf | n.Outcome)
    return node.base if isinstance(node, n.TermOf) else node.subject


@by_node
def own_reads(_policy: ir.Policy, rule: ir.Rule) -> tuple[ConclusionRead, ...]:
    """The conclusions about its own subject that a rule reads anywhere, in filters too."""
    found: dict[ConclusionRead, None] = {}
    for part in parts_of(rule):
        for node in walk(part):
            read = read_by(node)
            if read is not None:
                subject = subject_of(node)
                if isinstance(subject, n.Variable) and subject.name == rule.variable:
                    found[read] = None
    return tuple(found)


@by_policy
def behind(policy: ir.Policy, read: ConclusionRead) -> tuple[str, ...]:
    """The rules that conclude what is read, and the exceptions to them, however indirect."""
    if read.is_term:
        found = {rule.id: None for rule, _ in concluders(policy, read)}
    else:
        found = {rule.id: None for rule in rules_deciding(policy)[read.name]}
    return with_exceptions(policy, found)


def with_exceptions(policy: ir.Policy, rules: Iterable[str]) -> tuple[str, ...]:
    """Rules, and the exceptions to them, however indirect."""
    strata = Strata.of(policy)
    return tuple(dict.fromkeys(id_ for rule in rules for id_ in (rule, *strata.exceptions_to(rule))))


@by_policy
def deciding(policy: ir.Policy, entity: str, jurisdictions: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The rules that the answers about an entity rest on, and those that bring scores and duties."""
    named = {name for name, decision in policy.decisions.items() if decision.entity == entity}
    claims = {
        rule.id
        for name in named
        for place in places_asked(policy, name, jurisdictions)
        for rule, _ in claims_in(policy, name, place)
    }
    others = {
        rule.id
        for rule in Strata.of(policy).about.get(entity, ())
        if any(about(effect).sort in ("score", "act") for effect in rule.effects)
    }
    relied = with_exceptions(policy, sorted(claims))
    return relied, tuple(r for r in with_exceptions(policy, sorted(others)) if r not in relied)


def concluders(policy: ir.Policy, read: ConclusionRead) -> Iterator[tuple[ir.Rule, Any]]:
    """The rules that conclude something of a term as it is read in a view, each with what it concludes."""
    for place in sorted({read.view, ""}):
        for rule in Strata.of(policy).concluders.get(Name("term", read.entity, read.name, place), ()):
            for effect in rule.effects:
                if isinstance(effect, ir.TermHolds | ir.TermValue) and effect.term == read.name:
                    yield rule, effect


@by_policy
def concluding(policy: ir.Policy, read: ConclusionRead) -> tuple[tuple[ir.Rule, ir.TermValue], ...]:
    """The rules that conclude a value of a term as it is read in a view, by id."""
    found = [(rule, effect) for rule, effect in concluders(policy, read) if isinstance(effect, ir.TermValue)]
    return tuple(sorted(found, key=lambda pair: pair[0].id))


@by_policy
def is_single(policy: ir.Policy, read: ConclusionRead) -> bool:
    """Whether what is read has one value, which several rules may conclude differently."""
    if not read.is_term:
        return False
    known = policy.entities[read.entity].fields.get(read.name)
    if known is None or not known.derived or known.type == BOOLEAN or known.type.kind is Kind.SET:
        return False
    return len(concluding(policy, read)) > 1


@by_policy
def own_values(policy: ir.Policy, entity: str) -> tuple[tuple[str, str], ...]:
    """The terms of an entity that have one value, each with the views in which rules may contradict each other."""
    places = sorted({rule.jurisdiction or "" for rule in policy.rules.values()})
    found = ((name, place) for name in policy.entities[entity].fields for place in places)
    return tuple(
        (name, place) for name, place in found if is_single(policy, ConclusionRead(entity, name, place, is_term=True))
    )


@by_policy
def own_tables(policy: ir.Policy, entity: str) -> Mapping[str, tuple[ir.Rule, ...]]:
    """The rows of the tables about an entity of which not any two may hold together."""
    found: dict[str, list[ir.Rule]] = {}
    for rule in Strata.of(policy).about.get(entity, ()):
        if policy.tables.get(rule.group) in ("unique", "any"):
            found.setdefault(rule.group, []).append(rule)
    return {group: tuple(rows) for group, rows in found.items() if len(rows) > 1}


def clash(
    policy: ir.Policy, group: str, rows: Sequence[ir.Rule]
) -> tuple[str, tuple[str, ...], tuple[str, ...]] | None:
    """The table, what its rows say and their ids, where they may not hold together."""
    said = tuple(dict.fromkeys(_said(policy, row) for row in rows))
    if len(rows) < 2 or (len(said) < 2 and policy.tables[group] == "any"):
        return None
    return group.rsplit(".", 1)[-1], said, tuple(row.id for row in rows)


def _said(policy: ir.Policy, row: ir.Rule) -> str:
    """What a row of a table concludes."""
    match row.effects[0]:
        case ir.HasOutcome(decision=decision, outcome=outcome):
            return policy.decisions[decision].outcomes[outcome]
        case ir.TermValue(value=n.Known(value=value)):
            return str(value)
        case other:
            return str(other)


@by_node
def collections(_policy: ir.Policy, rule: ir.Rule) -> Collections:
    """The relations and populations that a rule looks into, each with a condition as it is, and as if that were open:
    its own, and one that would be open where it puts what members say into a set.

    What a row of a table asks of the rows above it is left to their own rules.
    """
    bodies = [] if rule.body is None else [rule.body]
    for effect in term_values(rule.effects):
        if isinstance(effect.value, n.Aggregate) and effect.value.kind == "each":
            counted = replace(effect.value, kind="count", operand=None, type=NUMBER)
            many = n.Compare(None, ">=", counted, n.Known(None, _MORE_THAN_ANY, NUMBER))
            bodies.append(many if rule.body is None else n.AllOf(None, (rule.body, many)))
    return tuple(
        (name, body, _opened(body, name))
        for body in bodies
        for name in dict.fromkeys(
            node.each.name
            for node in walk(body)
            if isinstance(node, n.Some | n.Every | n.Aggregate) and node.each.kind != "members"
        )
    )


@by_node
def looked_into(policy: ir.Policy, rule: ir.Rule) -> tuple[Collections, tuple[ConclusionRead, ...], tuple[Part, ...]]:
    """What `collections` and `own_reads` say of a rule, and those of its parts that may read further conclusions."""
    reading = tuple(part for part in parts_of(rule) if not _only_own(part, rule.variable))
    return collections(policy, rule), own_reads(policy, rule), reading


def _only_own(part: Part, variable: str) -> bool:
    """Whether all conclusions read inside are about what a variable stands for, outside of quantifiers."""
    if read_by(part) is not None:
        subject = subject_of(part)
        return isinstance(subject, n.Variable) and subject.name == variable
    further = _reading(part)
    is_free = not isinstance(part, n.Some | n.Every | n.Aggregate)
    return not further or (is_free and all(_only_own(inner, variable) for inner in further))


_MORE_THAN_ANY = 10**18  # members, which a collection has only if it is open


def _opened(formula: n.Formula, name: str) -> n.Formula:
    """The same with further, unknown members in a collection."""

    def change(part: Part) -> Part | None:
        if not isinstance(part, n.Some | n.Every | n.Aggregate):
            return None
        inner: dict[str, Any] = {"where": None if part.where is None else rewrite(part.where, change)}
        if isinstance(part, n.Every):
            inner["condition"] = rewrite(part.condition, change)
        elif isinstance(part, n.Aggregate) and part.operand is not None:
            inner["operand"] = rewrite(part.operand, change)
        each = part.each
        members = None if each.members is None else rewrite(each.members, change)
        sort = n.SupposedOpen if each.kind != "members" and each.name == name else type(each)
        return replace(part, each=sort(each.span, each.variable, each.type, each.kind, each.name, members), **inner)

    found: n.Formula = rewrite(formula, change)
    return found
