"""Diagnostics as workflow commands, which a forge shows beside the changed lines."""

from __future__ import annotations

from collections.abc import Sequence

from licet.diagnostics import Diagnostic
from licet.names import printable

_COMMANDS = {"error": "error", "warning": "warning", "style": "notice"}


def render(diagnostics: Sequence[Diagnostic]) -> str:
    return "".join(_one(d) + "\n" for d in diagnostics)


def _one(d: Diagnostic) -> str:
    place = ""
    if d.span is not None:
        end_line, end_column = d.span.source.position(d.span.end)
        place = (
            f"file={_property(d.span.source.name)},line={d.span.line},col={d.span.column},"
            f"endLine={end_line},endColumn={end_column},"
        )
    text = printable(d.message) + (f"\n{d.help}" if d.help else "")
    return f"::{_COMMANDS[d.severity]} {place}title={_property(d.code)}::{_data(text)}"


def _data(text: str) -> str:
    return "%0A".join(printable(line) for line in text.replace("%", "%25").split("\n"))


def _property(text: str) -> str:
    return _data(printable(text)).replace(":", "%3A").replace(",", "%2C")
