"""Diagnostics as SARIF 2.1.0, for code-scanning services."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from licet.check.pages import PAGES, page
from licet.diagnostics import Diagnostic, Span
from licet.names import printable
from licet.report.escapes import for_json

_LEVELS = {"error": "error", "warning": "warning", "style": "note"}


def render(diagnostics: Sequence[Diagnostic]) -> str:
    codes = sorted({d.code for d in diagnostics})
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "licet", "version": version("licet"), "rules": [_rule(c) for c in codes]}},
                "columnKind": "unicodeCodePoints",
                "results": [_result(d) for d in diagnostics],
            }
        ],
    }
    return for_json(document, indent=2) + "\n"


def _rule(code: str) -> dict[str, Any]:
    return {
        "id": code,
        "shortDescription": {"text": PAGES.get(code, code)},
        "help": {"text": page(code) or "", "markdown": page(code) or ""},
    }


def _result(d: Diagnostic) -> dict[str, Any]:
    text = printable(d.message + (f"; {d.help}" if d.help else ""))
    found: dict[str, Any] = {"ruleId": d.code, "level": _LEVELS[d.severity], "message": {"text": text}}
    if d.span is not None:
        found["locations"] = [_location(d.span, d.label)]
    if d.others:
        found["relatedLocations"] = [{"id": i, **_location(s, label)} for i, (s, label) in enumerate(d.others, 1)]
    return found


def _location(span: Span, label: str) -> dict[str, Any]:
    end_line, end_column = span.source.position(span.end)
    region = {"startLine": span.line, "startColumn": span.column, "endLine": end_line, "endColumn": end_column}
    uri = quote(PurePath(span.source.name).as_posix())
    place: dict[str, Any] = {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}
    if cell := span.source.cell(span.start):
        place["logicalLocations"] = [{"fullyQualifiedName": cell, "kind": "cell"}]
    if label:
        place["message"] = {"text": printable(label)}
    return place
