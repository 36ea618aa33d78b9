"""The forward-chaining engine: a policy's network in durable_rules, driven stage by stage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from licet.agenda import Agenda
from licet.facts.store import Facts, Subject
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.outcomes import claims_in, jurisdictions_of
from licet.ir.remembered import by_policy
from licet.ir.strata import Name, Strata
from licet.plan import network as net
from licet.plan.from_ir import compile_policy
from licet.run.forward.demand import Demand
from licet.run.forward.machine import LIBRARY, Machine, Token, machine, too_large
from licet.run.outcome import EngineOutcome, RuleResult
from licet.run.reference.bounds import Bounds, bounds, claims, needless, overall
from licet.run.reference.formulas import Environment, Formulas, Nameless
from licet.run.reference.interpreter import union, weighed
from licet.run.reference.live import live
from licet.run.reference.unknown_values import NOTHING, Bounded, F, SetReading, T, U, values_of
from licet.values import Day, Truth, Value

NAME = "forward"


def evaluate(
    policy: ir.Policy, facts: Facts, subjects: Iterable[Subject], as_of: Day, *, enforced_only: bool = False
) -> EngineOutcome:
    """Every rule for the subjects asked for, and for whatever those depend on; one thread at a time."""
    with LIBRARY:
        driver = _Driver(policy, _compiled(policy), facts, as_of, enforced_only=enforced_only)
        return driver.outcome(subjects)


@by_policy
def beyond(policy: ir.Policy) -> str:
    """What of a policy is more than durable_rules can be trusted with; nothing where it can."""
    for rule, parts in _network(policy).nets.items():
        for group in (parts.joins, parts.outlet):
            if reason := too_large(group):
                return f"rule `{rule}` {reason}"
    return ""


# ---- compiled policies


@dataclass(slots=True)
class Compiled:
    """A policy's network, and a machine for each stage."""

    strata: Strata
    network: net.Network
    machines: tuple[Machine, ...]
    reads: tuple[frozenset[str], ...]  # the tokens that some join of a stage has as a premise


@by_policy
def _compiled(policy: ir.Policy) -> Compiled:
    """Compiles a policy once; when the policy goes, so do its rulesets."""
    network = _network(policy)
    groups = [_groups(network, stage) for stage in network.stages]
    reads = tuple(frozenset(p for g in group for j in g for p in j.premises) for group in groups)
    return Compiled(Strata.of(policy), network, tuple(machine(group) for group in groups), reads)


@by_policy
def _network(policy: ir.Policy) -> net.Network:
    return compile_policy(policy, Strata.of(policy))


def _groups(network: net.Network, stage: net.Stage) -> list[tuple[net.Join, ...]]:
    bodies = [network.nets[rule].joins for rule in stage.bodies]
    outlets = [network.nets[rule].outlet for rule in stage.outlets]
    return [group for group in (*bodies, *outlets) if group]


# ---- one evaluation


@dataclass(frozen=True, slots=True)
class Growing:
    """An input that reads the component that is being worked out."""

    token: Token
    formula: n.Formula
    env: Environment
    at_most: Truth = T


@dataclass(frozen=True, slots=True)
class GrowingValue:
    """A value, at the key of its rule's subject, that reads the component that is being worked out."""

    value: net.Value
    key: str
    env: Environment


