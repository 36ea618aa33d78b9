"""An explanation as one page that can be printed and signed: no script, nothing loaded, all text escaped."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from licet.explain.verdict import Verdict
from licet.ir.canonical import digest
from licet.report import verdict_words
from licet.report.explanation_sheets import page_of
from licet.report.page_templates import template


def render(document: Mapping[str, Any], verdict: Verdict | None = None) -> str:
    """The page of a document `licet/explanation/2`, of what a second program says of it, and of nothing else."""
    return template("explanation.html").render(
        page=page_of(document),
        document=document,
        digest=digest(document),
        version=version("licet"),
        verdict=verdict,
        words=verdict_words,
    )
