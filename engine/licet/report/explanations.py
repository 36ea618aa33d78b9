"""An explanation in each of its formats."""

from __future__ import annotations

from typing import Any

from licet.decide.decision import Decision
from licet.errors import UsageError
from licet.explain.from_decision import explain
from licet.explain.verdict import Verdict
from licet.report import (
    explanation_json,
    explanation_markdown,
    explanation_mermaid,
    explanation_page,
    explanation_pdf,
    explanation_text,
)

FORMATS = ("text", "markdown", "json", "html", "pdf", "mermaid")


def render_document(
    decision: Decision, document: dict[str, Any], format_: str, verdict: Verdict | None = None, *, width: int = 80
) -> str:
    """The explanation of one decision by its document, with what a second program says of it; of JSON, without.

    For a PDF its page, which `file_of` prints. `width` is that of a terminal. Errors: `UsageError` where there is no
    answer that a sheet or a graph could show.
    """
    if not document["parts"] and format_ in ("html", "pdf", "mermaid"):
        raise UsageError(
            f"nothing is decided about `{decision.subject}`: no sheet, no graph; write text, markdown or json"
        )
    if format_ == "json":
        return explanation_json.render(document)
    if format_ in ("html", "pdf"):
        return explanation_page.render(document, verdict)
    if format_ == "mermaid":
        return explanation_mermaid.render(document, verdict)
    if format_ == "markdown":
        return explanation_markdown.render(explain(decision), document, verdict=verdict)
    return explanation_text.render(explain(decision), document, verdict=verdict, width=width)


def file_of(text: str, format_: str) -> bytes:
    """What was rendered, as it stands in a file. Errors: `UsageError` where no browser prints a PDF."""
    return explanation_pdf.printed(text) if format_ == "pdf" else text.encode("utf-8")
