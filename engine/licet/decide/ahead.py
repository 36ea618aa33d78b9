"""What falls due: answers that turn by the clock alone, planned subjects whose day comes, deadlines of duties, the
recorded and written days on which something that rules read begins or ends, and law that is to be read again.

Facts and law are those of today. Whatever is decided on a day of its own is not changed by the passing of time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from licet.decide.dates import NO_DAY, OwnDay, own_day_of
from licet.decide.decision import Duty
from licet.decide.from_outcome import decidable, decisions_of, duty_of
from licet.decide.overdue_law import limited
from licet.decide.steps import Answers, OverTime, Stretch, answers_on_day, steps
from licet.facts.store import Facts, Record, Subject
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.effects import Obliges
from licet.ir.outcomes import duties_of
from licet.ir.remembered import by_policy
from licet.ir.walk import parts_of, walk
from licet.run.reference.clock import Cause, ends_told
from licet.run.reference.formulas import thing_type
from licet.run.reference.interpreter import Interpreter
from licet.run.reference.kinetic import Kinetic
from licet.run.reference.unknown_values import NOTHING, Bounded, F, T
from licet.values import Day, Range


@dataclass(frozen=True, slots=True)
class TurningAnswer:
    """An answer that is another from a day on, though nobody edits anything."""

    day: date
    subject: Subject
    decision: str
    before: Stretch
    after: Stretch


@dataclass(frozen=True, slots=True)
class PlannedAhead:
    """What is decided on a day of its own that is today or still to come, with the answer on that day."""

    day: date
    subject: Subject
    decision: str
    answers: Answers


@dataclass(frozen=True, slots=True)
class DutyAhead:
    """A duty whose deadline lies, or may lie, on these days.

    `day` is the first of them; None where nothing is known of the deadline.
    """

    day: date | None
    subject: Subject
    duty: Duty


@dataclass(frozen=True, slots=True)
class DayAhead:
    """A day that is recorded or written: of a fact that rules compare with the day, of a rule, a list, a parameter."""

    day: date
    cause: Cause


@dataclass(frozen=True, slots=True)
class ReadingAhead:
    """The last day on which the law stands as a module has read it of an authority."""

    day: date
    authority: str
    module: str
    as_read: date


@dataclass(frozen=True, slots=True)
class Ahead:
    """What falls due from the first to the last day, each in the order of days.

    `as_if` is whether every subject is asked about as if on each day. `passing` are the subjects that time passes for.
    """

    first: date
    last: date
    as_if: bool
    subjects: int
    passing: int
    answers: tuple[TurningAnswer, ...]
    planned: tuple[PlannedAhead, ...]
    duties: tuple[DutyAhead, ...]
    undated: tuple[DutyAhead, ...]
    days: tuple[DayAhead, ...]
    readings: tuple[ReadingAhead, ...]
    steps: tuple[OverTime, ...]

    def __bool__(self) -> bool:
        return bool(self.answers or self.planned or self.duties or self.undated or self.days or self.readings)


def ahead(policy: ir.Policy, facts: Facts, first: date, days: int, *, as_if: bool) -> Ahead:
    """Of every subject; the first day is the one on which somebody asks."""
    last = first + timedelta(days=days)
    governed: dict[Subject, OwnDay] = {
        subject: NO_DAY if as_if else own_day_of(policy, facts, subject) for subject in decidable(policy, facts)
    }
    passing = [subject for subject, day in governed.items() if day is NO_DAY]
    own = {subject: day for subject, day in governed.items() if day is not NO_DAY}
    found = steps(policy, facts, passing, first, last)
    duties = [*_duties_in_time(policy, facts, passing, first, last), *_duties_of_a_day(policy, facts, own)]
    dated, undated = _within(duties, first, last)
    return Ahead(
        first,
        last,
        as_if,
        len(governed),
        len(passing),
        tuple(sorted(_turning(found), key=lambda one: (one.day, one.subject, one.decision))),
        tuple(sorted(_planned(policy, facts, own, first, last), key=lambda one: (one.day, one.subject, one.decision))),
        tuple(dated),
        tuple(undated),
        tuple(sorted(set(_days(policy, facts, first, last)), key=lambda one: (one.day, one.cause))),
        tuple(sorted(_readings(policy, first, last), key=lambda one: (one.day, one.authority, one.module))),
        found,
    )


def _turning(found: Iterable[OverTime]) -> Iterator[TurningAnswer]:
    for one in found:
        for before, after in pairwise(one.steps):
            yield TurningAnswer(after.start, one.subject, one.decision, before, after)


def _planned(
    policy: ir.Policy, facts: Facts, own: Mapping[Subject, Day], first: date, last: date
) -> Iterator[PlannedAhead]:
    by_day: dict[date, list[Subject]] = {}
    for subject, day in own.items():
        if isinstance(day, date) and first <= day <= last:
            by_day.setdefault(day, []).append(subject)
    for day, subjects in by_day.items():
        worlds = [Interpreter(policy, facts, day, enforced_only=some) for some in (False, True)]
        for subject in subjects:
            for decision in decisions_of(policy, subject.type):
                yield PlannedAhead(day, subject, decision.name, answers_on_day(worlds[0], worlds[1], subject, decision))


# ---- duties

_Told = tuple[Subject, Duty, object]  # a duty of a subject, and what its deadline reads


def _duties_in_time(
    policy: ir.Policy, facts: Facts, subjects: Iterable[Subject], first: date, last: date
) -> Iterator[_Told]:
    """Each duty as it reads on the first of the days on which it is due or may be."""
    world = Kinetic(policy, facts, first, last)
    waiting: dict[date, list[Subject]] = {first: [s for s in subjects if duties_of(policy, s.type)]}
    seen: set[tuple[Subject, str, str]] = set()
    while waiting:
        today = min(waiting)
        world.advance(today)
        for subject in waiting.pop(today):
            world.clock.reset()
            for told in _duties(world, subject):
                if (key := (subject, told[1].rule, told[1].act)) not in seen:
                    seen.add(key)
                    yield told
            if today < (until := world.clock.horizon.until) <= last:
                waiting.setdefault(until, []).append(subject)


def _duties_of_a_day(policy: ir.Policy, facts: Facts, own: Mapping[Subject, Day]) -> Iterator[_Told]:
    """Those of subjects that a day of their own governs."""
    worlds: dict[Day, Interpreter] = {}
    for subject, day in own.items():
        if duties_of(policy, subject.type):
            if day not in worlds:
                worlds[day] = Interpreter(policy, facts, day)
            yield from _duties(worlds[day], subject)


def _duties(world: Interpreter, subject: Subject) -> Iterator[_Told]:
    """Those with a deadline that are due, or may be."""
    for rule, effect in duties_of(world.policy, subject.type):
        if effect.deadline is not None and (truth := world.result(rule, subject).effective) is not F:
            deadline = world.formulas.read(effect.deadline, {rule.variable: subject.id})
            if deadline is not NOTHING:
                yield subject, _duty(world, rule, effect, subject, deadline, due=truth is T), deadline


def _duty(world: Interpreter, rule: ir.Rule, effect: Obliges, subject: Subject, deadline: object, *, due: bool) -> Duty:
    bearer = world.formulas.read(effect.bearer, {rule.variable: subject.id})
    return duty_of(rule, effect, bearer, deadline, due=due)


def _within(duties: Iterable[_Told], first: date, last: date) -> tuple[Sequence[DutyAhead], Sequence[DutyAhead]]:
    """Those with a deadline on these days, perhaps; and those of whose deadline nothing is known."""
    dated, undated = [], []
    for subject, duty, reading in duties:
        low, high = _ends(reading)
        if low is None and high is None:
            undated.append(DutyAhead(None, subject, duty))
        elif (low or first) <= last and (high or last) >= first:
            dated.append((max(low or first, first), subject, duty))
    dated.sort(key=lambda one: (one[0], one[1], one[2].rule))
    return [DutyAhead(*one) for one in dated], undated


def _ends(reading: object) -> tuple[date | None, date | None]:
    if isinstance(reading, date):
        return reading, reading
    return (reading.low, reading.high) if isinstance(reading, Bounded) else (None, None)


# ---- days that are recorded or written


def _days(policy: ir.Policy, facts: Facts, first: date, last: date) -> Iterator[DayAhead]:
    ends = (
        *(
            end
            for rule in policy.rules.values()
            for how, spans in rule.live.told.items()
            for span in spans
            for end in ends_told(span, "rule", rule.id, how)
        ),
        *(end for one in policy.lists.values() for end in ends_told(one.covers, "list", one.name)),
        *(
            end
            for one in policy.lists.values()
            for m in one.members
            for end in ends_told(m.interval, "list", one.name, str(m.member))
        ),
        *(
            end
            for one in policy.parameters.values()
            for row in one.rows
            for end in ends_told(row.interval, "parameter", one.name)
        ),
        *_recorded(policy, facts),
    )
    for day, cause in ends:
        # what the law begins or ends today has turned by now; a recorded day is still today's
        if day is not None and (first < day or (first == day and cause.kind == "fact")) and day <= last:
            yield DayAhead(day, cause)


def _readings(policy: ir.Policy, first: date, last: date) -> Iterator[ReadingAhead]:
    for day, one in limited(policy):
        if first <= day <= last:
            yield ReadingAhead(day, one.authority, one.module, one.as_read)


def _recorded(policy: ir.Policy, facts: Facts) -> Iterator[tuple[date, Cause]]:
    """The recorded days that rules compare with the day of the decision; of a range, both ends."""
    for type_, fields in _compared_with_the_day(policy).items():
        for name, record in _records(policy, facts, type_):
            for field in fields:
                said = record.get(field)
                ends = {said.low, said.high} if isinstance(said, Range) else {said}
                yield from ((day, Cause("fact", name, field)) for day in ends if isinstance(day, date))


def _records(policy: ir.Policy, facts: Facts, type_: str) -> Iterator[tuple[str, Record]]:
    """The records of an entity, or the rows of a relation, each by what it is called."""
    if type_ in facts.entities:
        yield from ((f"{type_}/{id_}", record) for id_, record in facts.entities[type_].items())
    for row in facts.relations.get(type_, ()):
        said = (row.get(name) for name in policy.relations[type_].parameters)
        yield "/".join([type_, *(value for value in said if isinstance(value, str))]), row


@by_policy
def _compared_with_the_day(policy: ir.Policy) -> Mapping[str, frozenset[str]]:
    """The fields that stand beside the day of the decision in some comparison, by entity or relation."""
    found: dict[str, set[str]] = {}
    for part in (node for rule in policy.rules.values() for whole in parts_of(rule) for node in walk(whole)):
        if isinstance(part, n.Compare):
            nodes = [*walk(part.left), *walk(part.right)]
            if any(isinstance(node, n.AsOf) for node in nodes):
                for node in nodes:
                    if isinstance(node, n.FieldOf):
                        found.setdefault(thing_type(node.base), set()).add(node.name)
    return {type_: frozenset(fields) for type_, fields in found.items()}
