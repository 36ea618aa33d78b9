"""What a part of an explanation is about: a decision in a jurisdiction, or a term as a jurisdiction's view reads it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

from licet.decide.decision import Decision
from licet.facts.store import Subject
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.canonical import ordered
from licet.ir.effects import acts, is_about, points_added
from licet.ir.outcomes import claims_in, details_in, duties_of, outcome_of, points_for, read_by, rules_deciding
from licet.ir.strata import Name, Strata
from licet.ir.types import Kind
from licet.run.reference.bounds import Bounds
from licet.run.reference.interpreter import Interpreter
from licet.run.reference.settled import factors_in, sum_of
from licet.run.reference.unknown_values import NOTHING, Bounded, F, SetReading, T, U
from licet.values import Truth

Announced = Callable[[], Interpreter]  # the world without what is announced as not enforced, where that is another
KINDS = ("decision", "term", "score", "obligation")  # of questions, as the parts of a document are called
TRUTHS = {T: "true", U: "unknown", F: "false"}


class Question(ABC):
    """Of one subject; `name` is that of the decision or the term, `place` a jurisdiction or `common`."""

    kind: str
    name: str
    place: str
    is_enforced = False  # whether what is announced as not enforced makes an answer of its own

    @property
    def key(self) -> dict[str, str]:
        """What a document calls the part."""
        return {self.kind: self.name, "jurisdiction": self.place}

    @abstractmethod
    def roots(self, policy: ir.Policy, subject: Subject) -> Sequence[ir.Rule]:
        """The rules that state an answer."""

    @abstractmethod
    def outcome(self, world: Interpreter, subject: Subject) -> Hashable:
        """The answer in a world, as far as acts and other days are told of it."""

    def answer(self, world: Interpreter, subject: Subject) -> Any:
        """The answer in a world, as a document tells it."""
        return self.answer_in_short(world, subject)

    def answer_in_short(self, world: Interpreter, subject: Subject) -> Any:
        """The same, as acts and other days tell it."""
        return self.shown(world.policy, subject, self.outcome(world, subject))

    def operands(self, rule: ir.Rule) -> Iterator[tuple[str, n.Operand]]:  # noqa: ARG002
        """What an answer reads of a rule that states it besides its condition and the terms that it concludes."""
        return iter(())

    @abstractmethod
    def shown(self, policy: ir.Policy, subject: Subject, outcome: Any) -> Any:
        """An outcome, as a document tells it."""

    @abstractmethod
    def is_settled(self, outcome: Any) -> bool:
        """Whether nothing of an outcome is open."""

    def in_short(self, policy: ir.Policy, subject: Subject, outcomes: Iterable[Any]) -> tuple[Any, ...]:
        """Outcomes of which nothing is open, each once, in order."""
        told = {str(found): found for found in (self.shown(policy, subject, one) for one in outcomes)}
        return tuple(told[text] for text in sorted(told))

    def is_milder(self, policy: ir.Policy, later: Any, now: Any) -> bool:  # noqa: ARG002
        """Whether one is certain, and milder than the gravest possible one now, as a document has both; no term is."""
        return False

    @abstractmethod
    def phrase(self, policy: ir.Policy, subject: Subject) -> str:
        """What the vocabulary calls it."""

    def told(self, world: Interpreter, subject: Subject, announced: Announced | None) -> Hashable:  # noqa: ARG002
        """All that a claim may be about."""
        return self.outcome(world, subject)

    @abstractmethod
    def decides(self, rule: ir.Rule, whole: Any) -> bool:
        """Whether a rule that is effective states the answer `whole`."""


@dataclass(frozen=True, eq=False)
class Told:
    """An answer, as far as a claim may be about it: places in the chain, and details in the decision's order."""

    must: int
    may: int
    details: tuple[str, ...]
    possible: tuple[str, ...]
    _enforced: Callable[[], Bounds] = field(repr=False)

    @cached_property
    def enforced(self) -> tuple[int, int]:
        """The places without what is announced as not enforced: decided where somebody asks."""
        found = self._enforced()
        return found.must, found.may

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Told) and self._answer == other._answer and self.enforced == other.enforced

    def __hash__(self) -> int:
        return hash(self._answer)

    @property
    def _answer(self) -> tuple[int, int, tuple[str, ...], tuple[str, ...]]:
        return self.must, self.may, self.details, self.possible


