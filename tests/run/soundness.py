"""Every answer leaves room for every completion of the facts, and what is missing is what can change it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations
from typing import Any

from licet.decide.decision import Answer, Decision, ScoreResult
from licet.decide.from_outcome import decide
from licet.facts.store import Facts, Subject
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.types import Kind, Type
from licet.ir.walk import walk
from licet.run.reference import interpreter as reference
from licet.values import Truth
from tests.run.second_reading import Completion, NoAnswerError

_VALUES: Mapping[Kind, Sequence[Any]] = {
    Kind.BOOLEAN: (False, True),
    Kind.NUMBER: (-1, 0, 1, 2, 3, 10**26),
    Kind.QUANTITY: (0, 1, 2, 25 * 10**24, 10**26 - 1, 10**26),
    Kind.PERCENT: (0, Fraction(1, 4), Fraction(1, 2), 1),
    Kind.COUNTRY: ("CH", "JP", "CN", "HK", "MO"),
    Kind.TEXT: ("u", "v"),
    Kind.CODE: ("1", "1A", "1A.a", "10"),
}

ENGINES = ("reference", "columnar", "forward")


def options(days: Sequence[date]) -> Callable[[Type], Sequence[Any]]:
    """Few values of each type, among them those that generated policies compare with."""

    def of(type_: Type) -> Sequence[Any]:
        if type_.kind is Kind.ENUMERATION:
            return [type_.value_named(value) for value in type_.values]
        if type_.kind is Kind.DATE:
            return days
        if type_.kind is Kind.SET:
            assert type_.element is not None
            members = of(type_.element)
            return [frozenset(some) for size in range(len(members) + 1) for some in combinations(members, size)]
        return _VALUES[type_.kind]

    return of


def turning_points(policy: ir.Policy) -> list[date]:
    """The days on which law or lists change or with which rules compare, and the days before."""
    found: set[date] = set()
    for rule in policy.rules.values():
        for intervals in (rule.live.in_force, rule.live.suspended, rule.live.not_enforced, rule.live.unconfirmed):
            found.update(end for i in intervals for end in (i.start, i.end) if end)
        parts = walk(rule.body) if rule.body is not None else ()
        found.update(p.value for p in parts if isinstance(p, n.Known) and isinstance(p.value, date))
    for listed in policy.lists.values():
        intervals = (listed.covers, *(m.interval for m in listed.members))
        found.update(end for i in intervals for end in (i.start, i.end) if end)
    found.update(day for parameter in policy.parameters.values() for day in parameter.days())
    return sorted(found | {day - timedelta(days=1) for day in found}) or [date(2026, 1, 1)]


def agreed(
    policy: ir.Policy, facts: Facts, subjects: Sequence[Subject], as_of: date | None, found: list[str]
) -> tuple[Decision, ...]:
    """What every engine decides, so that what is asked of one is asked of all; where they differ is `found`."""
    ours = decided(policy, facts, subjects, as_of, "reference")
    for engine in ENGINES[1:]:
        for one, other in zip(ours, decided(policy, facts, subjects, as_of, engine), strict=True):
            for (what, here), (_, there) in zip(told(policy, one), told(policy, other), strict=True):
                if here != there:
                    found.append(f"{what} of {one.subject}: reference {here}, {engine} {there}")
    return ours


def told(policy: ir.Policy, decision: Decision) -> Iterator[tuple[str, object]]:
    """Everything that is asked about of a decision, rule by rule and term by term."""
    for what in ("answers", "overall", "scores", "missing", "obligations", "conflicts"):
        yield what, getattr(decision, what)
    for rule in rules_about(policy, decision):
        yield rule.id, decision.settled.result(rule, decision.subject).effective
    for name, place in terms_of(policy, decision):
        yield f"{name} under {place}", decision.settled.term(decision.subject.type, name, place, decision.subject.id)


def rules_about(policy: ir.Policy, decision: Decision) -> Iterator[ir.Rule]:
    return (rule for rule in policy.rules.values() if rule.entity == decision.subject.type)


def terms_of(policy: ir.Policy, decision: Decision) -> Iterator[tuple[str, str | None]]:
    """The terms of a decision's subject, each with every view of it."""
    places = sorted({rule.jurisdiction for rule in policy.rules.values()}, key=str)
    fields = policy.entities[decision.subject.type].fields
    return ((name, place) for name, declared in fields.items() if declared.derived for place in places)


