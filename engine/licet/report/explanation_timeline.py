"""The answer by date, as a figure and as a list that says the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from licet.report.explanation_words import DocumentWords, day, day_before, is_open, shorter, told_of

_LEFT, _RIGHT = 150, 712  # of the drawing, in units of its view
_DATE = 130  # of such units that a day needs
_LETTER = 6.4  # of such units, on average
_MOST = 8  # days of change that are drawn
_SAID = {"suspended": "suspended", "unconfirmed": "not confirmed", "not_in_force": "in force"}


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    width: float
    kind: str  # free, mid, duty, unk, note
    label: str

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True)
class TimelineRow:
    y: int
    title: str
    bars: list[Bar]


@dataclass(frozen=True, slots=True)
class Timeline:
    rows: list[TimelineRow]
    ticks: list[tuple[float, str, str]]  # where, what, and which end of the text is there
    now: float
    today: str
    said: list[str]

    @property
    def whole(self) -> bool:
        """Whether every bar has room for its words: else the list stands beside the figure."""
        return all(bar.label for row in self.rows for bar in row.bars)

    @property
    def height(self) -> int:
        return self.rows[-1].y + 58

    @property
    def description(self) -> str:
        return " ".join(f"{line}." for line in self.said)


def timeline(
    as_of: Any,
    part: Mapping[str, Any],
    deciding: Sequence[Mapping[str, Any]],
    words: DocumentWords,
    chain: Sequence[str],
) -> Timeline | None:
    """None where neither a legal act with an end nor a day of change decides, or the day is not one."""
    acts = [act for act in deciding if act["status"] in _SAID][:2]
    changes = part["changes"][:_MOST]
    if not isinstance(as_of, str) or not (acts or changes):
        return None
    today = date.fromisoformat(as_of)
    ends = [date.fromisoformat(end) for act in acts for end in (act["from"], act["until"]) if end]
    ends += [date.fromisoformat(change["on"]) for change in changes]
    axis = _Axis(min([today, *ends]), max([today, *ends]))
    rows = [TimelineRow(30 + 44 * at, "The law", [_act(act, axis)]) for at, act in enumerate(acts)]
    answers = [(as_of, told_of(part))]
    answers += [(change["on"], change["answer"]) for change in changes]
    bars = [
        axis.bar(start, answers[at + 1][0] if at + 1 < len(answers) else None, kind(ends_, chain), _label(ends_, words))
        for at, (start, ends_) in enumerate(answers)
    ]
    rows.append(TimelineRow(30 + 44 * len(acts), "The answer", bars))
    said = [_act_said(act, words) for act in acts] + [
        f"{_span(start, answers[at + 1][0] if at + 1 < len(answers) else None)}: {words.answer(ends_)}"
        for at, (start, ends_) in enumerate(answers)
    ]
    return Timeline(rows, axis.ticks(), axis.at(today), day(as_of), said)


def kind(told: Any, chain: Sequence[str]) -> str:
    """The colour of an answer: green for the least outcome only. Its words always stand beside it."""
    if is_open(told):
        return "unk"
    if not chain:
        return "mid"  # a conclusion is neither good nor bad
    ends = told
    at = chain.index(ends[0])
    return "free" if not at else "mid" if 2 * at < len(chain) else "duty"


def _label(told: Any, words: DocumentWords) -> str:
    return "not determined" if is_open(told) else words.answer(told)


class _Axis:
    def __init__(self, first: date, last: date) -> None:
        margin = timedelta(days=max(60, (last - first).days // 4))
        self._first = first - margin / 3
        self._last = last + margin
        self._marks = sorted({first, last})

    def at(self, when: date) -> float:
        share = (when - self._first) / (self._last - self._first)
        return round(_LEFT + share * (_RIGHT - _LEFT), 1)

    def bar(self, start: str | None, end: str | None, kind_: str, label: str) -> Bar:
        x = self.at(date.fromisoformat(start)) if start else float(_LEFT)
        until = self.at(date.fromisoformat(end)) if end else float(_RIGHT)
        width = round(until - x, 1)
        room = int((width - 10) / _LETTER)
        return Bar(x, width, kind_, label if len(label) <= room else "")

    def ticks(self) -> list[tuple[float, str, str]]:
        """Two days that are near each other are written to the left of one and to the right of the other."""
        places = [self.at(when) for when in self._marks]
        anchors = ("end", "start") if 0 < places[-1] - places[0] < _DATE else ("middle", "middle")
        return [(x, day(f"{when}"), anchor) for x, when, anchor in zip(places, self._marks, anchors, strict=False)]


def _act(act: Mapping[str, Any], axis: _Axis) -> Bar:
    label = _SAID[act["status"]] + (f": {shorter(act['act'], 40)}" if act["act"] else "")
    return axis.bar(act["from"], act["until"], "note", label)


def _act_said(act: Mapping[str, Any], words: DocumentWords) -> str:
    return f"{_span(act['from'], act['until'])}: {words.titles(act['rules'])} {_SAID[act['status']]}"


def _span(start: str | None, end: str | None) -> str:
    since = f"From {day(start)}" if start else "Until now"
    return f"{since} to {day_before(end)}" if end else f"{since} on"