@dataclass(frozen=True)
class OfDecision(Question):
    """An answer of a decision in one jurisdiction: its bounds, details, and what is enforced of it."""

    name: str
    place: str
    kind = "decision"
    is_enforced = True

    def roots(self, policy: ir.Policy, subject: Subject) -> Sequence[ir.Rule]:  # noqa: ARG002
        return [rule for rule, _ in claims_in(policy, self.name, self.place)]

    def outcome(self, world: Interpreter, subject: Subject) -> tuple[int, int]:
        found = world.decision(self.name, self.place, subject)
        return found.must, found.may

    def shown(self, policy: ir.Policy, subject: Subject, outcome: tuple[int, int]) -> list[str]:  # noqa: ARG002
        chain = policy.decisions[self.name].outcomes
        return [chain[end] for end in outcome]

    def is_settled(self, outcome: tuple[int, int]) -> bool:
        return outcome[0] == outcome[1]

    def in_short(self, policy: ir.Policy, subject: Subject, outcomes: Iterable[tuple[int, int]]) -> tuple[str, ...]:
        return tuple(self.shown(policy, subject, one)[0] for one in sorted(outcomes))

    def is_milder(self, policy: ir.Policy, later: list[str], now: list[str]) -> bool:
        chain = policy.decisions[self.name].outcomes
        return later[0] == later[1] and chain.index(later[1]) < chain.index(now[1])

    def phrase(self, policy: ir.Policy, subject: Subject) -> str:  # noqa: ARG002
        return policy.decisions[self.name].phrase

    def told(self, world: Interpreter, subject: Subject, announced: Announced | None) -> Told:
        found = world.decision(self.name, self.place, subject)
        details, possible = self._details(world, subject, found)

        def enforced() -> Bounds:
            return found if announced is None else announced().decision(self.name, self.place, subject)

        return Told(found.must, found.may, details, possible, enforced)

    def _details(self, world: Interpreter, subject: Subject, found: Bounds) -> tuple[tuple[str, ...], tuple[str, ...]]:
        sure: set[str] = set()
        perhaps: set[str] = set()
        for rule, effect in details_in(world.policy, self.name, self.place):
            effective = world.result(rule, subject).effective
            if effective is T and effect.outcome == found.must:
                sure |= set(effect.details)
            elif effective is not F and found.must <= effect.outcome <= found.may:
                perhaps |= set(effect.details)
        declared = world.policy.decisions[self.name].details
        return tuple(d for d in declared if d in sure), tuple(d for d in declared if d in perhaps - sure)

    def decides(self, rule: ir.Rule, whole: Told) -> bool:
        return outcome_of(rule, self.name) == whole.must


@dataclass(frozen=True)
class OfTerm(Question):
    """The answer is the truth of every value: those that have another than all values that are not named."""

    name: str
    place: str
    kind = "term"

    @property
    def view(self) -> str | None:
        return None if self.place == ir.COMMON else self.place

    def roots(self, policy: ir.Policy, subject: Subject) -> Sequence[ir.Rule]:
        concluders = Strata.of(policy).concluders
        places = sorted({self.view or "", ""})
        return [r for p in places for r in concluders.get(Name("term", subject.type, self.name, p), ())]

    def outcome(self, world: Interpreter, subject: Subject) -> tuple[frozenset[tuple[str, Truth]], Truth]:
        return read(world.term(subject.type, self.name, self.view, subject.id))

    def shown(self, policy: ir.Policy, subject: Subject, outcome: tuple[frozenset[tuple[str, Truth]], Truth]) -> Any:
        members, others = outcome
        if policy.entities[subject.type].fields[self.name].type.kind is Kind.BOOLEAN:
            return TRUTHS[dict(members).get(str(True), others)]
        return {"members": ordered({v: TRUTHS[truth] for v, truth in members}), "others": TRUTHS[others]}

    def is_settled(self, outcome: tuple[frozenset[tuple[str, Truth]], Truth]) -> bool:
        members, others = outcome
        return others is not U and all(truth is not U for _, truth in members)

    def phrase(self, policy: ir.Policy, subject: Subject) -> str:
        return policy.entities[subject.type].fields[self.name].phrase

    def decides(self, rule: ir.Rule, whole: object) -> bool:  # noqa: ARG002
        return is_about(rule.effects, "term", self.name)