def decided(
    policy: ir.Policy, facts: Facts, subjects: Sequence[Subject], as_of: date | None, engine: str
) -> tuple[Decision, ...]:
    """By an engine; by the reference interpreter with nothing from columns."""
    evaluate = reference.evaluate if engine == "reference" else None
    return decide(policy, facts, subjects, as_of=as_of, engine_name=engine, evaluate=evaluate)


class Ways:
    """Goes through all ways to make a row of choices, some of which open others; after `most`, at random."""

    def __init__(self, most: int, chance: random.Random) -> None:
        self.exhausted = False
        self._most = most
        self._chance = chance
        self._made: list[tuple[int, int]] = []  # each choice, and among how many
        self._place = 0
        self._counted = True

    def choose(self, number: int) -> int:
        if not self._counted:
            return self._chance.randrange(number)
        if self._place == len(self._made):
            self._made.append((0, number))
        self._place += 1
        return self._made[self._place - 1][0]

    def __iter__(self) -> Iterator[None]:
        for run in range(2 * self._most):
            self._counted, self._place = run < self._most, 0
            yield
            if self._counted:
                del self._made[self._place :]
                while self._made and self._made[-1][0] + 1 == self._made[-1][1]:
                    self._made.pop()
                if not self._made:
                    self.exhausted = True
                    return
                choice, among = self._made[-1]
                self._made[-1] = (choice + 1, among)


@dataclass(slots=True)
class Soundness:
    """Compares decisions with completions; `seen` counts what was compared, `found` is what no answer may do."""

    most: int  # completions of one question that are gone through in order; as many again at random
    seed: int = 0
    seen: Counter[str] = field(default_factory=Counter)

    def of(self, policy: ir.Policy, facts: Facts, as_of: date | None) -> list[str]:
        """Every contradiction between what is decided of a world's subjects, by all engines, and a completion of it."""
        days = turning_points(policy)
        subjects = [s for type_ in policy.entities for s in facts.subjects(type_)]
        found: list[str] = []
        for decision in agreed(policy, facts, subjects, as_of, found):
            for what, ask, fits in questions(policy, decision):
                self.seen["questions"] += 1
                ways = Ways(self.most, random.Random(self.seed))
                for _ in ways:
                    world = Completion(
                        policy, facts, decision.subject, decision.as_of, days, options(days), ways.choose
                    )
                    try:
                        said = ask(world)
                        world.check()
                    except NoAnswerError:
                        self.seen["without an answer"] += 1
                        continue
                    self.seen["completions"] += 1
                    if not fits(said):
                        found.append(f"{what} of {decision.subject} is {said} if {world.settled}")
                        break
                self.seen["exhausted"] += ways.exhausted
        return found


@dataclass(slots=True)
class SmallWorlds:
    """As `Soundness`, for very many worlds in which little is unknown: all that may be asked of one subject is asked of
    each completion together. `seen` counts what was compared.

    Answers are the reference's; each `every`th world is decided by all engines, which have to agree.
    """

    most: int  # completions of a world that are gone through in order; as many again at random if there are more
    chance: random.Random
    every: int = 40
    seen: Counter[str] = field(default_factory=Counter)

    def of(self, policy: ir.Policy, small: Facts, as_of: date | None) -> list[str]:
        """Every contradiction between what is decided of some subject of a small world and a completion of it."""
        days = turning_points(policy)
        subject = self.chance.choice([s for type_ in policy.entities for s in small.subjects(type_)])
        found: list[str] = []
        self.seen["worlds"] += 1
        if self.seen["worlds"] % self.every:
            (decision,) = decided(policy, small, [subject], as_of, "reference")
        else:
            self.seen["by all engines"] += 1
            (decision,) = agreed(policy, small, [subject], as_of, found)
        asked = list(questions(policy, decision))
        self.seen["questions"] += len(asked)
        ways = Ways(self.most, self.chance)
        for _ in ways:
            world = Completion(policy, small, subject, decision.as_of, days, options(days), ways.choose)
            found += self._said(world, asked)
            if found:
                return found
        self.seen["exhausted"] += ways.exhausted
        return found

    def _said(self, world: Completion, asked: Sequence[Question]) -> list[str]:
        """The answers that leave no room for what a completion says."""
        found = []
        for what, ask, fits in asked:
            try:
                said = ask(world)
            except NoAnswerError:
                self.seen["without an answer"] += 1
                world.readings.clear()  # which it left in the middle
                continue
            self.seen["answers"] += 1
            if not fits(said):
                found.append(f"{what} of {world.subject} is {said} if {world.settled}")
        try:
            world.check()
        except NoAnswerError:
            self.seen["no world"] += 1
            return []
        self.seen["completions"] += 1
        return found


