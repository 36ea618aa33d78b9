"""Findings as data: where something stands in a text, what is wrong there, and what to do next."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning", "style"]


_LINE_END = re.compile("\n")


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A named text; turns offsets into 1-based lines and columns.

    It may be a piece of a longer file: then `first` is the line, or row, of the file that it begins at. `cells` is for
    a text that was made from a table: from which offset on it stands in which cell, such as `17:destination` of a CSV
    file or `Transfer!C17` of a workbook.
    """

    name: str
    text: str = field(repr=False)
    first: int = 1
    cells: tuple[tuple[int, str], ...] = field(default=(), repr=False)
    _starts: tuple[int, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_starts", (0, *(end.end() for end in _LINE_END.finditer(self.text))))

    def position(self, offset: int) -> tuple[int, int]:
        """The (line, column) of an offset, both counted from 1."""
        line = bisect_right(self._starts, offset)
        return line + self.first - 1, offset - self._starts[line - 1] + 1

    def cell(self, offset: int) -> str | None:
        """The cell of a table that an offset stands in; None for a text of its own."""
        after = bisect_right(self.cells, offset, key=lambda c: c[0])
        return self.cells[max(after - 1, 0)][1] if self.cells else None

    def offset(self, line: int, column: int) -> int:
        """The offset of a (line, column), both counted from 1."""
        line = min(line - self.first + 1, len(self._starts))
        return min(self._starts[line - 1] + column - 1, len(self.text))

    def line_text(self, line: int) -> str:
        """The text of a line, without its end."""
        line -= self.first - 1
        start = self._starts[line - 1]
        end = self._starts[line] - 1 if line < len(self._starts) else len(self.text)
        return self.text[start:end].rstrip("\r")


_COMMENT = re.compile(r'("(?:[^"\n]|"")*"|[^"#]+|")|#[^\n]*')


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a source text: offsets `start` up to, not including, `end`."""

    source: Source
    start: int
    end: int

    @property
    def line(self) -> int:
        return self.source.position(self.start)[0]

    @property
    def column(self) -> int:
        return self.source.position(self.start)[1]

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    @property
    def said(self) -> str:
        """The text on one line, without the comments in it."""
        return " ".join("".join(m[1] or " " for m in _COMMENT.finditer(self.text)).split())

    @property
    def address(self) -> str:
        """`file:line:column`, as editors read it; in a table `file:cell`."""
        if cell := self.source.cell(self.start):
            return f"{self.source.name}:{cell}"
        line, column = self.source.position(self.start)
        return f"{self.source.name}:{line}:{column}"

    def to(self, other: Span) -> Span:
        """From the start of this span to the end of the other one."""
        return Span(self.source, self.start, max(self.end, other.end))


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text at `span` by `text`."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. `label` stands under the span; `others` are further spans with their own labels."""

    code: str
    message: str
    span: Span | None = None
    label: str = ""
    others: tuple[tuple[Span, str], ...] = ()
    help: str = ""
    notes: tuple[str, ...] = ()
    severity: Severity = "error"
    fix: tuple[Edit, ...] = ()

    @property
    def sort_key(self) -> tuple[str, int, int, str]:
        if self.span is None:
            return ("", 0, 0, self.code)
        return (self.span.source.name, self.span.source.first, self.span.start, self.code)


class Findings:
    """Collects diagnostics while a pass goes on; nothing is dropped, doubles are said once."""

    def __init__(self) -> None:
        self._found: dict[tuple[object, ...], Diagnostic] = {}

    @property
    def count(self) -> int:
        """How many there are so far."""
        return len(self._found)

    def add(self, diagnostic: Diagnostic) -> None:
        span = diagnostic.span
        place = span and (span.source.name, span.source.first, span.source.cells, span.start)
        key = (diagnostic.code, diagnostic.message, place)
        self._found.setdefault(key, diagnostic)

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        for diagnostic in diagnostics:
            self.add(diagnostic)

    def error(
        self,
        code: str,
        message: str,
        span: Span | None = None,
        *,
        label: str = "",
        others: tuple[tuple[Span, str], ...] = (),
        help: str = "",  # noqa: A002 - the word users see
        notes: tuple[str, ...] = (),
        fix: tuple[Edit, ...] = (),
    ) -> None:
        self.add(Diagnostic(code, message, span, label, others, help, notes, "error", fix))

    @property
    def errors(self) -> int:
        """How many of them are errors."""
        return sum(d.severity == "error" for d in self._found.values())

    @property
    def has_errors(self) -> bool:
        return any(d.severity == "error" for d in self._found.values())

    def sorted(self) -> tuple[Diagnostic, ...]:
        return tuple(sorted(self._found.values(), key=lambda d: d.sort_key))
