"""Outcomes to decisions: the public `decide`."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from licet.decide.checks import Checks
from licet.decide.dates import date_of
from licet.decide.decision import (
    Answer,
    Decision,
    Duty,
    Factor,
    Finding,
    Missing,
    NotEncoded,
    Overall,
    ScoreResult,
    View,
)
from licet.decide.grounds.grounds import assumption, conflicts_in_order
from licet.decide.grounds.laws import GAP, TRIGGERED, law_of, may_bring
from licet.decide.grounds.rests import InColumns, Rests, concerned
from licet.decide.grounds.rests_traced import Traced
from licet.decide.named_members import named_members
from licet.decide.rule_lines import RuleLines
from licet.facts.store import Facts, Subject
from licet.ir import policy as ir
from licet.ir.canonical import fingerprint
from licet.ir.outcomes import (
    decided_entities,
    details_in,
    duties_of,
    places_asked,
    points_for,
    rules_deciding,
)
from licet.run.columnar import engine as columnar
from licet.run.columnar.tabled import Tabled
from licet.run.engines import Evaluate, engine
from licet.run.outcome import EngineOutcome, RuleResult
from licet.run.reference import bounds
from licet.run.reference.interpreter import Interpreter
from licet.run.reference.settled import Settled
from licet.run.reference.unknown_values import NOTHING, Bounded, F, T
from licet.values import Day, Number, Truth


def decide(
    policy: ir.Policy,
    facts: Facts,
    subjects: Sequence[Subject] | None = None,
    *,
    as_of: date | None = None,
    today: date | None = None,
    engine_name: str = "auto",
    evaluate: Evaluate | None = None,
    jurisdictions: Sequence[str] = (),
) -> tuple[Decision, ...]:
    """A decision for each subject, in the order given; without any, for all that a decision or score is about.

    `as_of` governs every subject; `today` only those that have no date of their own and no inventory date.
    `evaluate` is an engine that is at hand already, instead of the one called `engine_name`.
    """
    wanted = list(subjects) if subjects is not None else list(decidable(policy, facts))
    days = {subject: date_of(policy, facts, subject, as_of, today) for subject in wanted}
    by_date: dict[Day, list[Subject]] = {}
    for subject, day in days.items():
        by_date.setdefault(day, []).append(subject)
    found: dict[Subject, Decision] = {}
    lines = RuleLines()
    checks = Checks(policy, facts, as_of, today, jurisdictions)
    if evaluate is None:
        concluded = _in_columns(policy, facts, days, engine(engine_name, policy, facts), jurisdictions)
    else:
        concluded = _one_by_one(policy, facts, evaluate, jurisdictions)
    for day, group in by_date.items():
        settled, rests = concluded(group, day)
        for subject in group:
            case = _Case(settled, rests, subject, jurisdictions, lines)
            found[subject] = replace(case.decision(checks.of(subject)), asked_day=as_of)
    return tuple(found[subject] for subject in wanted)


Concluded = Callable[[Sequence[Subject], Day], tuple[Settled, Rests]]


def _in_columns(
    policy: ir.Policy,
    facts: Facts,
    days: Mapping[Subject, Day],
    evaluate: Evaluate,
    jurisdictions: Sequence[str],
) -> Concluded:
    """The engine concludes; all else, and what it did not need to ask, comes from the columns of all subjects."""
    tabled = Tabled(policy, facts, days)
    rests = InColumns(tabled, jurisdictions)
    if evaluate is columnar.evaluate:
        return lambda group, day: (Settled(policy, facts, columnar.outcome(tabled, day)), rests)  # noqa: ARG005
    together: dict[int, list[Subject]] = {}
    for subject, day in days.items():
        together.setdefault(tabled.epoch(day), []).append(subject)
    outcomes: dict[int, EngineOutcome] = {}  # nothing that is concluded differs between the days of an epoch

    def concluded(group: Sequence[Subject], day: Day) -> tuple[Settled, Rests]:  # noqa: ARG001
        epoch = tabled.epoch(day)
        if epoch not in outcomes:
            outcomes[epoch] = evaluate(policy, facts, together[epoch], day)
        outcome = outcomes[epoch]
        terms: Any = ChainMap(outcome.terms, tabled.terms(day))  # type: ignore[arg-type] # nobody writes to it
        return Settled(policy, facts, replace(outcome, as_of=day, terms=terms)), rests

    return concluded


def _one_by_one(policy: ir.Policy, facts: Facts, evaluate: Evaluate, jurisdictions: Sequence[str]) -> Concluded:
    """For a case, of which an inventory in columns would be made anew each time."""

    def concluded(group: Sequence[Subject], day: Day) -> tuple[Settled, Rests]:
        settled = Settled(policy, facts, evaluate(policy, facts, group, day))
        return settled, Traced(settled, group, evaluate, jurisdictions)

    return concluded


def decidable(policy: ir.Policy, facts: Facts) -> Iterator[Subject]:
    """Every recorded thing that some decision or score is about, by type in the order of the vocabulary."""
    for type_ in decided_entities(policy):
        yield from facts.subjects(type_)


class _Case:
    """One subject at one date."""

    def __init__(
        self, settled: Settled, rests: Rests, subject: Subject, jurisdictions: Sequence[str], lines: RuleLines
    ) -> None:
        self.settled = settled
        self.lines = lines
        self.rests = rests
        self.policy = settled.policy
        self.subject = subject
        self.jurisdictions = tuple(jurisdictions)

    def decision(self, checked: tuple[Finding, ...]) -> Decision:
        answers = tuple(self._answers())
        overall = tuple(self._overall(answers))
        missing = tuple(self._missing(answers, overall))
        grounds = self.rests.grounds(self.subject)
        return Decision(
            subject=self.subject,
            as_of=self.settled.as_of if isinstance(self.settled.as_of, date) else None,
            policy_name=self.policy.name,
            policy_fingerprint=fingerprint(self.policy),
            facts_fingerprint=self.settled.facts.fingerprint,
            engine=self.settled.engine,
            answers=answers,
            overall=overall,
            scores=tuple(self._scores(overall)),
            obligations=tuple(self._duties()),
            missing=missing,
            not_encoded=tuple(self._not_encoded(missing)),
            conflicts=conflicts_in_order(grounds.conflicts, self.subject),
            assumptions=tuple(assumption(self.policy, name) for name in sorted(grounds.assumed)),
            unverified=tuple(sorted(grounds.unread)),
            settled=self.settled,
            checked=checked,
            asked_places=tuple(sorted(set(self.jurisdictions))),
        )

    def _decisions(self) -> Iterator[ir.Decision]:
        return decisions_of(self.policy, self.subject.type)

    # ---- answers

    def _answers(self) -> Iterator[Answer]:
        for decision in self._decisions():
            for place in places_asked(self.policy, decision.name, self.jurisdictions):
                yield self._answer(decision, place)

    def _answer(self, decision: ir.Decision, place: str) -> Answer:
        found = self.settled.decision(decision.name, place, self.subject)
        announced = self.rests.enforced(self.subject, decision.name, place) or found
        details, possible = details_of(self.settled, decision, place, self.subject, found)
        return Answer(
            decision=decision.name,
            jurisdiction=place,
            must=decision.outcomes[found.must],
            may=decision.outcomes[found.may],
            details=details,
            possible_details=possible,
            enforced=found == announced,
            enforced_range=(decision.outcomes[announced.must], decision.outcomes[announced.may]),
            rules=tuple(
                self.lines.of(rule, self.settled, self.subject) for rule in concerned(self.policy, decision.name, place)
            ),
        )

    def _overall(self, answers: Sequence[Answer]) -> Iterator[Overall]:
        for decision in self._decisions():
            parts = [a for a in answers if a.decision == decision.name]
            if not parts:
                continue
            rank = decision.outcomes.index
            whole = bounds.overall(bounds.Bounds(rank(a.must), rank(a.may)) for a in parts)
            source = tuple(a.jurisdiction for a in parts if rank(a.may) == whole.may)
            yield Overall(decision.name, decision.outcomes[whole.must], decision.outcomes[whole.may], source)

    # ---- scores and obligations

    def _scores(self, overall: Sequence[Overall]) -> Iterator[ScoreResult]:
        for score in self.policy.scores.values():
            if score.entity == self.subject.type:
                found = self.settled.score(score.name, self.subject)
                bands = bands_of(score, found.low, found.high)
                factors = tuple(self._factors(score.name))
                yield ScoreResult(score.name, found.low, found.high, bands, factors, self._is_told(score, overall))

    def _is_told(self, score: ir.Score, overall: Sequence[Overall]) -> bool:
        if score.told_below is not None:
            name, least = score.told_below
            chain = self.policy.decisions[name].outcomes
            if any(o.decision == name and chain.index(o.must) >= least for o in overall):
                return False
        where = score.told_where
        return where is None or self.settled.formulas.truth(where, {score.variable: self.subject.id}) is not F

    def _score_rules(self, score: str) -> Iterator[tuple[ir.Rule, ir.AddsPoints, Truth]]:
        for rule, effect in points_for(self.policy, score):
            yield rule, effect, self.settled.result(rule, self.subject).effective

    def _factors(self, score: str) -> Iterator[Factor]:
        for rule, effect, effective in self._score_rules(score):
            if effective is not F:
                declared = self.policy.scores[score]
                low, high = self.settled.points(effect, rule.variable, self.subject)
                most = declared.high - declared.low if high is None else high  # no item moves a score beyond its range
                least = low if effective is T else 0
                known = effective is T and low == high
                yield Factor(rule.id, rule.because, least, most, known, ir.citations(rule))

    def _duties(self) -> Iterator[Duty]:
        for rule, effect in duties_of(self.policy, self.subject.type):
            result = self.settled.result(rule, self.subject)
            if result.effective is not F:
                yield self._duty(rule, effect, result)

    def _duty(self, rule: ir.Rule, effect: ir.Obliges, result: RuleResult) -> Duty:
        env = {rule.variable: self.subject.id}
        bearer = self.settled.formulas.read(effect.bearer, env)
        deadline = None if effect.deadline is None else self.settled.formulas.read(effect.deadline, env)
        return duty_of(rule, effect, bearer, deadline, due=result.effective is T)

    # ---- what it rests on

    def _missing(self, answers: Sequence[Answer], overall: Sequence[Overall]) -> Iterator[Missing]:
        graver = set(self._graver(answers, overall))
        for (of, fact, state), views in sorted(self.rests.missing(self.subject).items()):
            decides = dict.fromkeys(name for name, place in views if not place or (name, place) in graver)
            law = law_of(self.policy, (of, fact, state))
            places = tuple(view for view in views if view[1])
            yield Missing(of, fact, state, tuple(decides), self._ask(of[0], fact), law, places)

    def _graver(self, answers: Sequence[Answer], overall: Sequence[Overall]) -> Iterator[View]:
        """The answers that may be graver than what is certain overall: no other can make a difference there."""
        least = {o.decision: o.must for o in overall}
        for answer in answers:
            rank = self.policy.decisions[answer.decision].outcomes.index
            if rank(answer.may) > rank(least[answer.decision]):
                yield answer.decision, answer.jurisdiction

    def _not_encoded(self, missing: Sequence[Missing]) -> Iterator[NotEncoded]:
        """The gaps among what is missing, in the order of the rules."""
        states: dict[str, set[str]] = {}
        for entry in missing:
            if entry.of[0] == GAP:
                states.setdefault(entry.of[1], set()).add(entry.state)
        for id_ in sorted(states):
            gap = self.policy.rules[id_]
            trigger = "holds" if TRIGGERED in states[id_] else "unknown"
            brings = may_bring(self.policy, gap)
            names = named_members(self.settled, gap, self.subject)
            yield NotEncoded(id_, gap.title, ir.citations(gap), brings, trigger, names)

    def _ask(self, type_: str, fact: str) -> str:
        owner = self.policy.entities.get(type_)
        return owner.fields[fact].absent if owner and fact in owner.fields else ""


def decisions_of(policy: ir.Policy, type_: str) -> Iterator[ir.Decision]:
    """The decisions about subjects of a type that some rule decides."""
    for decision in policy.decisions.values():
        if decision.entity == type_ and rules_deciding(policy)[decision.name]:
            yield decision


def details_of(
    world: Interpreter, decision: ir.Decision, place: str, subject: Subject, found: bounds.Bounds
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Those of certain rules with the outcome `must`; then what else lies between the bounds."""
    sure: set[str] = set()
    possible: set[str] = set()
    for rule, effect in details_in(world.policy, decision.name, place):
        effective = world.result(rule, subject).effective
        if effective is T and effect.outcome == found.must:
            sure |= set(effect.details)
        elif effective is not F and found.must <= effect.outcome <= found.may:
            possible |= set(effect.details)
    in_order = [d for d in decision.details if d in sure]
    return tuple(in_order), tuple(d for d in decision.details if d in possible - sure)


