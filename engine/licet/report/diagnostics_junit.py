"""Diagnostics as JUnit XML: a test case for each finding, for build servers."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from licet.diagnostics import Diagnostic
from licet.report.diagnostics_full import render as full


def render(diagnostics: Sequence[Diagnostic]) -> str:
    failures = sum(d.severity == "error" for d in diagnostics)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="licet check" tests="{max(len(diagnostics), 1)}" failures="{failures}">',
        f'  <testsuite name="licet check" tests="{max(len(diagnostics), 1)}" failures="{failures}">',
        *([] if diagnostics else ['    <testcase name="no findings" classname="licet"/>']),
        *(line for d in diagnostics for line in _case(d)),
        "  </testsuite>",
        "</testsuites>",
    ]
    return "\n".join(lines) + "\n"


def _case(d: Diagnostic) -> list[str]:
    name = f"{d.code} {d.span.address if d.span else ''}".strip()
    place = d.span.source.name if d.span else "licet"
    text = escape(full([d]))
    body = (
        f"      <failure message={quoteattr(d.message)} type={quoteattr(d.code)}>{text}</failure>"
        if d.severity == "error"
        else f"      <system-out>{text}</system-out>"
    )
    return [f"    <testcase name={quoteattr(name)} classname={quoteattr(place)}>", body, "    </testcase>"]