@dataclass(frozen=True)
class OfScore(Question):
    """The answer is the least and the most that it may be; nothing of a score belongs to one jurisdiction."""

    name: str
    place: str = ir.COMMON
    kind = "score"

    def roots(self, policy: ir.Policy, subject: Subject) -> Sequence[ir.Rule]:  # noqa: ARG002
        return list(dict.fromkeys(rule for rule, _ in points_for(policy, self.name)))

    def operands(self, rule: ir.Rule) -> Iterator[tuple[str, n.Operand]]:
        for effect in points_added(rule.effects, self.name):
            if effect.per is not None:
                yield self.name, effect.per

    def outcome(self, world: Interpreter, subject: Subject) -> tuple[str, str]:
        found = sum_of(world.policy, self.name, factors_in(world, self.name, subject))
        return str(found.low), str(found.high)

    def shown(self, policy: ir.Policy, subject: Subject, outcome: tuple[str, str]) -> list[str]:  # noqa: ARG002
        return list(outcome)

    def is_settled(self, outcome: tuple[str, str]) -> bool:
        return outcome[0] == outcome[1]

    def in_short(self, policy: ir.Policy, subject: Subject, outcomes: Iterable[tuple[str, str]]) -> tuple[Any, ...]:
        return tuple(self.shown(policy, subject, one) for one in sorted(outcomes, key=lambda one: Fraction(one[0])))

    def is_milder(self, policy: ir.Policy, later: list[str], now: list[str]) -> bool:  # noqa: ARG002
        return later[0] == later[1] and Fraction(later[1]) < Fraction(now[1])

    def answer(self, world: Interpreter, subject: Subject) -> dict[str, Any]:
        factors: dict[str, list[list[str | None]]] = {}
        for rule, points in factors_in(world, self.name, subject):
            factors.setdefault(rule.id, []).append([None if end is None else str(end) for end in points])
        low, high = self.outcome(world, subject)
        return {"low": low, "high": high, "factors": factors}

    def phrase(self, policy: ir.Policy, subject: Subject) -> str:  # noqa: ARG002
        return policy.scores[self.name].phrase

    def decides(self, rule: ir.Rule, whole: object) -> bool:  # noqa: ARG002
        return is_about(rule.effects, "score", self.name)


@dataclass(frozen=True)
class OfObligation(Question):
    """The answer is whether a rule obliges, whom, and by or until when; `name` is the rule."""

    name: str
    place: str
    kind = "obligation"

    def roots(self, policy: ir.Policy, subject: Subject) -> Sequence[ir.Rule]:  # noqa: ARG002
        return [policy.rules[self.name]]

    def operands(self, rule: ir.Rule) -> Iterator[tuple[str, n.Operand]]:
        for act in acts(rule.effects) if rule.id == self.name else ():
            yield "who", act.bearer
            if act.deadline is not None:
                yield "when", act.deadline

    def outcome(self, world: Interpreter, subject: Subject) -> tuple[Truth, tuple[tuple[object, object], ...]]:
        rule = world.policy.rules[self.name]
        truth = world.result(rule, subject).effective
        env = {rule.variable: subject.id}
        found = () if truth is F else acts(rule.effects)
        read = world.formulas.read
        return truth, tuple(
            (_who(read(e.bearer, env)), None if e.deadline is None else _when(read(e.deadline, env))) for e in found
        )

    def shown(
        self,
        policy: ir.Policy,
        subject: Subject,  # noqa: ARG002
        outcome: tuple[Truth, tuple[tuple[object, object], ...]],
    ) -> dict[str, Any]:
        effects = acts(policy.rules[self.name].effects)
        nobody = {"state": "not_applicable"}
        duties = []
        for effect, (who, when) in zip(effects, outcome[1], strict=False):
            told = {"who": nobody if who is NOTHING else who, "modal": effect.modal, "act": effect.act}
            day = when if when is None else nobody if when is NOTHING else day_shown(*when)  # type: ignore[misc]
            duties.append({**told, "deadline": effect.deadline_kind and {"kind": effect.deadline_kind, "day": day}})
        return {"holds": TRUTHS[outcome[0]], "duties": duties}

    def is_settled(self, outcome: tuple[Truth, tuple[tuple[object, object], ...]]) -> bool:
        truth, duties = outcome
        return truth is not U and all(who is not None and _is_day(when) for who, when in duties)

    def in_short(
        self,
        policy: ir.Policy,  # noqa: ARG002
        subject: Subject,  # noqa: ARG002
        outcomes: Iterable[tuple[Truth, tuple[tuple[object, object], ...]]],
    ) -> tuple[str, ...]:
        """Whom it binds and until when is another in each case: it is told whether it binds at all."""
        return tuple(sorted({TRUTHS[truth] for truth, _ in outcomes}))

    def is_milder(self, policy: ir.Policy, later: Mapping[str, Any], now: Mapping[str, Any]) -> bool:  # noqa: ARG002
        return bool(later["holds"] == "false" != now["holds"])

    def phrase(self, policy: ir.Policy, subject: Subject) -> str:  # noqa: ARG002
        rule = policy.rules[self.name]
        return rule.title or rule.called

    def decides(self, rule: ir.Rule, whole: object) -> bool:  # noqa: ARG002
        return rule.id == self.name