Question = tuple[str, Callable[[Completion], Any], Callable[[Any], bool]]


def questions(policy: ir.Policy, decision: Decision) -> Iterator[Question]:
    """What is asked about a subject of each completion, and whether the decision leaves room for an answer."""
    id_ = decision.subject.id
    for answer in decision.answers:
        yield _of_answer(policy, answer, id_)
        low, high = answer.enforced_range
        yield _of_outcome(policy, answer.decision, answer.jurisdiction, id_, (low, high), enforced_only=True)
    for overall in decision.overall:
        yield _of_outcome(policy, overall.decision, n.OVERALL, id_, (overall.must, overall.may))
    for score in decision.scores:
        yield _of_score(policy, score, id_)
    for rule in rules_about(policy, decision):
        yield _of_rule(policy, rule, id_, decision.settled.result(rule, decision.subject).effective)
    for name, place in terms_of(policy, decision):
        yield _of_term(policy, decision, name, place)


def _of_answer(policy: ir.Policy, answer: Answer, id_: str) -> Question:
    """The outcome in a jurisdiction, and its details."""
    chain = policy.decisions[answer.decision].outcomes

    def ask(world: Completion) -> tuple[int, set[str]]:
        reading = world.reading()
        outcome = reading.outcome(answer.decision, answer.jurisdiction, id_)
        stated = reading.stated(answer.decision, answer.jurisdiction, id_)
        return outcome, {detail for effect in stated if effect.outcome == outcome for detail in effect.details}

    def fits(said: tuple[int, set[str]]) -> bool:
        within = chain.index(answer.must) <= said[0] <= chain.index(answer.may)
        return within and said[1] <= {*answer.details, *answer.possible_details}

    return f"{answer.decision} in {answer.jurisdiction}, from {answer.must} to {answer.may},", ask, fits


def _of_outcome(
    policy: ir.Policy, decision: str, view: str, id_: str, said: tuple[str, str], *, enforced_only: bool = False
) -> Question:
    low, high = map(policy.decisions[decision].outcomes.index, said)

    def ask(world: Completion) -> int:
        return world.reading(enforced_only=enforced_only).outcome(decision, view, id_)

    what = f"{decision}{' as enforced' if enforced_only else ''} in {view}, from {said[0]} to {said[1]},"
    return what, ask, lambda outcome: low <= outcome <= high


def _of_score(policy: ir.Policy, score: ScoreResult, id_: str) -> Question:
    def ask(world: Completion) -> Any:
        return world.reading().score(score.score, id_)

    return f"{score.score}, from {score.low} to {score.high},", ask, lambda said: score.low <= said <= score.high


def _of_rule(policy: ir.Policy, rule: ir.Rule, id_: str, truth: Truth) -> Question:
    def ask(world: Completion) -> bool:
        reading = world.reading()
        if rule.kind == "default" and reading.is_needless(rule, id_):
            raise NoAnswerError  # whether it is earned is asked only where nothing else concludes
        return reading.is_effective(rule, id_)

    return f"{rule.id}, {truth.name},", ask, lambda said: truth.may if said else not truth.must


def _of_term(policy: ir.Policy, decision: Decision, name: str, place: str | None) -> Question:
    """The values that a term surely and possibly has; None of the latter where it may have any."""
    type_, id_ = decision.subject
    reading = decision.settled.term(type_, name, place, id_)
    sure = {value for value, truth in reading.members.items() if truth is Truth.T}
    possible = None if reading.others is not Truth.F else set(reading.members)

    def ask(world: Completion) -> frozenset[Any]:
        return world.reading().term(type_, name, place, id_)

    def fits(said: frozenset[Any]) -> bool:
        return sure <= said and (possible is None or said <= possible)

    return f"{name} under {place}, {reading},", ask, fits
