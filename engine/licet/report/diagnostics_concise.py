"""Diagnostics, one a line: `file:line:column: E020 message`."""

from __future__ import annotations

from collections.abc import Iterable

from licet.diagnostics import Diagnostic
from licet.names import printable


def render(diagnostics: Iterable[Diagnostic]) -> str:
    return "".join(_one(d) + "\n" for d in diagnostics)


def _one(diagnostic: Diagnostic) -> str:
    place = f"{diagnostic.span.address}: " if diagnostic.span else ""
    help_ = f" ({diagnostic.help})" if diagnostic.help else ""
    return printable(f"{place}{diagnostic.severity} {diagnostic.code}: {diagnostic.message}{help_}")