def bands_of(score: ir.Score, low: Number, high: Number) -> tuple[str, ...]:
    """The bands that a range of points reaches."""
    ends = [*(low for _, low in score.bands), None][1:]
    return tuple(
        name
        for (name, start), end in zip(score.bands, ends, strict=True)
        if high >= start and (end is None or low < end)
    )


def duty_of(rule: ir.Rule, effect: ir.Obliges, bearer: object, deadline: object, *, due: bool) -> Duty:
    """The act that a rule obliges to, from the readings of who owes it and by or until when, where a day applies."""
    has_day = effect.deadline is not None and deadline is not NOTHING
    return Duty(
        rule.id,
        "due" if due else "may be due",
        bearer if isinstance(bearer, str) else _state_text(bearer),
        effect.modal,
        effect.act,
        effect.deadline_kind if has_day else None,
        day_text(deadline) if has_day else None,
        ir.citations(rule),
    )


def day_text(reading: object) -> str:
    """A deadline as far as it is known."""
    if isinstance(reading, date):
        return reading.isoformat()
    if isinstance(reading, Bounded) and (reading.low is not None or reading.high is not None):
        return f"{reading.low or 'unknown'} to {reading.high or 'unknown'}"
    return _state_text(reading)


def _state_text(reading: object) -> str:
    """What is neither a day nor somebody."""
    return "not applicable" if reading is NOTHING else "unknown"
