"""What settles an open answer: the least that somebody has to find out, what to ask first, what need not be asked."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations
from typing import Any

from licet.decide.dates import date_of
from licet.decide.decision import Decision, Missing
from licet.decide.missing.telling import is_open
from licet.explain.completions import Completion, Completions, PossibleWorld
from licet.explain.cone import Cone
from licet.explain.named import unknowns
from licet.explain.obtained import Offer
from licet.explain.obtained import as_document as offers_as_document
from licet.explain.units import FactUnit
from licet.facts.store import Facts, Subject
from licet.ir import policy as ir
from licet.run.reference.interpreter import Interpreter
from licet.run.reference.settled import Settled
from licet.run.reference.unknown_values import T
from licet.values import Day, Range, Truth

_MOST_UNKNOWN = 8  # of one answer, to look for sets
_LARGEST = 3  # things to find out together
_MOST_TRIED = 300  # worlds of one answer
_MOST_WEIGHED = 30_000  # rules in all of them


@dataclass(frozen=True, slots=True)
class Settling:
    """Things that, once they are known, leave one outcome, whatever they turn out to be; and which outcomes these are.

    `cases` has which outcome each thing that they may turn out to be brings. Without `proved`, more values can be told
    apart than were tried.
    """

    unknown: tuple[Missing, ...]
    answers: tuple[Any, ...]  # as a document tells them
    proved: bool
    cases: tuple[tuple[tuple[Completion, ...], Any], ...]


@dataclass(frozen=True, slots=True)
class ToFindOut:
    """One thing to find out: in how many of the cases that were tried the answer is settled by it alone."""

    unknown: Missing
    settled: int
    tried: int


@dataclass(frozen=True, slots=True)
class Steps:
    """What can be found out about one answer. Without `searched` there was too much to try."""

    sets: tuple[Settling, ...]
    questions: tuple[ToFindOut, ...]
    idle: tuple[FactUnit, ...]
    searched: bool


def steps(decision: Decision, cone: Cone) -> Steps:
    """Nothing is asked of an answer of which nothing is open; what is not known of it is idle then."""
    question = cone.question
    unknown = unknowns(decision, question)
    idle = tuple(_idle(decision, cone, unknown))
    if question.is_settled(question.outcome(decision.settled, cone.subject)):
        return Steps((), (), idle, searched=True)
    search = _WorldSearch(decision, cone)
    choices = {m: Completions.of(decision.settled, question.place, m) for m in unknown}
    asked = {m: found for m, found in choices.items() if found.each}
    questions = tuple(sorted(search.questions(asked), key=_rank))
    sets = () if len(asked) > _MOST_UNKNOWN else tuple(search.least(asked))
    return Steps(sets, questions, idle, len(asked) <= _MOST_UNKNOWN and not search.spent)


def _rank(question: ToFindOut) -> tuple[Fraction, bool, Missing]:
    """Those first that settle more; facts before law, which only somebody who reads it can tell."""
    return Fraction(-question.settled, question.tried), question.unknown.law is not None, question.unknown


def _idle(decision: Decision, cone: Cone, unknown: Sequence[Missing]) -> Iterator[FactUnit]:
    """Facts that are read and not known, and that cannot change this answer."""
    wanted = {(m.of, m.fact) for m in unknown}
    facts = decision.settled.facts
    for unit in sorted((u for u in cone.units if isinstance(u, FactUnit)), key=str):
        if (
            is_open(facts.entities[unit.type][unit.id].get(unit.field))
            and ((unit.type, unit.id), unit.field) not in wanted
        ):
            yield unit


@dataclass
class _WorldSearch:
    """Decides one answer again in worlds in which more is known."""

    decision: Decision
    cone: Cone
    spent: bool = False  # more would have to be tried
    _known: dict[tuple[int, ...], Hashable | None] = field(default_factory=dict)

    @property
    def policy(self) -> ir.Policy:
        return self.decision.settled.policy

    def questions(self, asked: Mapping[Missing, Completions]) -> Iterator[ToFindOut]:
        for unknown, found in asked.items():
            outcomes = [self._outcome((one,)) for one in found.each]
            tried = [outcome for outcome in outcomes if outcome is not None]
            if tried:
                yield ToFindOut(unknown, sum(map(self.cone.question.is_settled, tried)), len(tried))

    def least(self, asked: Mapping[Missing, Completions]) -> Iterator[Settling]:
        """The sets of the least size that settle the answer."""
        for size in range(1, min(_LARGEST, len(asked)) + 1):
            found = [one for group in combinations(asked, size) if (one := self._settling(group, asked)) is not None]
            if found:
                yield from found
                return

    def _settling(self, group: tuple[Missing, ...], asked: Mapping[Missing, Completions]) -> Settling | None:
        cases: dict[tuple[Completion, ...], Hashable] = {}
        if not self._settles((), [asked[unknown].each for unknown in group], cases):
            return None
        question, subject = self.cone.question, self.cone.subject
        return Settling(
            group,
            question.in_short(self.policy, subject, set(cases.values())),
            proved=all(asked[unknown].exact for unknown in group),
            cases=tuple((told, question.in_short(self.policy, subject, [one])[0]) for told, one in cases.items()),
        )

    def _settles(
        self,
        told: tuple[Completion, ...],
        further: Sequence[tuple[Completion, ...]],
        cases: dict[tuple[Completion, ...], Hashable],
    ) -> bool:
        """Whether each completion leaves one outcome. What is settled stays so, whatever else is found out."""
        if told:
            found = self._outcome(told)
            if found is None:
                return False
            if self.cone.question.is_settled(found):
                cases[told] = found
                return True
        if not further:
            return False
        return all(self._settles((*told, one), further[1:], cases) for one in further[0])

    def _outcome(self, told: tuple[Completion, ...]) -> Hashable | None:
        """The outcome in a world; None where no more are tried."""
        key = tuple(map(id, told))
        if key not in self._known:
            if len(self._known) >= min(_MOST_TRIED, _MOST_WEIGHED // len(self.cone.nodes)):
                self.spent = True
                return None
            self._known[key] = self._decided(told)
        return self._known[key]

    def _decided(self, told: tuple[Completion, ...]) -> Hashable:
        settled, cone = self.decision.settled, self.cone
        world = PossibleWorld(settled.facts, {})
        for one in told:
            world = one.told(self.policy, world)
        day = settled.as_of
        if day is None or isinstance(day, Range):
            day = date_of(self.policy, world.facts, cone.subject, None, None)
        return cone.question.outcome(_GapRead(self.policy, world.facts, day, world.law), cone.subject)


class _GapRead(Interpreter):
    """Where somebody has read the law: a rule stands, or does not; a gap brings all that it may, or does not concern
    the case.
    """

    def __init__(self, policy: ir.Policy, facts: Facts, as_of: Day, law: Mapping[str, Truth]) -> None:
        super().__init__(policy, facts, as_of)
        self._law = law
        self._brings = {name for name, truth in law.items() if truth is T}

    def live(self, rule: ir.Rule) -> Truth:
        found = self._law.get(rule.id)
        return super().live(rule) if found is None else found

    def body(self, rule: ir.Rule, subject: Subject) -> Truth:
        return T if rule.is_open and rule.id in self._brings else super().body(rule, subject)

    def triggered(self, rule: ir.Rule, subject: Subject) -> Truth | None:
        return None if rule.id in self._brings else super().triggered(rule, subject)


# ---- as a document


def as_document(
    settled: Settled, cone: Cone, found: Steps, offered: Sequence[Offer], changes: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """The steps as `licet/explanation/2` has them; of `changes`, the first after which a milder answer is certain."""
    question, policy = cone.question, settled.policy
    now = question.answer_in_short(settled, cone.subject)
    milder = (change for change in changes if question.is_milder(policy, change["answer"], now))
    return {
        **question.key,
        "settle": [
            {
                "unknown": list(map(_key, settling.unknown)),
                "answers": list(settling.answers),
                "proved": settling.proved,
            }
            for settling in found.sets
        ],
        "questions": [
            {"unknown": _key(one.unknown), "settled": one.settled, "tried": one.tried} for one in found.questions
        ],
        "searched": found.searched,
        "obtain": offers_as_document(offered),
        "wait": next(milder, None),
        "idle": list(map(str, found.idle)),
    }


def _key(unknown: Missing) -> dict[str, Any]:
    """What is not known, as `missing` names it."""
    return {"of": {"type": unknown.of[0], "id": unknown.of[1]}, "fact": unknown.fact}
