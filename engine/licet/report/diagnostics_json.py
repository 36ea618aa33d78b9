"""Diagnostics as a JSON array."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from licet.diagnostics import Diagnostic, Span
from licet.report.escapes import for_json


def render(diagnostics: Iterable[Diagnostic]) -> str:
    return for_json([_one(d) for d in diagnostics], indent=2) + "\n"


def _one(d: Diagnostic) -> dict[str, Any]:
    return {
        "code": d.code,
        "severity": d.severity,
        "message": d.message,
        "place": _place(d.span, d.label),
        "others": [_place(span, label) for span, label in d.others],
        "help": d.help or None,
        "notes": list(d.notes),
        "fix": [{"place": _place(e.span, ""), "text": e.text} for e in d.fix],
    }


def _place(span: Span | None, label: str) -> dict[str, Any] | None:
    if span is None:
        return None
    end_line, end_column = span.source.position(span.end)
    return {
        "file": span.source.name,
        "line": span.line,
        "column": span.column,
        "end_line": end_line,
        "end_column": end_column,
        "label": label or None,
        **({"cell": cell} if (cell := span.source.cell(span.start)) else {}),
    }
