"""Answers as a function of the day: each is decided only on days on which something that it read may read otherwise.

The day is asked for as `--as-of` asks for it: as if on each day, whatever day governs a subject itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import zip_longest

from licet.decide.from_outcome import decisions_of, details_of
from licet.decide.step_causes import StepCauses, because
from licet.facts.store import Facts, Subject
from licet.ir import policy as ir
from licet.ir.outcomes import places_asked
from licet.run.reference import bounds
from licet.run.reference.clock import Cause, Horizon, nearer
from licet.run.reference.held_back import Held, HeldBack
from licet.run.reference.interpreter import Interpreter
from licet.run.reference.kinetic import Kinetic


@dataclass(frozen=True, slots=True)
class AnswerOnDay:
    """A decision in one jurisdiction; without one, the gravest over those that were asked."""

    jurisdiction: str | None
    must: str
    may: str
    enforced: tuple[str, str]  # the same without rules that are announced as not enforced
    details: tuple[str, ...] = ()
    possible_details: tuple[str, ...] = ()


Answers = tuple[AnswerOnDay, ...]  # overall, then by jurisdiction


@dataclass(frozen=True, slots=True)
class Stretch:
    """The answers from a day on, and why they are others than before; of the first day, nothing."""

    start: date
    answers: Answers
    because: StepCauses


@dataclass(frozen=True, slots=True)
class OverTime:
    """A decision about a subject from a first to a last day; `tried` is on how many of them it was decided."""

    subject: Subject
    decision: str
    first: date
    last: date
    steps: tuple[Stretch, ...]
    tried: int

    def spans(self) -> Iterator[tuple[Stretch, date]]:
        """Each step with its last day."""
        for step, after in zip_longest(self.steps, self.steps[1:]):
            yield step, self.last if after is None else after.start - timedelta(days=1)


def steps(
    policy: ir.Policy,
    facts: Facts,
    subjects: Iterable[Subject],
    first: date,
    last: date,
    jurisdictions: Sequence[str] = (),
) -> tuple[OverTime, ...]:
    """Every decision about each subject, on every day from the first to the last.

    All share what is concluded, from day to day as long as it stays.
    """
    asked = [(subject, decision) for subject in subjects for decision in decisions_of(policy, subject.type)]
    asked = [(s, decision) for s, decision in asked if places_asked(policy, decision.name, tuple(jurisdictions))]
    found: list[list[Stretch]] = [[] for _ in asked]
    tried = [0] * len(asked)
    due: dict[date, dict[int, frozenset[Cause]]] = {first: dict.fromkeys(range(len(asked)), frozenset())}
    worlds = _Worlds(policy, facts, first, last, jurisdictions)
    while due:
        today = min(due)
        worlds.advance(today)
        for place, turned in due.pop(today).items():
            answers, horizon = worlds.answers(*asked[place])
            tried[place] += 1
            if not found[place]:
                found[place].append(Stretch(today, answers, StepCauses()))
            elif (before := found[place][-1].answers) != answers:
                held_back = partial(worlds.held_back, *asked[place])
                why = because(asked[place][0], turned, before, answers, held_back)
                found[place].append(Stretch(today, answers, why))
            if today < horizon.until <= last:  # after the last day that there is nothing turns
                due.setdefault(horizon.until, {})[place] = horizon.causes
    return tuple(
        OverTime(subject, decision.name, first, last, tuple(found[place]), tried[place])
        for place, (subject, decision) in enumerate(asked)
    )


class _Worlds:
    """The law as it stands, and without what is announced as not enforced, from day to day."""

    def __init__(self, policy: ir.Policy, facts: Facts, today: date, last: date, places: Sequence[str]) -> None:
        self._world = Kinetic(policy, facts, today, last)
        self._enforced = Kinetic(policy, facts, today, last, enforced_only=True)
        self._places = places
        self._held: dict[frozenset[Held], tuple[HeldBack, HeldBack]] = {}  # of this day

    def advance(self, today: date) -> None:
        self._world.advance(today)
        self._enforced.advance(today)
        self._held.clear()

    def answers(self, subject: Subject, decision: ir.Decision) -> tuple[Answers, Horizon]:
        """The enforced world is another only where some rule was read that is announced as not enforced."""
        found, horizon = self._read(self._world, subject, decision)
        if not horizon.announced:
            return found, horizon
        found, further = self._read(self._enforced, subject, decision)
        return found, nearer(horizon, further)

    def held_back(self, subject: Subject, decision: ir.Decision, held: frozenset[Held]) -> Answers:
        """The answers of this day if some clocks had not turned on it."""
        worlds = self._held.get(held)
        if worlds is None:
            policy, facts, today = self._world.policy, self._world.facts, self._world.clock.today
            world, enforced = (HeldBack(policy, facts, today, held, enforced_only=some) for some in (False, True))
            worlds = self._held[held] = world, enforced
        return answers_on_day(*worlds, subject, decision, self._places)

    def _read(self, enforced: Kinetic, subject: Subject, decision: ir.Decision) -> tuple[Answers, Horizon]:
        enforced.clock.reset()
        found = answers_on_day(self._world, enforced, subject, decision, self._places)
        return found, enforced.clock.horizon


def answers_on_day(
    world: Interpreter,
    enforced: Interpreter,
    subject: Subject,
    decision: ir.Decision,
    jurisdictions: Sequence[str] = (),
) -> Answers:
    """A decision about a subject on the day of two worlds."""
    places = places_asked(world.policy, decision.name, tuple(jurisdictions))
    said = {place: world.decision(decision.name, place, subject) for place in places}
    other = {place: enforced.decision(decision.name, place, subject) for place in places}
    return (
        _answer(decision, None, bounds.overall(said.values()), bounds.overall(other.values())),
        *(
            _answer(decision, place, own, other[place], *details_of(world, decision, place, subject, own))
            for place, own in said.items()
        ),
    )


def _answer(
    decision: ir.Decision,
    place: str | None,
    own: bounds.Bounds,
    enforced: bounds.Bounds,
    details: tuple[str, ...] = (),
    possible: tuple[str, ...] = (),
) -> AnswerOnDay:
    names = decision.outcomes
    ends = names[enforced.must], names[enforced.may]
    return AnswerOnDay(place, names[own.must], names[own.may], ends, details, possible)
