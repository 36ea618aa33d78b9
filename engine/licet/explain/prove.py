"""The proof of a rule's status: from its condition down to facts, each with its value and source."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from textwrap import shorten

from licet.decide.decision import RuleLine
from licet.decide.grounds.laws import day_told
from licet.decide.missing.coarse import COARSE
from licet.decide.missing.divisors import is_zero
from licet.decide.rule_lines import rule_line
from licet.explain.proof import Proof
from licet.explain.running_totals import so_far
from licet.explain.words import Words, condition_in_words, show
from licet.facts.store import Provenance, Subject
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.builtins import BUILTINS
from licet.ir.effects import is_about, term_values
from licet.ir.remembered import by_identity
from licet.ir.strata import Name
from licet.ir.types import Kind, Type
from licet.ir.walk import parts
from licet.run.reference.codes import is_coarse
from licet.run.reference.formulas import Environment, Nameless, Row, thing_type
from licet.run.reference.limbs import address
from licet.run.reference.moments import day_said
from licet.run.reference.settled import Settled
from licet.run.reference.unknown_values import F, T, U
from licet.values import Day, State, Truth

# What the status of the rule behind an earned default says of the default.
_EARNED = {"fails": "earned", "unknown": "unknown", "defeated": "not needed"} | dict.fromkeys(
    ("holds", "not_encoded"), "not earned"
)
_NOT_KNOWN = ("unknown", State.UNDETERMINED.value)
_TRUTHS = {T: "yes", U: "unknown", F: "no"}
_MOST_MEMBERS = 8
_FEW_VALUES = 4  # of a row, which are told without their names
_MOST_STOPS = 3  # limbs that a line names
_DEEPEST = 16  # rules whose proofs stand in one another; what is behind comes below
_MOST_BEHIND = 8  # terms that a line goes back
_LONGEST = 120  # characters of a condition on which nothing rests


class Prover:
    """Builds proofs from finished conclusions; the same facts give the same proof, whichever engine ran."""

    def __init__(self, settled: Settled) -> None:
        self.settled = settled
        self.policy = settled.policy
        self._shown: set[tuple[str, Subject]] = set()  # rules whose proof stands above
        self._path: list[tuple[str, Subject]] = []  # rules behind terms, on the way to a fact
        self._depth = 0
        self._below: deque[tuple[ir.Rule, Subject]] = deque()  # rules that were found too deep inside

    def proofs(self, rules: Iterable[ir.Rule], subject: Subject) -> Iterator[Proof]:
        """A proof of each rule, then of what they rest on and is too deep inside them: a long row of owners."""
        for rule in rules:
            yield self.rule(rule, subject)
        while self._below:
            rule, owner = self._below.popleft()
            if (rule.id, owner) not in self._shown:
                yield self.rule(rule, owner)

    # ---- rules

    def rule(self, rule: ir.Rule, subject: Subject) -> Proof:
        """A rule for a subject: its status, its condition, and what beat it or may."""
        result = self.settled.result(rule, subject)
        status = _EARNED[result.status] if rule.kind == "default" else result.status
        text = f"`{rule.called}` {status.replace('_', ' ')} for {subject.id}"
        cites = ir.citations(rule)
        if (rule.id, subject) in self._shown:
            return Proof("seen", text + " (shown above)", cites=cites)
        if self._depth == _DEEPEST:
            self._below.append((rule, subject))
            return Proof("seen", text + " (shown below)", cites=cites)
        self._shown.add((rule.id, subject))
        self._depth += 1
        children: list[Proof] = []
        if rule.trigger is not None:
            children += self._formula(rule.trigger, {rule.variable: subject.id}, {rule.variable: subject.id})
        children += self._collected(rule, subject)
        for other in (*result.defeated_by, *result.doubted_by):
            children.append(self.rule(self.policy.rules[other], subject))
        self._depth -= 1
        return Proof("rule", text, cites=cites, children=(*self._standing(rule), *children))

    def _collected(self, rule: ir.Rule, subject: Subject) -> Iterator[Proof]:
        """The members whose values a rule puts into a term."""
        names = {rule.variable: subject.id}
        for value in (effect.value for effect in term_values(rule.effects)):
            if isinstance(value, n.Aggregate) and value.kind == "each":
                members = tuple(self._members(value.each, value.where, names, names))
                yield Proof("condition", Words(self.policy, names, brief=True).operand(value), children=members)

    def _standing(self, rule: ir.Rule) -> Iterator[Proof]:
        day = self.settled.as_of
        for sort, intervals in (
            ("in force", rule.live.in_force),
            ("suspended", rule.live.suspended),
            ("unconfirmed", rule.live.unconfirmed),
            ("announced as not enforced", rule.live.not_enforced),
        ):
            for interval in intervals:
                if interval.contains_any(day):
                    yield Proof("fact", f"{sort} {str(interval) or 'always'}", source=interval.note)

    def status_line(self, line: RuleLine, subject: Subject) -> str:
        """One line: why the rule did not bring its outcome."""
        rule = self.policy.rules[line.id]
        cites = f" ({', '.join(line.cites)})" if line.cites else ""
        head = f"`{rule.called}`{cites}"
        if line.status == "not_in_force":
            would = "is unknown" if line.would_hold == "unknown" else line.would_hold
            return f"{head} is not in force: {self._not_live(rule)}; its condition {would}"
        if rule.kind == "default":
            return f"{head} is not needed: another rule concludes" if line.status == "defeated" else f"{head} is earned"
        if line.status == "defeated":
            by = ", ".join(f"`{self.policy.rules[d].called}`" for d in line.defeated_by)
            return f"{head} is defeated by {by}"
        if line.status == "not_encoded":
            return f"{head} is not encoded here"
        if line.status == "unknown":
            return f"{head} is unknown" + self._at(rule, line, subject)
        return f"{head} does not apply" + self._at(rule, line, subject)

    def _not_live(self, rule: ir.Rule) -> str:
        day = self.settled.as_of
        for interval in rule.live.suspended:
            if interval.contains_any(day):
                return f"suspended {str(interval) or 'always'}"
        return "in force only " + " and ".join(str(i) or "always" for i in rule.live.in_force)

    def _at(self, rule: ir.Rule, line: RuleLine, subject: Subject) -> str:
        if not line.stopped_at:
            return ""
        if line.stopped_at[0].startswith("to "):
            return f": there is nothing to except ({', '.join(line.stopped_at)})"
        env = {rule.variable: subject.id}
        wanted = U if line.status == "unknown" else F
        said = list(islice(self._stops(rule, line.stopped_at, env, wanted), _MOST_STOPS))
        return ": " + "; ".join(said) if said else f" at {', '.join(line.stopped_at)}"

    def unearned(self, default: ir.Rule, subject: Subject) -> str:
        """Why a default is not earned, or why that is not known: the limbs of its condition, and what the facts say."""
        assert isinstance(default.trigger, n.Not)
        earned, env = default.trigger.part, {default.variable: subject.id}
        wanted = self.settled.formulas.truth(earned, env)
        labelled = [(label, limb) for label, limb in _labelled(earned) if label]
        deepest = [
            one for one in labelled if not any(other != one[0] and other.startswith(one[0]) for other, _ in labelled)
        ]
        said: dict[str, None] = {}
        for label, limb in deepest or [("", earned)]:
            for atom in islice(self._atoms(limb, env, wanted), 1):
                said[f"{label} {self._atom_text(atom, env)}".strip()] = None
        return "; ".join(list(said)[:_MOST_STOPS])

    def _stops(self, rule: ir.Rule, labels: Sequence[str], env: Environment, wanted: Truth) -> Iterator[str]:
        """The limbs that stopped a rule, each with the first of its atoms and what the facts say instead."""
        for label, formula in () if rule.trigger is None else _labelled(rule.trigger):
            if label in labels or labels == ("when",):
                atom = next(self._atoms(formula, env, wanted), None)
                if atom is not None:
                    yield f"{label} {self._atom_text(atom, env)}".strip()

    def _atoms(self, formula: n.Formula, env: Environment, wanted: Truth) -> Iterator[n.Formula]:
        if self.settled.formulas.truth(formula, env) is not wanted:
            return
        if isinstance(formula, n.Block) and not isinstance(formula, n.Earlier):
            for part in parts(formula):
                yield from self._atoms(part, env, wanted)
        else:
            yield formula

    def _atom_text(self, atom: n.Formula, env: Environment) -> str:
        """A condition that does not hold, and what the facts say instead."""
        said = condition_in_words(self.policy, atom)
        values = [*self._divided(atom, env), *self._coarse(atom, env), *so_far(self.settled.formulas, atom, env)]
        values += [f"{fact.text} is {fact.value}" for fact in self._facts(atom, env) if fact.kind == "fact"]
        truth = self.settled.formulas.truth(atom, env)
        verb = "is not known" if truth is U else "does not hold"
        behind = self._behind(atom, env)
        return f"{said} {verb}" + (f" ({'; '.join(values[:2])})" if values else "") + (f"; {behind}" if behind else "")

    def _behind(self, atom: n.Formula, env: Environment) -> str:
        """Why the term that a condition reads does not hold: the nearest of the rules that could conclude it."""
        read = next(self._terms(atom, env), None)
        if read is None or (isinstance(atom, n.Holds | n.Member) and atom.negated):
            return ""
        entity, term, view, owner = read
        rules = [rule for rule in self._concluders(entity, term, view) if rule.kind != "gap"]
        if len(rules) != 1 or (rules[0].id, owner) in self._path or len(self._path) >= _MOST_BEHIND:
            return ""
        self._path.append((rules[0].id, owner))
        line = self.status_line(rule_line(rules[0], self.settled, owner), owner)
        self._path.pop()
        return line

    def _terms(self, atom: n.Formula, env: Environment) -> Iterator[tuple[str, str, str | None, Subject]]:
        """What a condition asks of what rules conclude."""
        match atom:
            case n.Holds(subject=subject, entity=entity, term=term, view=view):
                found = self.settled.formulas.read(subject, env)
            case n.Member(collection=n.TermOf(base=base, name=term, view=view)):
                found, entity = self.settled.formulas.read(base, env), thing_type(base)
            case _:
                return
        if isinstance(found, str):
            yield entity, term, view, Subject(entity, found)

    # ---- conditions

    def _formula(self, formula: n.Formula, env: Environment, names: dict[str, str]) -> list[Proof]:
        """The steps of a condition: blocks are opened, an unlabelled `and` too."""
        if not isinstance(formula, n.AllOf):
            return [self._step(formula, env, names)]
        whole, found = self.settled.formulas.truth(formula, env), list[Proof]()
        for part in formula.parts:
            if isinstance(part, n.AllOf):
                found += self._formula(part, env, names)
            else:
                found.append(self._step(part, env, names, whole))
        return found

    def _step(self, formula: n.Formula, env: Environment, names: dict[str, str], whole: Truth | None = None) -> Proof:
        """A condition with what it rests on; of another truth than the `whole` that it is a part of, by itself: that
        does not rest on it.
        """
        truth = self.settled.formulas.truth(formula, env)
        words = Words(self.policy, names, brief=True)
        match formula:
            case n.Limb(label=label, part=part):
                inner = self._step(part, env, names, whole)
                text = f"{label} {inner.text}" if label.startswith("(") else f"{label}: {inner.text}"
                return Proof("limb", text, inner.truth, inner.value, inner.source, (), inner.children)
            case n.Earlier():
                facts = tuple(self._facts(formula.days, env))
                return Proof("condition", words.condition(formula), _TRUTHS[truth], children=facts)
            case n.AllOf(parts=inner_parts) | n.AnyOf(parts=inner_parts) | n.Counted(parts=inner_parts):
                text = {n.AllOf: "all of", n.AnyOf: "any of"}.get(type(formula)) or words.condition(formula).split(":")[
                    0
                ]
                decided = None if isinstance(formula, n.Counted) else truth
                of_parts = inner_parts if whole in (None, truth) else ()
                steps = tuple(self._step(p, env, names, decided) for p in of_parts)
                return Proof(
                    "condition", text if steps else _in_short(words.condition(formula)), _TRUTHS[truth], children=steps
                )
            case _ if whole not in (None, truth):
                return Proof("condition", _in_short(words.condition(formula)), _TRUTHS[truth])
            case _:
                children = tuple(self._support(formula, env, names))
                return Proof("condition", words.condition(formula), _TRUTHS[truth], children=children)

    def _support(self, formula: n.Formula, env: Environment, names: dict[str, str]) -> Iterator[Proof]:
        """What a single condition rests on: facts, members, and the rules behind terms."""
        match formula:
            case n.Holds(subject=subject, entity=entity, term=term, view=view):
                yield from self._facts(subject, env)
                yield from self._term(subject, entity, term, view, env)
            case n.Outcome(subject=subject, decision=decision):
                yield from self._outcome(subject, decision, env)
            case n.Some(each=each, where=where):
                yield from self._members(each, where, env, names)
            case n.Every(each=each, where=where):
                yield from self._members(each, where, env, names)
            case n.Not(part=part) if not isinstance(part, n.Block):
                yield from self._support(part, env, names)
            case n.Connective():
                yield from (self._step(part, env, names) for part in parts(formula))
            case other:
                yield from self._facts(other, env)
                yield from (Proof("fact", text) for text in self._divided(formula, env))
                yield from (Proof("fact", text) for text in self._coarse(formula, env))
                yield from (Proof("fact", text) for text in so_far(self.settled.formulas, formula, env))
                for node in _rests_on(formula):
                    if isinstance(node, n.TermOf):
                        yield from self._term(node.base, thing_type(node.base), node.name, node.view, env)
                    else:
                        yield from self._members(node.each, node.where, env, names)

    def _term(self, subject: n.Operand, entity: str, term: str, view: str | None, env: Environment) -> Iterator[Proof]:
        """The rules that make a term hold; where none does, why each did not."""
        found = self.settled.formulas.read(subject, env)
        if not isinstance(found, str):
            return
        owner = Subject(entity, found)
        for wanted in (T, U):
            supports = self._supports(entity, term, view, owner, wanted)
            if supports:
                yield from (self.rule(rule, owner) for rule in supports)
                return
        for rule in self._concluders(entity, term, view):
            yield Proof("fact", self.status_line(rule_line(rule, self.settled, owner), owner))

    def _supports(self, entity: str, term: str, view: str | None, owner: Subject, wanted: Truth) -> list[ir.Rule]:
        rules = self._concluders(entity, term, view)
        return [r for r in rules if self.settled.result(r, owner).effective is wanted]

    def _concluders(self, entity: str, term: str, view: str | None) -> list[ir.Rule]:
        """Each once, also one that concludes a term in several ways."""
        names = [Name("term", entity, term, place) for place in sorted({view or "", ""})]
        return list({r.id: r for name in names for r in self.settled.strata.concluders.get(name, ())}.values())

    def _outcome(self, subject: n.Operand, decision: str, env: Environment) -> Iterator[Proof]:
        found = self.settled.formulas.read(subject, env)
        if not isinstance(found, str):
            return
        owner = Subject(thing_type(subject), found)
        for rule in self.settled.rules_about(owner.type):
            claims = is_about(rule.effects, "decision", decision)
            if claims and self.settled.result(rule, owner).effective is not F:
                yield self.rule(rule, owner)

    def _members(
        self, each: n.Each, where: n.Formula | None, env: Environment, names: dict[str, str]
    ) -> Iterator[Proof]:
        """The members that count, each with what its filter rests on."""
        shown, words = 0, Words(self.policy, names, brief=True)
        for inner, weight in self.settled.formulas.members(each, where, env):
            bound = inner[each.variable]
            if isinstance(bound, Nameless):
                of = None if each.members is None else words.operand(each.members)
                further = f"`{each.name}` may have further records" if of is None else f"{of} may have further members"
                yield Proof("member", further + _about(bound), "unknown")
                continue
            shown += 1
            if shown > _MOST_MEMBERS:
                continue
            name = self._member_name(bound)
            steps = [] if where is None else self._formula(where, inner, {**names, each.variable: "it"})
            yield Proof("member", name, _TRUTHS[weight], children=tuple(steps))
        if shown > _MOST_MEMBERS:
            yield Proof("member", f"and {shown - _MOST_MEMBERS} more")
        if isinstance(each.members, n.TermOf):
            yield from self._term(
                each.members.base, thing_type(each.members.base), each.members.name, each.members.view, env
            )
        if shown == 0 and each.kind != "members":
            yield Proof("fact", f"no such record among {each.name}")

    def _member_name(self, bound: object) -> str:
        if not isinstance(bound, Row):
            return str(bound)
        relation = self.policy.relations[bound.relation]
        record = self.settled.facts.relations[bound.relation][bound.index]
        said = [(p, show(record.get(p.name), p.type)) for p in relation.parameters.values()]
        if len(said) <= _FEW_VALUES:
            return f"{bound.relation}({', '.join(value for _, value in said)})"
        told = [(p, value) for p, value in said if value not in ("not applicable", *_NOT_KNOWN)]
        named = [value if p.type.kind is Kind.ENTITY else f"{p.phrase or p.name} {value}" for p, value in told]
        return f"{bound.relation}({', '.join(named)})"

    # ---- facts

    def _facts(self, node: n.Formula | n.Operand, env: Environment) -> Iterator[Proof]:
        """The recorded facts that a condition reads, with values and sources; quantified parts are left to members.

        A fact that is read twice is named once. Where one that nobody knows settles something, it is said why.
        """
        seen: set[Proof] = set()
        settles = isinstance(node, n.Formula) and self.settled.formulas.truth(node, env) is not U
        for read in _reads(node):
            if isinstance(read, n.FieldOf):
                fact = self._fact(read, env)
                if settles and read.applies and fact is not None and fact.value in _NOT_KNOWN:
                    fact = replace(fact, value=f"{fact.value}, but it always applies")
                if fact is not None and fact not in seen:
                    seen.add(fact)
                    yield fact
                continue
            day = self.settled.as_of
            named = read
            if isinstance(read, n.OnDay):
                day, named = day_said(self.settled.formulas.read(read.day, env)), read.part
            if isinstance(named, n.ParameterNamed):
                yield self._parameter(self.policy.parameters[named.name], day)
            elif isinstance(named, n.ListNamed):
                dated = self.policy.lists[named.name]
                if day is not None and not dated.covers.contains_any(day):
                    words = f"{dated.phrase or dated.name} is not known on {day_told(day)}"
                    yield Proof("list", words, source=dated.source)
                elif dated.open:
                    yield Proof("list", f"{dated.phrase or dated.name} may have further members", source=dated.source)

    def _parameter(self, parameter: ir.Parameter, day: Day) -> Proof:
        """What a parameter is on a day, since when, and by what."""
        rows = parameter.rows_on(day)
        if not rows and day is not None:
            return Proof("fact", parameter.phrase, "", f"not known on {day_told(day)}")
        if not rows or not rows[0].interval.contains_all(day):
            return Proof("fact", parameter.phrase, "", "not known without the day")
        row = rows[0]
        value = "unconfirmed" if row.value is State.ABSENT else show(row.value, parameter.type)
        since = f" since {row.interval.start}" if row.interval.start else ""
        note = f" ({row.interval.note})" if row.interval.note else ""
        source = row.source or ", ".join(str(cite) for cite in row.cites or parameter.cites)
        return Proof("fact", parameter.phrase, "", f"{value}{since}{note}", source)

    def _divided(self, node: n.Formula | n.Operand, env: Environment) -> Iterator[str]:
        """Divisions by zero, outside of quantifiers: `count of half is zero, and a divisor`."""
        for divisor in _divisors(node):
            if is_zero(self._read(divisor, env)):
                yield f"division by zero: {self._called(divisor, env)} is zero"

    def _coarse(self, formula: n.Formula, env: Environment) -> Iterator[str]:
        """Of a code that is recorded, that more of it would have to be."""
        if isinstance(formula, n.CodeTest) and is_coarse(self.settled.formulas, formula, env):
            yield f"{self._called(formula.item, env)} is {COARSE}"

    def _called(self, operand: n.Operand, env: Environment) -> str:
        """An operand in words; the things that variables stand for by their names."""
        names = {name: bound for name, bound in env.items() if isinstance(bound, str)}
        return Words(self.policy, names).operand(operand)

    def _read(self, operand: n.Operand, env: Environment) -> object:
        return self.settled.formulas.read(operand, env)

    def _fact(self, node: n.FieldOf, env: Environment) -> Proof | None:
        if isinstance(node.base, n.Variable) and node.base.name not in env:
            return None
        bound = env[node.base.name] if isinstance(node.base, n.Variable) else self.settled.formulas.read(node.base, env)
        phrase = Words(self.policy).field_phrase(_owner_type(node.base), node.name)
        if isinstance(bound, Row):
            record = self.settled.facts.relations[bound.relation][bound.index]
            name = phrase
        elif isinstance(bound, str):
            record = self.settled.facts.record(Subject(thing_type(node.base), bound))
            name = Words(self.policy).fact(bound, _owner_type(node.base), node.name)
        else:
            return self._broken_path(node, bound, env, phrase)
        fact = record.get(node.name)
        value = show(fact, node.type) + (", perhaps others" if node.open and isinstance(fact, frozenset) else "")
        return Proof("fact", name, "", value, source_text(record.provenance.get(node.name)))

    def _broken_path(self, node: n.FieldOf, bound: object, env: Environment, phrase: str) -> Proof | None:
        """A path that ends early: the reference that is missing is the fact to show."""
        if isinstance(node.base, n.FieldOf):
            return self._fact(node.base, env)
        state = bound if isinstance(bound, State) else State.ABSENT
        return Proof("fact", phrase, "", show(state, node.type))


def _in_short(words: str) -> str:
    """The beginning of a condition on which nothing rests."""
    return shorten(words, _LONGEST, placeholder=" …")


def _about(bound: Nameless) -> str:
    """Of whom a further row may be."""
    if bound.opening is None:
        return ""
    return f" of {bound.opening.of or ' and '.join(id_ for _, id_ in bound.opening.facts)}"


def source_text(provenance: Provenance | None) -> str:
    """Where a fact comes from: its source, else the place in the inventory."""
    if provenance is None:
        return ""
    if provenance.source:
        return provenance.source + (f", {provenance.date}" if provenance.date else "")
    if provenance.span is None:
        return ""
    name = provenance.span.source.name.rsplit("/", 1)[-1]
    return f"{name}:{provenance.span.line}"


def _owner_type(base: n.Operand) -> Type:
    assert not isinstance(base, n.AsOf)
    return base.type


@by_identity
def _reads(node: n.Formula | n.Operand) -> tuple[n.FieldOf | n.ListNamed | n.ParameterNamed | n.OnDay, ...]:
    """The fields and lists that a condition reads outside of quantifiers and closures, in the order of the text."""
    match node:
        case n.Some() | n.Every() | n.Aggregate():
            return ()
        case n.FieldOf(name=name) if name != "id":
            return (node,)
        case n.ListNamed() | n.ParameterNamed():
            return (node,)
        case n.OnDay(day=day):
            return (node, *_reads(day))
        case n.Call(function=function) if BUILTINS[function].function is None:
            return ()
        case other:
            return tuple(read for part in parts(other) for read in _reads(part))


@by_identity
def _divisors(node: n.Formula | n.Operand) -> tuple[n.Operand, ...]:
    """What a condition divides by outside of quantifiers."""
    if isinstance(node, n.Some | n.Every | n.Aggregate):
        return ()
    own = (node.right,) if isinstance(node, n.Arithmetic) and node.operator == "/" else ()
    return (*own, *(divisor for part in parts(node) for divisor in _divisors(part)))


@by_identity
def _rests_on(node: n.Formula | n.Operand) -> tuple[n.TermOf | n.Aggregate, ...]:
    """The terms and aggregates that a condition reads, but for those that an aggregate reads of each of its members."""
    if isinstance(node, n.Aggregate):
        return (node, *(() if node.each.members is None else _rests_on(node.each.members)))
    own = (node,) if isinstance(node, n.TermOf) else ()
    return (*own, *(found for part in parts(node) for found in _rests_on(part)))


@by_identity
def _labelled(body: n.Formula) -> tuple[tuple[str, n.Formula], ...]:
    """Every labelled part with its full address, deepest first, and the whole without an address."""
    return tuple(_addressed(body, ""))


def _addressed(formula: n.Formula, above: str) -> Iterator[tuple[str, n.Formula]]:
    match formula:
        case n.Limb(label=label, part=part):
            yield from _addressed(part, address(above, label))
            yield address(above, label), part
        case n.Earlier() if not above:
            yield "", formula
        case n.AllOf(parts=inner) | n.AnyOf(parts=inner) | n.Counted(parts=inner):
            for part in inner:
                yield from _addressed(part, above)
            if not above:
                yield "", formula
        case _:
            if not above:
                yield "", formula
