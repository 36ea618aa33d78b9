"""Explanations as data: `licet/explanation/1`."""

from __future__ import annotations

from dataclasses import asdict

from licet.explain.proof import Explanation
from licet.report.escapes import for_json

SCHEMA = "licet/explanation/1"


def render(explanation: Explanation) -> str:
    document = {"schema": SCHEMA, **asdict(explanation), "notice": "not legal advice"}
    return for_json(document, indent=2) + "\n"
