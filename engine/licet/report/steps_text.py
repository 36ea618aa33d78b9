"""Answers over time as a text for a terminal: for each subject, from when to when which answer holds, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from licet.decide.decision import NOTICE
from licet.decide.steps import OverTime
from licet.facts.store import Facts, Subject
from licet.ir.policy import Policy
from licet.names import printable
from licet.report.decision_cells import said
from licet.report.steps_words import NOT_ENFORCED, because_words, day_in, drawn, governing_day, of_its_own, told, turns
from licet.report.wrapped import wrapped
from licet.values import counted

_BELOW = " " * len("> 2026-01-01 to 2026-12-31  ")


def render(
    policy: Policy, facts: Facts, found: Sequence[OverTime], *, width: int = 80, every: bool = False, command: str = ""
) -> str:
    """Subjects with an answer that changes, the first of them; with `every`, all. `command` shows the others."""
    subjects, shown = drawn(found, every=every)
    lines = [*_head(found, subjects), ""]
    for subject in shown:
        day = governing_day(policy, facts, subject)
        mark = " (>)" if (own := day_in(day)) is not None and found[0].first <= own <= found[0].last else ""
        lines.append(f"{subject}{of_its_own(day, found[0])}{mark}")
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


def _head(found: Sequence[OverTime], subjects: dict[Subject, list[OverTime]]) -> Iterator[str]:
    yield f"as if on each day from {found[0].first} to {found[0].last}: {counted(len(subjects), 'subject')}"
    turning = sum(turns(own) for own in subjects.values())
    if len(subjects) > 1:
        yield f"every answer stays what it is for {len(subjects) - turning:,}, some answer changes for {turning:,}"


def _table(policy: Policy, of: OverTime, day: str | None) -> Iterator[str]:
    """A line for each step; `>` stands before the one in which the subject's own day lies."""
    own = day_in(day)
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
