"""What would lawfully make an answer milder: records that may be obtained, facts to find out, a day to wait for.

Nothing that is recorded is ever another: records that an authority may give are added, and the day moves forward. So
no other destination, party, use or day of the past can be offered, whatever a policy says. Each way was decided again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal, get_args

from licet.decide.dates import NO_DAY, is_past, own_day_of
from licet.decide.decision import Answer, Decision
from licet.decide.from_outcome import decide, decisions_of
from licet.decide.step_causes import StepCauses
from licet.decide.steps import steps as steps_over_time
from licet.errors import UsageError
from licet.explain.because import alone
from licet.explain.cone import Cone
from licet.explain.looked import Looked
from licet.explain.named import narrowed
from licet.explain.next_steps import Steps, steps
from licet.explain.obtained import Offer, offers
from licet.explain.units import FactUnit
from licet.facts.store import Facts, Subject
from licet.ir import policy as ir
from licet.ir.outcomes import places_asked
from licet.run.reference.interpreter import Interpreter
from licet.suggest import did_you_mean
from licet.values import Range, State

Audience = Literal["applicant", "reviewer"]
_LOOKED = timedelta(days=5 * 365)  # how far ahead a day is looked for


@dataclass(frozen=True, slots=True)
class Wait:
    """The first day from which an answer is within reach, if facts and law stay as they are, and what turns on it.

    `last` is the last such day; None where it lasts as long as was looked ahead.
    """

    on: date
    last: date | None
    must: str
    may: str
    because: StepCauses


@dataclass(frozen=True, slots=True)
class PlannedAnswer:
    """What would lawfully bring the answer of one decision in one jurisdiction to at most the outcome `to`.

    `answer` is how it stands now, `is_reached` whether that is at most `to` already; then there are no ways. `obtain`
    and `wait` fall short of `to` where nothing reaches it: then they bring the mildest answer that is certain.
    `find_out` has the least sets of things that settle the answer, and what to ask first. `hangs_on` are the declared
    facts of the subject without each of which less would be known.
    """

    answer: Answer
    to: str
    is_reached: bool
    obtain: tuple[Offer, ...]
    find_out: Steps
    wait: Wait | None
    hangs_on: tuple[FactUnit, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The answers about one subject that has not taken place, each with the ways to a milder one.

    `as_of` is the day on which somebody plans; `decision` is all that is decided now, on the day that governs.
    `audience` is who reads it: what each thing that is found out would bring is for reviewers alone.
    """

    subject: Subject
    as_of: date
    audience: Audience
    answers: tuple[PlannedAnswer, ...]
    decision: Decision = field(repr=False)


def plan(
    policy: ir.Policy,
    facts: Facts,
    subject: Subject,
    as_of: date,
    *,
    to: str | None = None,
    decision: str | None = None,
    jurisdictions: Sequence[str] = (),
    audience: str = "applicant",
) -> Plan:
    """The ways to at most the outcome `to` of each decision; without one, to the most lenient of each.

    Errors: `UsageError` for a subject that has taken place before `as_of`, and for a name that is not there.
    """
    if audience not in get_args(Audience):
        raise UsageError(f"a plan is read by an applicant or a reviewer, not by `{audience}`")
    day = own_day_of(policy, facts, subject)
    if day is not NO_DAY and is_past(day, as_of):
        when = f"by {day.high}" if isinstance(day, Range) else f"on {day}"
        raise UsageError(
            f"this happened {when}; see `licet explain`: a plan is for what has not taken place, "
            "and voluntary disclosure is for counsel"
        )
    wanted = _outcomes(policy, subject, to, decision, jurisdictions)
    (now,) = decide(policy, facts, [subject], as_of=as_of if day is NO_DAY else None, jurisdictions=jurisdictions)
    asked = narrowed(now, tuple(wanted))
    with asked.settled.turn:
        found = tuple(_planned(Looked(asked), wanted))
    return Plan(subject, as_of, audience, found, asked)  # type: ignore[arg-type] # one of the two


