"""What a part of an explanation is about: a decision in a jurisdiction, or a term as a jurisdiction's view reads it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from licet.decide.decision import Decision
from licet.facts.store import Subject
from licet.ir import policy as ir
from licet.ir.canonical import ordered
from licet.ir.outcomes import claims_in, outcome_of, read_by, rules_deciding
from licet.ir.strata import Name, Strata
from licet.ir.types import Kind
from licet.run.chain import Bounds
from licet.run.readings import F, SetReading, T, U
from licet.run.reference import Interpreter
from licet.values import Truth

KINDS = ("decision", "term")  # of questions, as the parts of a document are called
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

    @abstractmethod
    def shown(self, policy: ir.Policy, subject: Subject, outcome: Any) -> Any:
        """An outcome, as a document tells it."""

    @abstractmethod
    def phrase(self, policy: ir.Policy, subject: Subject) -> str:
        """What the vocabulary calls it."""

    def told(self, world: Interpreter, subject: Subject, announced: Interpreter | None) -> Hashable:  # noqa: ARG002
        """All that a claim may be about; `announced` is the world without what is not enforced, where it is another."""
        return self.outcome(world, subject)

    def decides(self, rule: ir.Rule, whole: Any) -> bool:
        """Whether a rule that is effective states the answer `whole`."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Told:
    """An answer, as far as a claim may be about it: places in the chain, and details in the decision's order."""

    must: int
    may: int
    details: tuple[str, ...]
    possible: tuple[str, ...]
    enforced: tuple[int, int]


@dataclass(frozen=True)
class OfDecision(Question):
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

    def phrase(self, policy: ir.Policy, subject: Subject) -> str:  # noqa: ARG002
        return policy.decisions[self.name].phrase

    def told(self, world: Interpreter, subject: Subject, announced: Interpreter | None) -> Told:
        found = world.decision(self.name, self.place, subject)
        without = found if announced is None else announced.decision(self.name, self.place, subject)
        details, possible = self._details(world, subject, found)
        return Told(found.must, found.may, details, possible, (without.must, without.may))

    def _details(self, world: Interpreter, subject: Subject, found: Bounds) -> tuple[tuple[str, ...], tuple[str, ...]]:
        sure: set[str] = set()
        perhaps: set[str] = set()
        for rule, _ in claims_in(world.policy, self.name, self.place):
            for effect in rule.effects:
                if isinstance(effect, ir.HasOutcome) and effect.details and effect.decision == self.name:
                    effective = world.weighed(rule, subject).effective
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

    def phrase(self, policy: ir.Policy, subject: Subject) -> str:
        return policy.entities[subject.type].fields[self.name].phrase

    def decides(self, rule: ir.Rule, whole: object) -> bool:  # noqa: ARG002
        return any(isinstance(e, ir.TermHolds | ir.TermValue) and e.term == self.name for e in rule.effects)


def read(found: SetReading) -> tuple[frozenset[tuple[str, Truth]], Truth]:
    """What is known of every value: two readings that say the same are the same."""
    named = {(str(value), truth) for value, truth in found.members.items() if truth is not found.others}
    return frozenset(named), found.others


def questions(decision: Decision) -> Iterator[Question]:
    """What is asked: the decisions, in the order of their answers, and then the terms that were asked for by name."""
    policy = decision.settled.policy
    for answer in decision.answers:
        yield OfDecision(answer.decision, answer.jurisdiction)
    for term in sorted(terms_of(policy, decision.subject.type) & set(decision.asked_names)):
        yield from (
            OfTerm(term, place)
            for place in places_concluding(policy, decision.subject.type, term, decision.asked_places)
        )


def as_read(decision: Decision) -> Mapping[str, date]:
    """For each authority that the asked rules cite, or exceptions to them: the first day as of which it was read."""
    policy = decision.settled.policy
    rules = [rule.id for question in questions(decision) for rule in question.roots(policy, decision.subject)]
    rules += [exception for rule in rules for exception in Strata.of(policy).exceptions_to(rule)]
    return read_by(policy, (policy.rules[rule] for rule in rules))


def names_about(policy: ir.Policy, type_: str) -> set[str]:
    """All that can be asked for by name of a thing."""
    return decisions_about(policy, type_) | terms_of(policy, type_)


def terms_of(policy: ir.Policy, type_: str) -> set[str]:
    """What rules may conclude of a thing."""
    return {name for name, field in policy.entities[type_].fields.items() if field.derived}


def decisions_about(policy: ir.Policy, type_: str) -> set[str]:
    """The decisions about a thing of which a rule states an outcome."""
    return {d.name for d in policy.decisions.values() if d.entity == type_ and rules_deciding(policy)[d.name]}


def places_concluding(policy: ir.Policy, type_: str, term: str, asked: Sequence[str] = ()) -> tuple[str, ...]:
    """The jurisdictions of which a rule concludes a term; without any, the common one. Of some alone, where asked."""
    names = [name for name in Strata.of(policy).concluders if name[:3] == ("term", type_, term)]
    places = sorted({name.jurisdiction for name in names} - {""}) or [ir.COMMON]
    return tuple(place for place in places if not asked or place in (*asked, ir.COMMON))


def narrowed(decision: Decision, names: Sequence[str]) -> Decision:
    """The same without answers, scores and duties that were not asked for by name, and what narrows only those."""
    asked = set(names)
    missing = []
    for one in decision.missing:
        answers = tuple(view for view in one.answers if view[0] in asked)
        decides = tuple(name for name in one.decides if name in asked)
        if answers or decides:
            missing.append(replace(one, answers=answers, decides=decides))
    told = {one.of[1] for one in missing}
    is_decided = not asked.isdisjoint(one.decision for one in decision.answers)
    return replace(
        decision,
        asked_names=tuple(sorted(asked)),
        answers=tuple(one for one in decision.answers if one.decision in asked),
        overall=tuple(one for one in decision.overall if one.decision in asked),
        scores=tuple(one for one in decision.scores if one.score in asked),
        obligations=tuple(one for one in decision.obligations if one.rule in asked),
        missing=tuple(missing),
        not_encoded=tuple(one for one in decision.not_encoded if one.gap in told),
        assumptions=decision.assumptions if is_decided else (),
        unverified=decision.unverified if is_decided else (),
    )