def _who(found: object) -> object:
    return found if found is NOTHING or isinstance(found, str) else None


def _when(found: Any) -> object:
    """The first and the last day that it may be, None where nobody knows; or that it is not applicable."""
    if found is NOTHING:
        return NOTHING
    ends = (found.low, found.high) if isinstance(found, Bounded) else (found, found)
    return tuple(end if isinstance(end, date) else None for end in ends)


def _is_day(found: object) -> bool:
    """Whether it is one day, or none."""
    return not isinstance(found, tuple) or (found[0] == found[1] is not None)


def day_shown(low: date | None, high: date | None) -> Any:
    """A day, or the ends of it that are known; None where neither is."""
    if low == high:
        return None if low is None else str(low)
    return {name: str(end) for name, end in (("at_least", low), ("at_most", high)) if end is not None}


def read(found: SetReading) -> tuple[frozenset[tuple[str, Truth]], Truth]:
    """What is known of every value: two readings that say the same are the same."""
    named = {(str(value), truth) for value, truth in found.members.items() if truth is not found.others}
    return frozenset(named), found.others


def questions(decision: Decision) -> Iterator[Question]:
    """What is asked: the decisions, in the order of their answers, and then what was asked for by name."""
    policy = decision.settled.policy
    for answer in decision.answers:
        yield OfDecision(answer.decision, answer.jurisdiction)
    for term in sorted(terms_of(policy, decision.subject.type) & set(decision.asked_names)):
        yield from (
            OfTerm(term, place)
            for place in places_concluding(policy, decision.subject.type, term, decision.asked_places)
        )
    yield from (OfScore(name) for name in sorted(scores_of(policy, decision.subject.type) & set(decision.asked_names)))
    for name in sorted(obligations_of(policy, decision.subject.type) & set(decision.asked_names)):
        place = policy.rules[name].jurisdiction or ir.COMMON
        if not decision.asked_places or place in (*decision.asked_places, ir.COMMON):
            yield OfObligation(name, place)


def as_read(decision: Decision) -> Mapping[str, date]:
    """For each authority that the asked rules cite, or exceptions to them: the first day as of which it was read."""
    policy = decision.settled.policy
    rules = [rule.id for question in questions(decision) for rule in question.roots(policy, decision.subject)]
    rules += [exception for rule in rules for exception in Strata.of(policy).exceptions_to(rule)]
    return read_by(policy, (policy.rules[rule] for rule in rules))


def names_about(policy: ir.Policy, type_: str) -> Mapping[str, str]:
    """What can be asked for of a thing, by what somebody may call it: an obligation also by its rule's short name."""
    obligations = obligations_of(policy, type_)
    named = {name: name for name in obligations | decisions_about(policy, type_) | terms_of(policy, type_)}
    named |= {name: name for name in scores_of(policy, type_)}
    return {**{policy.rules[id_].called: id_ for id_ in sorted(obligations)}, **named}


def terms_of(policy: ir.Policy, type_: str) -> set[str]:
    """What rules may conclude of a thing."""
    return {name.name for name in Strata.of(policy).concluders if name[:2] == ("term", type_)}


def scores_of(policy: ir.Policy, type_: str) -> set[str]:
    """The scores of a thing to which a rule adds."""
    return {name for name, score in policy.scores.items() if score.entity == type_ and points_for(policy, name)}


def obligations_of(policy: ir.Policy, type_: str) -> set[str]:
    """The rules that oblige somebody to something for a thing."""
    return {rule.id for rule, _ in duties_of(policy, type_)}


def decisions_about(policy: ir.Policy, type_: str) -> set[str]:
    """The decisions about a thing of which a rule states an outcome."""
    return {d.name for d in policy.decisions.values() if d.entity == type_ and rules_deciding(policy)[d.name]}


def places_concluding(policy: ir.Policy, type_: str, term: str, asked: Sequence[str] = ()) -> tuple[str, ...]:
    """The jurisdictions of which a rule concludes a term; without any, the common one. Of some alone, where asked."""
    names = [name for name in Strata.of(policy).concluders if name[:3] == ("term", type_, term)]
    places = sorted({name.jurisdiction for name in names} - {""}) or [ir.COMMON]
    return tuple(place for place in places if not asked or place in (*asked, ir.COMMON))
