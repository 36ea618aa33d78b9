"""What happened to answers between two runs: events, each with how the answer moved."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import pyarrow as pa

from licet.changes.causes.causes import Causes, MovedAnswer
from licet.changes.moves import Certainty, Direction, OutcomeRange, certainty, comparable, direction
from licet.changes.watch.answers import HOLDS, answers_in
from licet.decide.dates import own_day_of
from licet.decide.steps import AnswerOnDay, Answers
from licet.facts.store import Facts, Subject
from licet.ir import policy as ir
from licet.ir.outcomes import outcome_of

EventKind = Literal["new", "gone", "changed", "settled", "reopened", "corrected", "reasons"]
MOVED: tuple[EventKind, ...] = ("changed", "settled", "reopened", "corrected")
Given = Mapping[tuple[Subject, str], Answers]


@dataclass(frozen=True, slots=True)
class AnswerMove:
    """How an answer moved, in one jurisdiction or overall: the answer, what is enforced of it alone, or its details."""

    what: Literal["answer", "enforced", "details"]
    jurisdiction: str
    old: tuple[str, str]
    new: tuple[str, str]
    direction: Direction
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Event:
    """Of what is new there is no answer `before`, of what is gone none `after`; `moves` has the overall one first."""

    kind: EventKind
    subject: Subject
    decision: str
    before: Answers | None
    after: Answers | None
    moves: tuple[AnswerMove, ...] = ()
    rules: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())  # that stated the outcome, where these alone are others
    causes: Causes | None = None
    since: int | None = None  # the snapshot that had this answer last, where it is back

    @property
    def moved(self) -> MovedAnswer | None:
        """What causes are looked for."""
        if self.kind not in MOVED:
            return None
        assert self.before is not None
        assert self.after is not None
        return MovedAnswer(self.subject, self.decision, self.before, self.after)


def decisions_not_compared(old: ir.Policy, new: ir.Policy) -> Mapping[str, str]:
    """Why, by decision."""
    return {name: why for name in {**old.decisions, **new.decisions} if (why := comparable(old, new, name))}


def events(
    policies: tuple[ir.Policy, ir.Policy],
    tables: tuple[pa.Table, pa.Table],
    past: Collection[Subject],
    *,
    reasons: Mapping[str, str] | None = None,
) -> Iterator[Event]:
    """What is not the same, in the order of the run of today; then what is gone.

    `past` are subjects that were decided on a past day of their own, both times. `reasons` are the rules of today by
    what they were called; without it an answer that is the same for another reason is no event.
    """
    old, new = (answers_in(table, policy) for table, policy in zip(tables, policies, strict=True))
    apart = decisions_not_compared(*policies)
    stating = (
        None if reasons is None else (_stating(tables[0], policies[0], reasons), _stating(tables[1], policies[1], {}))
    )
    for (subject, decision), after in new.items():
        if decision in apart:
            continue
        before = old.get((subject, decision))
        if before is None:
            yield Event("new", subject, decision, None, after)
        elif moves := tuple(_moves(policies[1].decisions[decision], before, after)):
            yield Event(_kind(moves[0], is_past=subject in past), subject, decision, before, after, moves)
        elif stating is not None and (rules := tuple(_of(s, subject, decision) for s in stating))[0] != rules[1]:
            yield Event("reasons", subject, decision, before, after, rules=(rules[0], rules[1]))
    for (subject, decision), before in old.items():
        if decision not in apart and (subject, decision) not in new:
            yield Event("gone", subject, decision, before, None)


def _moves(decision: ir.Decision, before: Answers, after: Answers) -> Iterator[AnswerMove]:
    """Overall, then by the jurisdictions that have an answer both times."""
    places = {one.jurisdiction: one for one in before}
    for now in after:
        was = places.get(now.jurisdiction)
        if was is not None and was != now and (move := _move(decision, was, now)) is not None:
            yield move


def _move(decision: ir.Decision, was: AnswerOnDay, now: AnswerOnDay) -> AnswerMove | None:
    place = now.jurisdiction or "overall"
    what: Literal["answer", "enforced", "details"] = "details"
    old, new = (was.must, was.may), (now.must, now.may)
    if old != new:
        what = "answer"
    elif was.enforced != now.enforced:
        what, old, new = "enforced", was.enforced, now.enforced
    ranges = [OutcomeRange(*map(decision.outcomes.index, ends)) for ends in (old, new)]
    return AnswerMove(what, place, old, new, direction(*ranges), certainty(*ranges))


def _kind(move: AnswerMove, *, is_past: bool) -> EventKind:
    if is_past:
        return "corrected"
    was_open, is_open = move.old[0] != move.old[1], move.new[0] != move.new[1]
    if was_open == is_open:
        return "changed"
    return "reopened" if is_open else "settled"


def brought_back(event: Event, earlier: Iterable[tuple[int, Given]]) -> int | None:
    """The last of earlier snapshots in which the answer was what it is again; `earlier` has the last one first."""
    for number, given in earlier:
        if given.get((event.subject, event.decision)) == event.after:
            return number
    return None


# ---- reasons

_Stated = Mapping[tuple[Subject, str], tuple[str, ...]]


def _stating(table: pa.Table, policy: ir.Policy, called: Mapping[str, str]) -> _Stated:
    """The rules that hold and state an outcome of a decision, by what they are called today."""
    found: dict[tuple[Subject, str], list[str]] = {}
    columns = (table.column(name).to_pylist() for name in ("type", "id", HOLDS))
    for type_, id_, rules in zip(*columns, strict=True):
        for rule in rules or ():
            for decision in policy.decisions:
                if rule in policy.rules and outcome_of(policy.rules[rule], decision) is not None:
                    found.setdefault((Subject(type_, id_), decision), []).append(called.get(rule, rule))
    return {key: tuple(sorted(rules)) for key, rules in found.items()}


def _of(stated: _Stated, subject: Subject, decision: str) -> tuple[str, ...]:
    return stated.get((subject, decision), ())


# ---- what `--fail-on` names


def is_named(event: Event, wanted: str) -> bool:
    """Whether an event is one that a run is to fail on."""
    match wanted:
        case "any":
            return event.kind != "reasons"
        case "reopened":
            return event.kind == "reopened"
        case "details":
            return any(move.what == "details" for move in event.moves)
        case "open":
            return any(move.what != "details" and move.certainty == "less" for move in event.moves)
        case _:
            return any(move.what != "details" and move.direction == wanted for move in event.moves)


def made(policy: ir.Policy, facts: Facts, last: date, among: Iterable[Subject]) -> Iterator[Subject]:
    """Those that a day of their own governs which was past at the last run: time passes for none of them."""
    for subject in among:
        day = own_day_of(policy, facts, subject)
        if isinstance(day, date) and day <= last:
            yield subject
