"""Explanations as data: `licet/explanation/2`."""

from __future__ import annotations

from typing import Any

from licet.decide.decision import Decision
from licet.explain.document import explanation_document
from licet.explain.looked import Looked
from licet.report import decision_json
from licet.report.escapes import for_json

# What a decision says too: an explanation tells it as it is there.
_SHARED = ("scores", "obligations", "missing", "not_encoded", "conflicts", "contradictions", "doubts")


def render(document: dict[str, Any]) -> str:
    """An explanation as JSON."""
    return for_json(document, indent=1) + "\n"


def document(decision: Decision, looked: Looked | None = None) -> dict[str, Any]:
    """The explanation of one decision as data, as the schema `explanation-2.json` describes it.

    `looked` is what somebody makes more of.
    """
    shared = decision_json.document(decision)
    return {**explanation_document(looked or Looked(decision)), **{name: shared[name] for name in _SHARED}}