Grows = Growing | GrowingValue


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A component that is being worked out, and the values concluded so far.

    In the must run what is not concluded may yet be; in the may run what is concluded only may be.
    """

    component: frozenset[Name]
    concluded: Mapping[tuple[str, str], list[str]]  # by token name and key
    may: bool


class _Driver:
    """Feeds inputs to the machines, stage after stage, and reads off what they conclude."""

    def __init__(self, policy: ir.Policy, compiled: Compiled, facts: Facts, as_of: Day, *, enforced_only: bool) -> None:
        self.policy = policy
        self._compiled = compiled
        self._as_of = as_of
        self._enforced_only = enforced_only
        self._formulas = Formulas(policy, facts, as_of, self)
        self._agenda = Agenda()
        self._values: dict[str, Value] = {}
        self._running: Unfinished | None = None
        self._demand = Demand(policy, facts, compiled.strata, as_of)
        self._live = {r.id: live(r.live, as_of, enforced_only=enforced_only) for r in policy.rules.values()}
        self._begin()

    def _begin(self) -> None:
        self._formulas.forget()
        self._known: dict[Token, Truth] = {}
        self._by_name: dict[str, list[Token]] = {}
        self._at_key: dict[tuple[str, str], list[Token]] = {}
        self._subjects: dict[str, list[Subject]] = {}  # of each rule
        self._results: dict[tuple[str, Subject], RuleResult] = {}
        self._beats: dict[tuple[str, Subject], Truth] = {}

    def outcome(self, subjects: Iterable[Subject]) -> EngineOutcome:
        """All that was asked for; and once more, where a conclusion turns out to lead to further subjects."""
        self._demand.collect(subjects)
        self._evaluate()
        while self._demand.grows():
            self._begin()
            self._evaluate()
        terms = {key: self._conclusion(*key) for key in self._demand.conclusions}
        return EngineOutcome(self._as_of, self._enforced_only, NAME, self._results, terms)

    def _evaluate(self) -> None:
        for (rule, subject), possible in self._demand.instances.items():
            if possible:  # what is F for certain needs no token
                self._subjects.setdefault(rule, []).append(subject)
        for i, stage in enumerate(self._compiled.network.stages):
            self._run_stage(i, stage)
        for rule, subject in list(self._demand.instances):
            self.result(self.policy.rules[rule], subject)

    # ---- stages (language.md#two-runs)

    def _run_stage(self, index: int, stage: net.Stage) -> None:
        inputs, growing = self._inputs(stage)
        carried = {t: self._known[t] for name in self._compiled.reads[index] for t in self._by_name.get(name, ())}
        given = {**carried, **inputs}
        if not given and not growing:
            return
        sure = self._run(index, stage, [t for t, truth in given.items() if truth is T], growing, may=False)
        possible = sure
        if growing or any(truth is U for truth in given.values()):
            possible = self._run(index, stage, list(given), growing, may=True)
        for token in possible:
            if token not in self._known:
                self._by_name.setdefault(token[0], []).append(token)
                self._at_key.setdefault(token[:2], []).append(token)
            self._known[token] = max(T if token in sure else U, self._known.get(token, F))

    def _run(self, index: int, stage: net.Stage, tokens: list[Token], growing: list[Grows], *, may: bool) -> set[Token]:
        """One of the two runs: growing inputs are asked again at each fixpoint."""

        def again(known: set[Token]) -> Iterator[Token]:
            self._running = _unfinished(stage.component, known, may=may)
            for one in growing:
                if isinstance(one, GrowingValue):
                    for token, truth in self._said(one.value, one.key, one.env):
                        if truth is T or may:
                            yield token
                elif one.token not in known:
                    truth = min(one.at_most, self._formulas.truth(one.formula, one.env))
                    if truth is T or (may and truth is U):
                        yield one.token
            self._running = None

        start = [*tokens, *again(set())]
        return self._compiled.machines[index].run(start, again if growing else None)

    # ---- inputs

    def _inputs(self, stage: net.Stage) -> tuple[dict[Token, Truth], list[Grows]]:
        """Whatever a stage needs that is not concluded: atoms, links, members, and what stands or is free."""
        found: dict[Token, Truth] = {}
        growing: list[Grows] = []
        for rule_id in stage.bodies:
            rule, rule_net = self.policy.rules[rule_id], self._compiled.network.nets[rule_id]
            for subject in self._subjects.get(rule_id, ()):
                if rule.body is None:
                    found[rule_net.body, _key(subject), ""] = T
                env: Environment = {rule.variable: subject.id}
                self._ground(rule_net.inputs, env, _key(subject), stage, found, growing)
        for rule_id in stage.outlets:
            for subject in self._subjects.get(rule_id, ()):
                _note(found, (net.live_token(rule_id), _key(subject), ""), self._live[rule_id])
        for rule_id in stage.concluding:
            if self._live[rule_id] is F:
                continue
            for subject in self._subjects.get(rule_id, ()):
                _note(found, (net.free_token(rule_id), _key(subject), ""), ~self._beaten(rule_id, subject))
                self._ground_values(rule_id, subject, found, growing)
        return found, growing

    def _ground(
        self,
        inputs: tuple[net.Input, ...],
        env: Environment,
        key: str,
        stage: net.Stage,
        found: dict[Token, Truth],
        growing: list[Grows],
    ) -> None:
        for item in inputs:
            match item:
                case net.Atom(token=token, formula=formula, grows=grows):
                    if grows:
                        growing.append(Growing((token, key, ""), formula, env))
                    else:
                        _note(found, (token, key, ""), self._formulas.truth(formula, env))
                case net.Link():
                    self._ground_link(item, env, key, found)
                case net.Members():
                    self._ground_members(item, env, key, stage, found, growing)

    def _ground_link(self, item: net.Link, env: Environment, key: str, found: dict[Token, Truth]) -> None:
        subject = self._formulas.read(item.subject, env)
        if isinstance(subject, str):
            owner = Subject(item.entity, subject)
            for name in item.names:
                self._demand.want_conclusion(name, owner)
            found[item.link, key, _key(owner)] = T
        elif subject is not NOTHING:
            found[item.token, key, ""] = U

    def _ground_members(
        self,
        item: net.Members,
        env: Environment,
        key: str,
        stage: net.Stage,
        found: dict[Token, Truth],
        growing: list[Grows],
    ) -> None:
        for i, (bound, membership) in enumerate(self._formulas.fitting(item.each, item.where, env)):
            inner = {**env, item.each.variable: bound}
            if membership is F or not self._demand.may_hold(item.where, inner):
                continue
            if isinstance(bound, Nameless):
                growing.append(Growing((item.token, key, ""), item.where, inner, at_most=U))
                continue
            inner_key = f"{key}|{item.link}|{i}"
            found[item.link, inner_key, key] = membership
            self._ground(item.inner, inner, inner_key, stage, found, growing)

    def _ground_values(self, rule_id: str, subject: Subject, found: dict[Token, Truth], growing: list[Grows]) -> None:
        for value in self._compiled.network.nets[rule_id].values:
            env = {self.policy.rules[rule_id].variable: subject.id}
            if value.grows:
                growing.append(GrowingValue(value, _key(subject), env))
            else:
                found.update(self._said(value, _key(subject), env))

    def _said(self, value: net.Value, key: str, env: Environment) -> Iterator[tuple[Token, Truth]]:
        """What a rule puts into a term, as far as it is anything."""
        said = values_of(self._formulas.read(value.effect.value, env))
        for member, truth in said.members.items():
            encoded = net.encode(member)
            self._values[encoded] = member
            if truth is not F:
                yield (value.token, key, encoded), truth
        if said.others is not F:
            yield (value.token, key, net.UNKNOWN_VALUE), U

    # ---- results

    def _truth(self, token: str, subject: Subject) -> Truth:
        return self._known.get((token, _key(subject), ""), F)

    def _beaten(self, rule_id: str, subject: Subject) -> Truth:
        beaters = self._compiled.strata.beaten_by.get(rule_id, ())
        return max((self._beats_of(e, subject) for e in beaters), default=F)

    def _beats_of(self, exception: str, subject: Subject) -> Truth:
        """From a finished lower stage: what the exception's condition came to."""
        key = (exception, subject)
        if key not in self._beats:
            self._agenda.do(partial(self._look_whether_it_beats, exception, subject))
        return self._beats[key]

    def _look_whether_it_beats(self, exception: str, subject: Subject) -> None:
        own = min(self._live[exception], self._truth(net.body_token(exception), subject))
        self._beats[exception, subject] = min(own, ~self._beaten(exception, subject))

    def result(self, rule: ir.Rule, subject: Subject) -> RuleResult:
        """Read off the tokens of a finished stage."""
        key = (rule.id, subject)
        if key not in self._results:
            self._results[key] = self._result(rule, subject)
        return self._results[key]

    def _result(self, rule: ir.Rule, subject: Subject) -> RuleResult:
        body = self._truth(net.body_token(rule.id), subject)
        applies = self._truth(net.applies_token(rule.id), subject)
        return weighed(
            truths=(self._live[rule.id], body, applies),
            effective=self._truth(net.effective_token(rule.id), subject),
            beaters={e: self._beats_of(e, subject) for e in self._compiled.strata.beaten_by.get(rule.id, ())},
            triggered=self._triggered(rule, subject),
            needless=rule.kind == "default" and needless(self.policy, rule, partial(self._wanted, subject)),
        )

    def _triggered(self, rule: ir.Rule, subject: Subject) -> Truth | None:
        """Of a gap: whether the provision would apply if its `?` were true."""
        if not rule.is_open:
            return None
        env = {rule.variable: subject.id}
        found = min(self._live[rule.id], T if rule.trigger is None else self._formulas.truth(rule.trigger, env))
        targets = [self._truth(net.applies_token(r), subject) for r in rule.excepts]
        return min([found, max(targets)]) if targets else found

    # ---- what formulas ask

    def term(self, entity: str, term: str, view: str | None, subject: str) -> SetReading:
        owner = Subject(entity, subject)
        names = [Name("term", entity, term, place) for place in sorted({view or "", ""})]
        return union([self._conclusion(name, owner) for name in names if name in self._compiled.strata.concluders])

    def _conclusion(self, name: Name, subject: Subject) -> SetReading:
        self._demand.want_conclusion(name, subject)
        here = (net.name_token(name), _key(subject))
        if self._running is None or name not in self._running.component:
            return self._decoded({t[2]: self._known[t] for t in self._at_key.get(here, ())})
        values = self._running.concluded.get(here, ())
        if self._running.may:
            return self._decoded(dict.fromkeys(values, U))
        return SetReading(self._decoded(dict.fromkeys(values, T)).members, U)

    def _decoded(self, found: Mapping[str, Truth]) -> SetReading:
        members: dict[Value, Truth] = {}
        others = F
        for encoded, truth in found.items():
            if encoded == "":
                members[True] = truth
            elif encoded == net.UNKNOWN_VALUE:
                others = U
            else:
                members[self._values[encoded]] = truth
        return SetReading(members, others)

    def decision(self, decision: str, view: str, subject: Subject) -> Bounds:
        places = jurisdictions_of(self.policy, decision) if view == n.OVERALL else (view,)
        return overall(self._decided_in(decision, place, subject) for place in places)

    def _decided_in(self, decision: str, place: str, subject: Subject) -> Bounds:
        rules = claims_in(self.policy, decision, place)
        found = claims(self.policy, decision, rules, partial(self._wanted, subject))
        return bounds(found, self.policy.decisions[decision].otherwise)

    def _wanted(self, subject: Subject, rule: ir.Rule) -> RuleResult:
        self._demand.want(rule, subject)
        return self.result(rule, subject)

    def score(self, score: str, subject: Subject) -> Bounded:
        raise AssertionError(f"a rule reads the score {score} of {subject}")


def _unfinished(component: frozenset[Name], known: Iterable[Token], *, may: bool) -> Unfinished:
    names = {net.name_token(name) for name in component}
    concluded: dict[tuple[str, str], list[str]] = {}
    for name, key, value in known:
        if name in names:
            concluded.setdefault((name, key), []).append(value)
    return Unfinished(component, concluded, may)


def _key(subject: Subject) -> str:
    return f"{subject.type}:{subject.id}"


def _note(found: dict[Token, Truth], token: Token, truth: Truth) -> None:
    if truth is not F:
        found[token] = truth
