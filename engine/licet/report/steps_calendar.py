"""Answers over time as a calendar (RFC 5545): an event for each clock that turns, and what turns with it.

A calendar that is written again is mended: an event is known by what turns, not by its day, so that whoever subscribed
sees it move; what is no longer due is sent once more as cancelled.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from licet.decide.decision import NOTICE
from licet.decide.step_causes import StepCauses
from licet.decide.steps import OverTime
from licet.errors import UsageError
from licet.ir.policy import Policy
from licet.names import printable
from licet.report.decision_cells import said
from licet.report.explanation_words import sentence, shorter
from licet.report.steps_words import NOT_ENFORCED, because_words, told
from licet.values import counted

_PRODUCT = "-//Licet//licet decide//EN"
_NAMED = 20  # subjects of an event
_LONGEST = 160  # characters of a summary
_OCTETS = 75  # of a line
_DATED = ("list", "parameter")  # what turns more than once: each day of theirs is another event
_Key = tuple[str, ...]


@dataclass
class CalendarEvent:
    """What turns, and the answers that turn with it; `fields` are the properties of it that people see."""

    uid: str
    day: date
    summary: str
    description: str
    sequence: int = 0
    is_cancelled: bool = False

    @property
    def shown(self) -> tuple[object, ...]:
        return self.day, self.summary, self.description, self.is_cancelled


@dataclass
class _Turn:
    day: date
    decision: str
    change: str
    because: str
    subjects: list[str] = field(default_factory=list)


def events_of(
    policy: Policy, found: Sequence[OverTime], inventory: str, *, with_names: bool
) -> Iterator[CalendarEvent]:
    """What turns. `inventory` tells calendars of several inventories apart.

    Without `with_names` nothing recorded is named by its id.
    """
    for key, turn in _turns(policy, found, with_names).items():
        who = counted(len(turn.subjects), "subject")
        named = ", ".join(turn.subjects[:_NAMED]) if with_names else ""
        more = len(turn.subjects) - _NAMED
        about = [f"Because {turn.because}.", f"{sentence(turn.decision)}: {turn.change}, of {who}."]
        about += [f"{named} and {more:,} more" if more > 0 else named] if named else []
        about.append(f"As if on each day; facts and law as they are now. {sentence(NOTICE)}.")
        if "*" in turn.change:
            about.insert(2, f"{NOT_ENFORCED}.")
        summary = f"{sentence(turn.decision)}: {turn.change}, because {turn.because}"
        yield event_of((inventory, *key), turn.day, summary, about)


def event_of(key: Sequence[str], day: date, summary: str, about: Iterable[str]) -> CalendarEvent:
    """One that is known by its key, whatever becomes of its day and its words."""
    uid = hashlib.sha256("\n".join(key).encode()).hexdigest()[:32]
    text = "\n".join(printable(line) for line in about)
    return CalendarEvent(f"{uid}@licet", day, printable(shorter(summary, _LONGEST)), text)


def render(found: Iterable[CalendarEvent], first: date, last: date, *, before: str, today: datetime) -> str:
    """The calendar of what turns from the first to the last day; `before` is the text of the last one, or empty.

    Errors: `UsageError` where `before` is not one of these.
    """
    events = {event.uid: event for event in found}
    for old in _read(before):
        new = events.get(old.uid)
        if new is not None:
            new.sequence = old.sequence + (new.shown != old.shown)
        elif old.day > last:
            events[old.uid] = old  # nobody asked about its day
        elif old.day >= first and not old.is_cancelled:
            old.is_cancelled, old.sequence = True, old.sequence + 1
            events[old.uid] = old
    ordered = sorted(events.values(), key=lambda event: (event.day, event.summary, event.uid))
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{_PRODUCT}", "METHOD:PUBLISH"]
    for event in ordered:
        lines += _lines(event, today)
    return "".join(f"{line}\r\n" for text in [*lines, "END:VCALENDAR"] for line in _folded(text))


def _turns(policy: Policy, found: Iterable[OverTime], with_names: bool) -> dict[_Key, _Turn]:
    """What turns, by that and by the answer before and after: the same for whichever subjects it does so."""
    turns: dict[_Key, _Turn] = {}
    for one in found:
        for (before, after), step in zip(pairwise(told(one.steps)), one.steps[1:], strict=True):
            causes = sorted(step.because.causes)
            key = one.decision, before, after, *(part for cause in causes for part in cause)
            if any(cause.kind in _DATED for cause in causes):
                key += (step.start.isoformat(),)
            why = step.because if with_names else _unnamed(step.because)
            at = next(of for of in _numbered(key) if of not in turns or turns[of].day == step.start)
            decision, change = said(one.decision), f"{before} -> {after}"
            turn = turns.setdefault(at, _Turn(step.start, decision, change, because_words(policy, why)))
            turn.subjects.append(str(one.subject))
    return turns


def _unnamed(because: StepCauses) -> StepCauses:
    """With the types of the records that turn, and not their ids."""
    sets = [
        tuple(cause._replace(of=cause.of.partition("/")[0]) if cause.kind == "fact" else cause for cause in one)
        for one in because.undoing
    ]
    return StepCauses(tuple(dict.fromkeys(sets)), because.either)


def _numbered(key: _Key) -> Iterator[_Key]:
    """A key, then that of the second day on which the same turns, and so on."""
    yield key
    number = 1
    while True:
        number += 1
        yield (*key, f"{number}")


# ---- as text


def _lines(event: CalendarEvent, today: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{event.uid}"
    yield f"DTSTAMP:{today.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{event.day + timedelta(days=1):%Y%m%d}"
    yield f"SEQUENCE:{event.sequence}"
    yield f"STATUS:{'CANCELLED' if event.is_cancelled else 'CONFIRMED'}"
    yield "TRANSP:TRANSPARENT"
    yield f"SUMMARY:{_escaped(event.summary)}"
    yield f"DESCRIPTION:{_escaped(event.description)}"
    yield "END:VEVENT"


def _escaped(text: str) -> str:
    return re.sub(r"([\\;,])", r"\\\1", text).replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """Lines of at most 75 octets, none of them ending within a character; all but the first begin with a blank."""
    taken = ""
    for character in line:
        if len((taken + character).encode()) > _OCTETS:
            yield taken
            taken = " "
        taken += character
    yield taken


def _read(text: str) -> Iterator[CalendarEvent]:
    """The events of a calendar that was written here."""
    if not text:
        return
    unfolded = text.replace("\r\n ", "")
    if f"PRODID:{_PRODUCT}" not in unfolded.split("\r\n"):
        raise UsageError("the calendar that stands there was not written by `licet decide`; name another file")
    for body in unfolded.split("BEGIN:VEVENT\r\n")[1:]:
        told_ = dict(line.partition(":")[::2] for line in body.split("\r\n"))
        try:
            yield CalendarEvent(
                told_["UID"],
                datetime.strptime(told_["DTSTART;VALUE=DATE"], "%Y%m%d").replace(tzinfo=UTC).date(),
                _unescaped(told_["SUMMARY"]),
                _unescaped(told_["DESCRIPTION"]),
                int(told_["SEQUENCE"]),
                told_["STATUS"] == "CANCELLED",
            )
        except (KeyError, ValueError):
            raise UsageError(
                "an event of the calendar that stands there is not as `licet decide` writes one; "
                "put the calendar back, or remove it"
            ) from None


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda sign: "\n" if sign[1] == "n" else sign[1], text)
