"""The reference interpreter: what docs/language.md says of rules, subject by subject."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from licet.agenda import Agenda
from licet.facts.store import Facts, Subject
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.effects import concluded
from licet.ir.outcomes import jurisdictions_of
from licet.ir.strata import Name, Strata
from licet.run.outcome import EngineOutcome, RuleResult, status_of
from licet.run.reference.bounds import Bounds, bounds, needless, overall, severest
from licet.run.reference.formulas import Conclusions, Formulas
from licet.run.reference.live import live
from licet.run.reference.unknown_values import Bounded, F, SetReading, T, U, values_of
from licet.values import Day, Truth, Value

NAME = "reference"
Key = tuple[Name, Subject]


def evaluate(
    policy: ir.Policy, facts: Facts, subjects: Iterable[Subject], as_of: Day, *, enforced_only: bool = False
) -> EngineOutcome:
    """Every rule for the subjects asked for, and for whatever those depend on."""
    interpreter = Interpreter(policy, facts, as_of, enforced_only=enforced_only)
    for subject in subjects:
        for rule in interpreter.rules_about(subject.type):
            interpreter.result(rule, subject)
    return interpreter.outcome()


@dataclass(slots=True)
class Probe:
    """A component, and the keys of it that were asked for and not looked into."""

    component: int
    keys: list[Key]


class Interpreter:
    """Asks for conclusions as they are needed; each component of the dependency graph is a least fixpoint."""

    def __init__(self, policy: ir.Policy, facts: Facts, as_of: Day, *, enforced_only: bool = False) -> None:
        self.policy = policy
        self.facts = facts
        self.as_of = as_of
        self.enforced_only = enforced_only
        self.strata = Strata.of(policy)
        self._agenda = Agenda()
        self._done: dict[Key, SetReading] = {}
        self._running: dict[Key, SetReading] = {}  # of the components being worked out
        self._probes: list[Probe] = []  # components whose keys are being found, innermost last
        self._beats: dict[tuple[str, Subject], Truth] = {}
        self._applied: dict[tuple[str, Subject], Truth] = {}
        self._bodies: dict[tuple[str, Subject], Truth] = {}
        self._terms: dict[tuple[str, str, str | None, str], SetReading] = {}
        self._live: dict[str, Truth] = {}
        self._results: dict[tuple[str, Subject], RuleResult] = {}
        self._decisions: dict[tuple[str, str, Subject], Bounds] = {}

    @cached_property
    def formulas(self) -> Formulas:
        """What conditions and operands say here."""
        return Formulas(self.policy, self.facts, self.as_of, self)

    def rules_about(self, type_: str) -> Sequence[ir.Rule]:
        return self.strata.about.get(type_, ())

    def outcome(self) -> EngineOutcome:
        return EngineOutcome(self.as_of, self.enforced_only, NAME, self.results(), self._done)

    def results(self) -> Mapping[tuple[str, Subject], RuleResult]:
        """Every rule and subject looked at so far."""
        return self._results

    def _is_settled(self) -> bool:
        """Whether what is found now is for good: in the next round of a fixpoint it may be another."""
        return not self._running and not self._probes

    # ---- one rule for one subject (language.md#live, language.md#defeat)

    def live(self, rule: ir.Rule) -> Truth:
        if rule.id not in self._live:
            self._live[rule.id] = live(rule.live, self.as_of, enforced_only=self.enforced_only)
        return self._live[rule.id]

    def body(self, rule: ir.Rule, subject: Subject) -> Truth:
        if rule.body is None:
            return T
        key = (rule.id, subject)
        found = self._bodies.get(key)
        if found is None:
            found = self.formulas.truth(rule.body, {rule.variable: subject.id})
            if self._is_settled():
                self._bodies[key] = found
        return found

    def beats(self, exception: ir.Rule, subject: Subject) -> Truth:
        """The exception stands, its condition holds, and nothing beats it in turn."""
        key = (exception.id, subject)
        if key not in self._beats:
            self._agenda.do(partial(self._look_whether_it_beats, exception, subject))
        return self._beats[key]

    def _look_whether_it_beats(self, exception: ir.Rule, subject: Subject) -> None:
        own = min(self.live(exception), self.body(exception, subject))
        self._beats[exception.id, subject] = min(own, ~self._beaten(exception, subject))

    def _beaten(self, rule: ir.Rule, subject: Subject) -> Truth:
        beaters = self.strata.beaten_by.get(rule.id, ())
        return max((self.beats(self.policy.rules[e], subject) for e in beaters), default=F)

    def applies(self, rule: ir.Rule, subject: Subject) -> Truth:
        """It stands and its condition holds; an exception needs something to except."""
        found = self._applied if self._is_settled() else {}
        waiting = [] if (rule.id, subject) in found else [rule]
        while waiting:
            current = waiting[-1]
            first = [self.policy.rules[r] for r in current.excepts if (r, subject) not in found]
            if first:
                waiting += first
                continue
            own = min(self.live(current), self.body(current, subject))
            found[current.id, subject] = min(own, max((found[r, subject] for r in current.excepts), default=T))
            waiting.pop()
        return found[rule.id, subject]

    def triggered(self, rule: ir.Rule, subject: Subject) -> Truth | None:
        """Of a gap: whether the provision would apply if its `?` were true; None of any other rule."""
        if not rule.is_open:
            return None
        env = {rule.variable: subject.id}
        found = min(self.live(rule), T if rule.trigger is None else self.formulas.truth(rule.trigger, env))
        if not rule.excepts:
            return found
        return min(found, max(self.applies(self.policy.rules[r], subject) for r in rule.excepts))

    def effective(self, rule: ir.Rule, subject: Subject) -> Truth:
        return min(self.applies(rule, subject), ~self._beaten(rule, subject))

    def result(self, rule: ir.Rule, subject: Subject) -> RuleResult:
        """What is reported of the rule."""
        key = (rule.id, subject)
        found = self._results.get(key)
        if found is None:
            found = self._results[key] = self._weigh(rule, subject)
        return found

    def _weigh(self, rule: ir.Rule, subject: Subject) -> RuleResult:
        applies = self.applies(rule, subject)
        beaters = {e: self.beats(self.policy.rules[e], subject) for e in self.strata.beaten_by.get(rule.id, ())}
        return weighed(
            truths=(self.live(rule), self.body(rule, subject), applies),
            effective=min(applies, ~max(beaters.values(), default=F)),
            beaters=beaters,
            triggered=self.triggered(rule, subject),
            needless=rule.kind == "default" and needless(self.policy, rule, lambda r: self.result(r, subject)),
        )

    # ---- conclusions (language.md#derived, language.md#recursion, language.md#two-runs)

    def term(self, entity: str, term: str, view: str | None, subject: str) -> SetReading:
        """A term as read in a view: its own jurisdiction's conclusions together with the common ones."""
        asked = (entity, term, view, subject)
        found = self._terms.get(asked)
        if found is None:
            places = sorted({view or "", ""})
            found = union([self._conclusion(Name("term", entity, term, p), Subject(entity, subject)) for p in places])
            if self._is_settled():
                self._terms[asked] = found
        return found

    def _conclusion(self, name: Name, subject: Subject) -> SetReading:
        key = (name, subject)
        if key in self._done:
            return self._done[key]
        if key in self._running:
            return self._running[key]
        if name not in self.strata.concluders:
            return SetReading({})
        if self._probes and self._probes[-1].component == self.strata.component_of[name]:
            self._probes[-1].keys.append(key)
            return SetReading({}, U)
        self._agenda.do(partial(self._work_out, key))
        return self._done[key]

    def _work_out(self, key: Key) -> None:
        """The least fixpoint of a key and of all that it depends on in its own component, round by round."""
        keys = self._reachable(key)
        values = {k: SetReading({}) for k in keys}
        try:
            while True:
                self._running.update(values)
                after = {k: self._one_round(k) for k in keys}
                if after == values:
                    break
                values = after
        finally:
            for k in keys:
                del self._running[k]
        self._done.update(values)

    def _reachable(self, key: Key) -> list[Key]:
        """The keys of one component that a key may depend on: what is U for certain can still be anything."""
        probe = Probe(self.strata.component_of[key[0]], [key])
        seen: dict[Key, None] = {}
        self._probes.append(probe)
        try:
            while probe.keys:
                current = probe.keys.pop()
                if current not in seen:
                    seen[current] = None
                    self._one_round(current)
        finally:
            self._probes.pop()
        return list(seen)

    def _one_round(self, key: Key) -> SetReading:
        """What the rules of a name conclude for a subject from what is known so far."""
        name, subject = key
        found: dict[Value, Truth] = {}
        others = F
        for rule in self.strata.concluders[name]:
            truth = self.effective(rule, subject)
            for operand in concluded(rule.effects, name.name) if truth is not F else ():
                said = values_of(self.formulas.read(operand, {rule.variable: subject.id}))
                others = max(others, min(truth, said.others))
                for value, own in said.members.items():
                    found[value] = max(min(truth, own), found.get(value, F))
        return SetReading(found, others)

    # ---- decisions: language.md#outcomes, language.md#jurisdictions

    def decision(self, decision: str, view: str, subject: Subject) -> Bounds:
        key = (decision, view, subject)
        if key not in self._decisions:
            self._agenda.do(partial(self._decide, *key))
        return self._decisions[key]

    def _decide(self, decision: str, view: str, subject: Subject) -> None:
        if view == n.OVERALL:
            places = jurisdictions_of(self.policy, decision)
            found = overall(self.decision(decision, place, subject) for place in places)
        else:
            found = self._decided_in(decision, view, subject)
        self._decisions[decision, view, subject] = found

    def _decided_in(self, decision: str, place: str, subject: Subject) -> Bounds:
        found = severest(self.policy, decision, place, lambda rule: self.result(rule, subject))
        return bounds(found, self.policy.decisions[decision].otherwise)

    def score(self, score: str, subject: Subject) -> Bounded:
        raise AssertionError(f"a rule reads the score {score} of {subject}")


