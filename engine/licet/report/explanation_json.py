"""Explanations as data: `licet/explanation/1`."""

from __future__ import annotations

import json
from dataclasses import asdict

from licet.explain.proof import Explanation

SCHEMA = "licet/explanation/1"


def render(explanation: Explanation) -> str:
    document = {"schema": SCHEMA, **asdict(explanation), "notice": "not legal advice"}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
