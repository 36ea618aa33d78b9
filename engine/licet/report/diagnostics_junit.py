"""Diagnostics as JUnit XML: a test case for each finding, for build servers."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from licet.diagnostics import Diagnostic
from licet.names import printable
from licet.report.diagnostics_full import render as full


def render(diagnostics: Sequence[Diagnostic]) -> str:
    """What cannot be seen is written out: XML has no way to say most of it."""
    counts = {
        "name": "licet check",
        "tests": str(max(len(diagnostics), 1)),
        "failures": str(sum(d.severity == "error" for d in diagnostics)),
    }
    suites = ET.Element("testsuites", counts)
    suite = ET.SubElement(suites, "testsuite", counts)
    if not diagnostics:
        ET.SubElement(suite, "testcase", name="no findings", classname="licet")
    for diagnostic in diagnostics:
        _add(suite, diagnostic)
    ET.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(suites, encoding="unicode")}\n'


def _add(suite: ET.Element, d: Diagnostic) -> None:
    name = f"{d.code} {d.span.address if d.span else ''}".strip()
    place = d.span.source.name if d.span else "licet"
    case = ET.SubElement(suite, "testcase", name=printable(name), classname=printable(place))
    if d.severity == "error":
        said = ET.SubElement(case, "failure", message=printable(d.message), type=d.code)
    else:
        said = ET.SubElement(case, "system-out")
    said.text = full([d])