class Given(Interpreter):
    """The reference, which is given what others have concluded."""

    def __init__(
        self, policy: ir.Policy, facts: Facts, as_of: Day, given: Conclusions, *, enforced_only: bool = False
    ) -> None:
        super().__init__(policy, facts, as_of, enforced_only=enforced_only)
        self._given = given

    def term(self, entity: str, term: str, view: str | None, subject: str) -> SetReading:
        return self._given.term(entity, term, view, subject)

    def decision(self, decision: str, view: str, subject: Subject) -> Bounds:
        return self._given.decision(decision, view, subject)

    def concluded(self, name: Name, subject: Subject) -> SetReading:
        """What the rules of a name conclude for a subject from what is given."""
        return self._one_round((name, subject))


def weighed(
    *,
    truths: tuple[Truth, Truth, Truth],
    effective: Truth,
    beaters: Mapping[str, Truth],
    triggered: Truth | None = None,
    needless: bool = False,
) -> RuleResult:
    """What every engine says alike; `truths` are those of live, body and applies, `triggered` is that of a gap.

    `needless` is a default where something is concluded anyway. Where the rule stopped is not looked for: that takes as
    long again, and few ask.
    """
    when_live, body, applies = truths
    beaten = needless or max(beaters.values(), default=F) is T
    status = status_of(when_live, applies, effective, beaten=beaten, triggered=triggered)
    return RuleResult(
        status=status,
        live=when_live,
        body=body,
        applies=applies,
        effective=F if needless else effective,
        defeated_by=tuple(sorted(e for e, truth in beaters.items() if truth is T)) if status == "defeated" else (),
        doubted_by=tuple(sorted(e for e, truth in beaters.items() if truth is U)),
    )


def union(parts: Iterable[SetReading]) -> SetReading:
    """Conclusions of several rules or jurisdictions read together."""
    members: dict[Value, Truth] = {}
    others = F
    for part in parts:
        others = max(others, part.others)
        for value, truth in part.members.items():
            members[value] = max(truth, members.get(value, F))
    return SetReading({value: max(truth, others) for value, truth in members.items()}, others)
