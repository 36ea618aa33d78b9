"""What falls due, for a terminal: by day, what happens alike told once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from licet.decide.ahead import Ahead, DayAhead, DutyAhead, PlannedAhead, ReadingAhead, TurningAnswer
from licet.decide.decision import NOTICE
from licet.decide.step_causes import StepCauses
from licet.decide.steps import Answers, Stretch
from licet.ir.policy import Policy
from licet.report.decision_cells import said
from licet.report.steps_words import NOT_ENFORCED, because_words, told, turned_words
from licet.report.wrapped import hanging
from licet.values import counted, first_of

_NAMED = 3  # subjects, rules, members of a line
_STILL = "Of a subject with a day of its own the passing of time changes no answer."
_SETTLED_LAW = "Facts and law as they are now; what nobody recorded does not fall due here."


def render(policy: Policy, found: Ahead, *, width: int) -> str:
    """How much there is, then each day; last the duties of whose day nothing is known."""
    lines = list(_head(found))
    days: dict[date, list[str]] = {}
    for lines_ in (_answers(policy, found.answers), _planned(found.planned), _duties(found.duties)):
        for day, text in lines_:
            days.setdefault(day, []).append(text)
    for day, text in (*_clocks(policy, found.days), *_readings(found.readings)):
        days.setdefault(day, []).append(text)
    for day in sorted(days):
        lines += [f"{day}", *(f"  {line}" for text in days[day] for line in text.splitlines())]
    if found.undated:
        lines.append("On a day that is not known")
        lines += [f"  {text}" for _, text in _duties(found.undated)]
    if any(" *" in line for line in lines):
        lines.append(NOT_ENFORCED)
    lines += ([_STILL] if found.passing < found.subjects else []) + [_SETTLED_LAW]
    out = [part for line in lines for part in hanging(line, width)]
    return "\n".join([*out, NOTICE]) + "\n"


def _head(found: Ahead) -> Iterator[str]:
    counts = (
        (len(found.answers), "answer that turns", "answers that turn"),
        (len(found.planned), "answer on a planned day", "answers on planned days"),
        (len(found.duties), "duty", "duties"),
        (len(found.undated), "duty on a day that is not known", "duties on a day that is not known"),
        (len(found.days), "recorded or written day", ""),
        (len(found.readings), "reading of law", "readings of law"),
    )
    counted_ = ", ".join(counted(number, *words) for number, *words in counts if number)
    as_if = " as if on each day" if found.as_if else ""
    yield f"from {found.first} to {found.last}{as_if}: {counted_ or 'nothing falls due'}"
    if not found.as_if:
        yield f"{counted(found.subjects, 'subject')}, {found.passing:,} of them without a day of its own"


def _answers(policy: Policy, turning: Sequence[TurningAnswer]) -> Iterator[tuple[date, str]]:
    alike: dict[tuple[date, str, str, str, str, str], list[TurningAnswer]] = {}
    for one in turning:
        why = because_words(policy, one.after.because)
        before, after = told((one.before, one.after))
        alike.setdefault((one.day, one.subject.type, one.decision, before, after, why), []).append(one)
    for (day, type_, decision, before, after, why), group in alike.items():
        ids = first_of([one.subject.id for one in group], _NAMED)
        yield day, f"{type_} {ids}, {said(decision)}: {before} -> {after}\n  because {why}"


def _planned(planned: Sequence[PlannedAhead]) -> Iterator[tuple[date, str]]:
    alike: dict[tuple[date, str, str, Answers], list[PlannedAhead]] = {}
    for one in planned:
        alike.setdefault((one.day, one.subject.type, one.decision, one.answers), []).append(one)
    for (day, type_, decision, answers), group in alike.items():
        (answer,) = told((Stretch(day, answers, StepCauses()),))
        ids = first_of([one.subject.id for one in group], _NAMED)
        yield day, f"{type_} {ids}, {said(decision)}: planned, {answer}"


def _duties(duties: Sequence[DutyAhead]) -> Iterator[tuple[date, str]]:
    for one in duties:
        duty = one.duty
        perhaps = "may be due: " if duty.status != "due" else ""
        act = f"{perhaps}{duty.bearer} {duty.modal} {duty.act}"
        act += f" {duty.deadline_kind} {duty.deadline}" if one.day is not None else ""
        cites = f" [{', '.join(duty.cites)}]" if duty.cites else ""
        yield one.day or date.max, f"{one.subject}: {act}{cites}"


def _clocks(policy: Policy, days: Sequence[DayAhead]) -> Iterator[tuple[date, str]]:
    """Rules by what becomes of them, members by list; each recorded day for itself."""
    alike: dict[tuple[object, ...], list[DayAhead]] = {}
    for one in days:
        kind, of, field, role = one.cause
        group = (of, field) if kind == "fact" else (of, role) if kind == "list" else (field, role)
        alike.setdefault((one.day, kind, *group), []).append(one)
    for together in alike.values():
        first = together[0]
        kind, of, field, role = first.cause
        match kind:
            case "list" if field:
                yield first.day, f"{first_of([one.cause.field for one in together], _NAMED)} {role} on the list {of}"
            case "rule" if len(together) > 1:
                names = first_of([policy.rules[one.cause.of].called for one in together], _NAMED)
                yield first.day, f"{names} are {'now' if role == 'begins' else 'no longer'} {field}"
            case _:
                yield first.day, turned_words(policy, [first.cause])


def _readings(readings: Sequence[ReadingAhead]) -> Iterator[tuple[date, str]]:
    """What several modules have read alike is told once."""
    yield from dict.fromkeys((one.day, reading_words(one)) for one in readings)


def reading_words(one: ReadingAhead) -> str:
    return f"{one.authority}, as read on {one.as_read}, is to be read again"
