"""Diagnostics for people: the source excerpt, what is wrong in it, what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from licet.diagnostics import Diagnostic, Source, Span
from licet.names import printable
from licet.values import counted

_WIDEST = 100  # of an excerpt; longer lines are cut around the place


def render(diagnostics: Iterable[Diagnostic]) -> str:
    """All diagnostics, an empty line between two."""
    return "\n".join(_one(d) for d in diagnostics)


def _one(diagnostic: Diagnostic) -> str:
    lines = [f"{diagnostic.severity}[{diagnostic.code}]: {printable(diagnostic.message)}"]
    if diagnostic.span is not None:
        lines += _excerpts(diagnostic)
    if diagnostic.help:
        lines.append(f"   = help: {printable(diagnostic.help)}")
    lines += [f"   = note: {printable(note)}" for note in diagnostic.notes]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class _Mark:
    line: int
    start: int
    end: int
    character: str
    label: str


def _excerpts(diagnostic: Diagnostic) -> list[str]:
    assert diagnostic.span is not None
    main = diagnostic.span
    lines = [f"  --> {printable(main.address)}"]
    marks = [_mark(main, "^", diagnostic.label)]
    elsewhere: list[tuple[Span, str]] = []
    for span, label in diagnostic.others:
        if span.source is main.source:
            marks.append(_mark(span, "-", label))
        else:
            elsewhere.append((span, label))
    lines += _block(main.source, marks)
    for span, label in elsewhere:
        lines.append(f"  ::: {printable(span.address)}")
        lines += _block(span.source, [_mark(span, "-", label)])
    return lines


def _mark(span: Span, character: str, label: str) -> _Mark:
    line, column = span.source.position(span.start)
    last_line, last_column = span.source.position(max(span.end, span.start))
    if last_line > line:  # marks stay on the first line
        last_column = len(span.source.line_text(line)) + 1
    return _Mark(line, column, max(last_column, column + 1), character, label)


def _block(source: Source, marks: Sequence[_Mark]) -> list[str]:
    numbers = sorted({m.line for m in marks})
    width = max(2, len(str(numbers[-1])))
    out = []
    before: int | None = None
    for number in numbers:
        if before is not None and number > before + 1:
            out.append("." * 3)
        before = number
        text = source.line_text(number).replace("\t", " ")
        here = sorted((_shifted(m, text) for m in marks if m.line == number), key=lambda m: m.start)
        text = printable(text)
        cut = max(0, min(m.start for m in here) - _WIDEST // 2) if len(text) > _WIDEST else 0
        shown = text[cut : cut + _WIDEST]
        out.append(f"{number:>{width}} | {'...' if cut else ''}{shown}".rstrip())
        out += [f"{'':>{width}} | {line}" for line in _pointers(here, cut - (3 if cut else 0))]
    return out


def _shifted(mark: _Mark, text: str) -> _Mark:
    """Where it stands once what cannot be seen is written out."""
    if text.isprintable():
        return replace(mark, label=printable(mark.label))
    start, end = (len(printable(text[: column - 1])) + 1 for column in (mark.start, mark.end))
    return replace(mark, start=start, end=max(end, start + 1), label=printable(mark.label))


def _pointers(marks: Sequence[_Mark], cut: int) -> list[str]:
    """The underlines with the label of the last mark beside them, the other labels below, last first."""
    canvas: list[str] = []
    for mark in marks:
        start, end = mark.start - 1 - cut, min(mark.end - 1 - cut, _WIDEST + 3)
        canvas += [" "] * (end - len(canvas))
        canvas[start:end] = mark.character * max(end - start, 1)
    lines = [("".join(canvas) + " " + marks[-1].label).rstrip()]
    for mark in reversed(marks[:-1]):
        if mark.label:
            lines.append(" " * (mark.start - 1 - cut) + mark.label)
    return lines


def summary(diagnostics: Sequence[Diagnostic]) -> str:
    """`2 errors, 1 warning`."""
    parts = []
    for severity in ("error", "warning", "style"):
        number = sum(d.severity == severity for d in diagnostics)
        if number:
            word = "style finding" if severity == "style" else severity
            parts.append(counted(number, word))
    return ", ".join(parts) or "no findings"
