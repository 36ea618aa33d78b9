"""Damaged policies never crash the parser or the checker, and every finding has its place."""

from __future__ import annotations

from licet.check.policy import check
from licet.diagnostics import Source
from licet.report.diagnostics_full import render
from licet.syntax.from_text import parse
from tests.language.mutants import mutants


def look_at(text: str) -> int:
    """Parses, checks and renders one text; the number of findings."""
    parsed = parse(Source("mutant.licet", text))
    found = check("mutant", [parsed], {}).diagnostics
    for diagnostic in found:
        assert diagnostic.span is not None, (diagnostic, text)
        assert 0 <= diagnostic.span.start <= diagnostic.span.end <= len(text), (diagnostic, text)
    render(found)
    return len(found)


def test_two_thousand_damaged_policies() -> None:
    found = [look_at(text) for text in mutants(2000, seed=7)]

    assert sum(found) > 2000
