"""What was asked for by name alone, and what keeps each of it open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from licet.decide.decision import Decision, Missing
from licet.decide.grounds.laws import law_of
from licet.decide.missing.trace import FactKey, MissingFacts
from licet.explain.questions import OfObligation, OfTerm, Question, questions
from licet.run.reference.unknown_values import F


def narrowed(decision: Decision, names: Sequence[str]) -> Decision:
    """The same without answers, scores and duties that were not asked for by name, and what narrows only those; with
    what keeps the terms and obligations open that were.
    """
    asked = set(names)
    found = replace(
        decision,
        asked_names=tuple(sorted(asked)),
        answers=tuple(one for one in decision.answers if one.decision in asked),
        overall=tuple(one for one in decision.overall if one.decision in asked),
        scores=tuple(one for one in decision.scores if one.score in asked),
        obligations=tuple(one for one in decision.obligations if one.rule in asked),
    )
    missing = tuple(_missing(decision, asked, questions(found)))
    told = {one.of[1] for one in missing}
    is_decided = bool(found.answers)
    return replace(
        found,
        missing=missing,
        not_encoded=tuple(one for one in decision.not_encoded if one.gap in told),
        assumptions=decision.assumptions if is_decided else (),
        unverified=decision.unverified if is_decided else (),
    )


def unknowns(decision: Decision, question: Question) -> list[Missing]:
    """What of that which is missing keeps one answer open."""
    if question.kind == "decision":
        return [one for one in decision.missing if (question.name, question.place) in one.answers]
    return [one for one in decision.missing if question.name in one.decides]


def _missing(decision: Decision, asked: set[str], about: Iterable[Question]) -> Iterator[Missing]:
    """In the order of what is missing of a decision."""
    found: dict[FactKey, Missing] = {}
    for one in decision.missing:
        answers = tuple(view for view in one.answers if view[0] in asked)
        decides = tuple(name for name in one.decides if name in asked)
        if answers or decides:
            found[one.of, one.fact, one.state] = replace(one, answers=answers, decides=decides)
    policy = decision.settled.policy
    with decision.settled.turn:
        for question in about:
            for key in _traced(decision, question):
                of, fact, state = key
                owner = policy.entities.get(of[0])
                ask = owner.fields[fact].absent if owner and fact in owner.fields else ""
                known = found.get(key) or Missing(of, fact, state, (), ask, law_of(policy, key))
                found[key] = replace(known, decides=tuple(dict.fromkeys((*known.decides, question.name))))
    yield from (found[key] for key in sorted(found))


def _traced(decision: Decision, question: Question) -> Iterable[FactKey]:
    """What keeps a term or an obligation open: of decisions and scores it is known."""
    settled, subject = decision.settled, decision.subject
    is_traced = isinstance(question, OfTerm | OfObligation)
    if not is_traced or question.is_settled(question.outcome(settled, subject)):
        return ()
    trace = MissingFacts(settled)
    rules = question.roots(settled.policy, subject)
    trace.from_rules(rules, subject, question.name if isinstance(question, OfTerm) else "")
    for rule in rules:
        if settled.result(rule, subject).effective is not F:
            for _, operand in question.operands(rule):
                trace.from_members(operand, rule.variable, subject)
    return trace.found
