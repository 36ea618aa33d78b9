"""Answers over time as a text for a terminal: for each subject, from when to when which answer holds, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from licet.decide.decision import NOTICE
from licet.decide.steps import OverTime
from licet.facts.store import Facts, Subject
from licet.ir.policy import Policy
from licet.names import printable
from licet.report.decision_cells import said
from licet.report.steps_words import NOT_ENFORCED, UNKNOWN, because_words, governing_day, told
from licet.report.wrapped import wrapped
from licet.values import counted

_SHOWN = 20  # subjects, without `every`
_BELOW = " " * len("> 2026-01-01 to 2026-12-31  ")


def render(
    policy: Policy, facts: Facts, found: Sequence[OverTime], *, width: int = 80, every: bool = False, command: str = ""
) -> str:
    """Subjects with an answer that changes, the first of them; with `every`, all. `command` shows the others."""
    subjects = {subject: list(own) for subject, own in groupby(found, lambda one: one.subject)}
    turning = [subject for subject, own in subjects.items() if any(len(one.steps) > 1 for one in own)]
    shown = list(subjects) if every or len(subjects) == 1 else turning[:_SHOWN]
    lines = [*_head(found, subjects, turning), ""]
    for subject in shown:
        day = governing_day(policy, facts, subject)
        lines.append(f"{subject}{_of_its_own(day, found[0])}")
        for one in subjects[subject]:
            lines += _table(policy, one, day)
        lines.append("")
    if any("*" in line for line in lines):
        lines.append(NOT_ENFORCED)
    left = [subject for subject in subjects if subject not in shown]
    if left:
        lines.append(f"{counted(len(left), 'more subject')}; to see all:")
    out = [line for text in lines for line in _wrapped(text, width)]
    if left:
        out.append(f"  {printable(command)}")
    return "\n".join([*out, NOTICE]) + "\n"


def _head(
    found: Sequence[OverTime], subjects: dict[Subject, list[OverTime]], turning: Sequence[Subject]
) -> Iterator[str]:
    yield f"as if on each day from {found[0].first} to {found[0].last}: {counted(len(subjects), 'subject')}"
    still = len(subjects) - len(turning)
    if len(subjects) > 1:
        yield f"every answer stays what it is for {still:,}, some answer changes for {len(turning):,}"


def _of_its_own(day: str | None, span: OverTime) -> str:
    """What is said of a subject that its own day governs: no passing of time changes its answer."""
    if day is None:
        return ", without a day of its own"
    if day == UNKNOWN:
        return ", on a day of its own that is not known"
    if " to " in day:
        return f", on a day of its own: {day}"
    own = date.fromisoformat(day)
    where = ", before these days" if own < span.first else ", after these days" if own > span.last else " (>)"
    return f", decided on its own day: {day}{where}"


def _table(policy: Policy, of: OverTime, day: str | None) -> Iterator[str]:
    """A line for each step; `>` stands before the one in which the subject's own day lies."""
    own = date.fromisoformat(day) if day is not None and day[:1].isdigit() and " " not in day else None
    yield said(of.decision)
    for (step, last), answer in zip(of.spans(), told(of.steps), strict=True):
        mark = ">" if own is not None and step.start <= own <= last else " "
        yield f"{mark} {step.start} to {last}  {answer}"
        if step.because.causes:
            yield f"{_BELOW}because {because_words(policy, step.because)}"


def _wrapped(text: str, width: int) -> list[str]:
    """A long line goes on below its answer."""
    indent = _BELOW if text[:1] in (" ", ">") else "  "
    return wrapped(text, width, rest=indent)