def _outcomes(
    policy: ir.Policy, subject: Subject, to: str | None, decision: str | None, jurisdictions: Sequence[str]
) -> dict[str, str]:
    """For each decision that is planned for, the outcome that is aimed at."""
    places = tuple(jurisdictions)
    known = {d.name: d for d in decisions_of(policy, subject.type) if places_asked(policy, d.name, places)}
    if not known:
        where = f" of {', '.join(jurisdictions)}" if jurisdictions else ""
        raise UsageError(f"no rule{where} decides anything about a {subject.type}: there is nothing to plan for")
    if decision is not None and decision not in known:
        raise UsageError(f"no decision about a {subject.type} is called `{decision}`; {_near(decision, known)}")
    chosen = [one for one in known.values() if decision in (None, one.name)]
    if to is None:
        return {one.name: one.outcomes[0] for one in chosen}
    having = {one.name: to for one in chosen if to in one.outcomes}
    if not having:
        outcomes = [outcome for one in chosen for outcome in one.outcomes]
        raise UsageError(f"{', '.join(one.name for one in chosen)} cannot be `{to}`; {_near(to, outcomes)}")
    return having


def _near(name: str, known: Iterable[str]) -> str:
    return did_you_mean(name, known) or f"known: {', '.join(known)}"


def _planned(looked: Looked, wanted: Mapping[str, str]) -> Iterator[PlannedAnswer]:
    decision = looked.decision
    policy = decision.settled.policy
    for cone, trials in zip(looked.cones, looked.trials, strict=True):
        answer = looked.answer(cone)
        if answer is None:
            continue
        chain, to = policy.decisions[answer.decision].outcomes, wanted[answer.decision]
        most = chain.index(to)
        is_reached = chain.index(answer.may) <= most
        own = sorted(_declared(decision, cone))
        needed = alone(cone, trials, own)
        yield PlannedAnswer(
            answer,
            to,
            is_reached,
            obtain=() if is_reached else offers(decision, answer, most) or offers(decision, answer),
            find_out=Steps((), (), (), searched=True) if is_reached else steps(decision, cone),
            wait=None if is_reached else _wait(decision, answer, most),
            hangs_on=tuple(unit for unit in own if unit in needed),
        )


def _declared(decision: Decision, cone: Cone) -> Iterator[FactUnit]:
    """What is read of the subject itself and recorded of it."""
    record = decision.settled.facts.record(decision.subject)
    for unit in cone.units:
        match unit:
            case FactUnit(type=type_, id=id_, field=field) if (type_, id_) == decision.subject:
                if not isinstance(record.get(field), State):
                    yield unit


# ---- waiting


def _wait(decision: Decision, answer: Answer, most: int) -> Wait | None:
    """Until the answer is at most the outcome at a place of the chain; else until the mildest that is certain."""
    first = decision.settled.as_of
    if not isinstance(first, date):
        return None
    policy, facts, subject = decision.settled.policy, decision.settled.facts, decision.subject
    last = first + min(_LOOKED, date.max - first)
    over_time = steps_over_time(policy, facts, [subject], first, last, [answer.jurisdiction])
    spans = list(next(one for one in over_time if one.decision == answer.decision).spans())
    found = [
        Interpreter(policy, facts, step.start).decision(answer.decision, answer.jurisdiction, subject)
        for step, _ in spans
    ]
    certain = [one.may for one in found[1:] if one.must == one.may < found[0].may]
    limit = most if any(one.may <= most for one in found[1:]) else min(certain, default=-1)
    within = [bounds.may <= limit for bounds in found]
    if True not in within[1:]:
        return None
    at = within.index(True, 1)
    end = within.index(False, at) if False in within[at:] else None
    chain = policy.decisions[answer.decision].outcomes
    return Wait(
        spans[at][0].start,
        None if end is None else spans[end - 1][1],
        chain[found[at].must],
        chain[found[at].may],
        spans[at][0].because,
    )
