"""An explanation in each of its formats."""

from __future__ import annotations

from typing import Any

from licet.decide.decision import Decision
from licet.explain.from_decision import explain
from licet.report import (
    explanation_json,
    explanation_markdown,
    explanation_mermaid,
    explanation_page,
    explanation_text,
)

FORMATS = ("text", "markdown", "json", "html", "mermaid")


def render(decision: Decision, format_: str, *, width: int = 80) -> str:
    """The explanation of one decision; `width` is that of a terminal."""
    return render_document(decision, explanation_json.document(decision), format_, width=width)


def render_document(decision: Decision, document: dict[str, Any], format_: str, *, width: int = 80) -> str:
    """The same, where its document is at hand."""
    if format_ == "json":
        return explanation_json.render(document)
    if format_ == "html":
        return explanation_page.render(document)
    if format_ == "mermaid":
        return explanation_mermaid.render(document)
    if format_ == "markdown":
        return explanation_markdown.render(explain(decision), document)
    return explanation_text.render(explain(decision), document, width=width)
