"""What falls due as events of a calendar: what turns, planned days, deadlines, recorded and written days, law."""

from __future__ import annotations

from collections.abc import Iterator

from licet.decide.ahead import Ahead, DutyAhead
from licet.decide.decision import NOTICE
from licet.ir.policy import Policy
from licet.report.ahead_text import reading_words
from licet.report.decision_cells import between, said
from licet.report.explanation_words import sentence
from licet.report.steps_calendar import CalendarEvent, event_of, events_of
from licet.report.steps_words import turned_words

_FOOT = f"Facts and law as they are now. {sentence(NOTICE)}."


def events_ahead(policy: Policy, found: Ahead, inventory: str, *, with_names: bool) -> Iterator[CalendarEvent]:
    """One for each; without `with_names` nothing recorded is named by its id."""
    yield from events_of(policy, found.steps, inventory, with_names=with_names)
    for one in found.planned:
        who = str(one.subject) if with_names else one.subject.type
        answer = between(one.answers[0].must, one.answers[0].may)
        words = f"{who}, {said(one.decision)}: planned, {answer}"
        key = (inventory, "planned", one.subject.type, one.subject.id, one.decision)
        yield event_of(key, one.day, words, [f"{words}.", _FOOT])
    for duty in found.duties:
        yield _of_duty(duty, inventory, with_names=with_names)
    for day in found.days:
        cause = day.cause
        shown = cause._replace(of=cause.of.partition("/")[0]) if cause.kind == "fact" and not with_names else cause
        words = sentence(turned_words(policy, [shown]))
        again = () if cause.kind == "fact" else (day.day.isoformat(),)  # what is written may begin and end again
        yield event_of((inventory, "day", *cause, *again), day.day, words, [f"{words}: {day.day}.", _FOOT])
    for reading in found.readings:
        words = reading_words(reading)
        of = (inventory, "reading", reading.authority, reading.module, reading.day.isoformat())
        yield event_of(of, reading.day, words, [f"{words}, at the latest on {reading.day}.", _FOOT])


def _of_duty(one: DutyAhead, inventory: str, *, with_names: bool) -> CalendarEvent:
    duty = one.duty
    assert one.day is not None
    perhaps = "" if duty.status == "due" else "may be due: "
    who = f"{one.subject}: {perhaps}{duty.bearer}" if with_names else f"{one.subject.type}: {perhaps}somebody"
    words = f"{who} {duty.modal} {duty.act} {duty.deadline_kind} {duty.deadline}"
    key = (inventory, "duty", one.subject.type, one.subject.id, duty.rule, duty.act)
    return event_of(key, one.day, words, [f"{words}.", ", ".join(duty.cites), _FOOT])
