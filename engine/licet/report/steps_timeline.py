"""Answers over time as a drawing (SVG): a band for each answer about each subject, and a list below that says the same.

It loads nothing and runs nothing. Its letters are of one width, so that it is known what fits.
"""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from licet.decide.decision import NOTICE
from licet.decide.steps import OverTime
from licet.facts.store import Facts
from licet.ir.policy import Policy
from licet.names import printable
from licet.report.decision_cells import said
from licet.report.explanation_words import sentence
from licet.report.outcome_colours import colours, ink
from licet.report.page_templates import template
from licet.report.steps_words import NOT_ENFORCED, because_words, day_in, drawn, governing_day, of_its_own, told
from licet.values import counted

_LEFT, _RIGHT, _EDGE = 20.0, 900.0, 980.0  # of the bands, and of text
_LETTER = 7.3  # of the list, in units of the drawing: 12 high
_ACROSS = int((_EDGE - _LEFT) / _LETTER)
_LINE, _BAND, _DAY = 17, 30, 15  # heights
_DAY_WIDTH = 10 * _LETTER + 6
_LEVELS = 4  # of days below a band; whatever finds no room stands in the list
_OPEN = "#FFFFFF"


@dataclass(frozen=True, slots=True)
class SvgLine:
    """Text at a height; `kind` is its class."""

    y: float
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class SvgBand:
    """One answer for as long as it holds; `title` says when and why, `words` what has room in it."""

    x: float
    y: float
    width: float
    fill: str
    ink: str
    is_open: bool
    words: str
    title: str

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True, slots=True)
class SvgDay:
    """A day on which an answer begins: where it stands below its band, and whence a line leads to it."""

    x: float
    top: float
    y: float
    text: str


class _Drawing:
    """What was drawn, from above to below."""

    def __init__(self, policy: Policy, facts: Facts, first: date, last: date) -> None:
        self._policy, self._facts, self._first = policy, facts, first
        self._days = (last - first).days + 1
        self.lines: list[SvgLine] = []
        self.bands: list[SvgBand] = []
        self.days: list[SvgDay] = []
        self.own: list[tuple[float, float]] = []  # own days: where, and the height of the band
        self.height = 12.0

    def write(self, kind: str, text: str, below: str = "") -> None:
        for line in _wrapped(text, below):
            self.height += _LINE
            self.lines.append(SvgLine(self.height, kind, line))

    def subject(self, own: Sequence[OverTime]) -> None:
        """All that is decided of a subject."""
        day = governing_day(self._policy, self._facts, own[0].subject)
        self.height += 16
        self.write("of", f"{own[0].subject}{of_its_own(day, own[0])}")
        for one in own:
            self._decision(one, day_in(day))

    def _decision(self, one: OverTime, own: date | None) -> None:
        self.height += 6
        self.write("what", sentence(said(one.decision)))
        top = self.height + (16 if own is not None and one.first <= own <= one.last else 8)
        if own is not None and one.first <= own <= one.last:
            self.own.append((self._at(own, 0.5), top))
        answers = told(one.steps)
        for number, ((step, last), answer) in enumerate(zip(one.spans(), answers, strict=True), 1):
            x, end = self._at(step.start), self._at(last, 1)
            why = f", because {because_words(self._policy, step.because)}" if step.because.causes else ""
            title = f"{step.start} to {last}: {answer}{why}"
            overall = step.answers[0]
            outcomes = self._policy.decisions[one.decision].outcomes
            is_open = overall.must != overall.may
            fill = _OPEN if is_open else colours(len(outcomes))[outcomes.index(overall.must)]
            words = _fitting(end - x, (answer, f"{number}"))
            self.bands.append(SvgBand(x, top, round(end - x, 1), fill, ink(fill), is_open, words, title))
        self.height = top + _BAND
        self._days_below(one)
        for number, ((step, last), answer) in enumerate(zip(one.spans(), answers, strict=True), 1):
            head = f"{number:>3}  {step.start} to {last}  "
            self.write("list", head + answer, " " * len(head))
            if step.because.causes:
                self.write(
                    "why", f"{' ' * len(head)}because {because_words(self._policy, step.because)}", " " * len(head)
                )

    def _days_below(self, one: OverTime) -> None:
        """From the last to the first, each below those that stand within its width: no line leads through a day."""
        bottom = self.height
        placed: list[tuple[float, int]] = []
        for step in reversed(one.steps):
            x = self._at(step.start)
            level = max((below + 1 for other, below in placed if other < x + _DAY_WIDTH), default=0)
            if level < _LEVELS:
                placed.append((x, level))
                self.days.append(SvgDay(x, bottom, bottom + _DAY * (level + 1), step.start.isoformat()))
        self.height = bottom + _DAY * (1 + max(level for _, level in placed)) + 4

    def _at(self, day: date, further: float = 0) -> float:
        """Where a day begins, or a share of a day later."""
        return round(_LEFT + ((day - self._first).days + further) / self._days * (_RIGHT - _LEFT), 1)


def render(policy: Policy, facts: Facts, found: Sequence[OverTime], *, every: bool = False, command: str = "") -> str:
    """Subjects with an answer that changes, the first of them; with `every`, all. `command` draws the others."""
    first, last = found[0].first, found[0].last
    subjects, shown = drawn(found, every=every)
    drawing = _Drawing(policy, facts, first, last)
    for subject in shown:
        drawing.subject(subjects[subject])
    drawing.height += 16
    if any("*" in line.text for line in drawing.lines if line.kind == "list"):
        drawing.write("note", NOT_ENFORCED)
    drawing.write("note", "A band with a dashed edge is an answer that is not determined.")
    if len(shown) < len(subjects):
        drawing.write(
            "note", f"{counted(len(subjects) - len(shown), 'more subject')} not drawn; to draw all: {command}"
        )
    drawing.write("note", f"As if on each day; facts and law as they are now. {sentence(NOTICE)}.")
    title = f"When which answer holds, {first} to {last}"
    return template("steps_timeline.svg").render(drawing=drawing, title=title, shown=len(shown), of=len(subjects))


def _wrapped(text: str, below: str) -> Iterator[str]:
    """Lines that fit. A name may be longer than a line, and a letter as wide as two."""
    shown = printable(text)
    is_wide = any(unicodedata.east_asian_width(letter) in "WF" for letter in shown)
    return iter(
        textwrap.wrap(shown, _ACROSS // 2 if is_wide else _ACROSS, subsequent_indent=below, break_on_hyphens=False)
    )


def _fitting(room: float, texts: Sequence[str]) -> str:
    """The first that has room in a band; an answer stands there whole or not at all."""
    return next((text for text in texts if len(text) * _LETTER + 8 <= room), "")
