"""An explanation as one page that can be printed and signed: no script, nothing loaded, all text escaped."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from licet.explain.verdict import Verdict
from licet.ir.canonical import canonical_json, ordered
from licet.report import verdict_words
from licet.report.explanation_sheet import page_of
from licet.report.page_templates import template


def render(document: Mapping[str, Any], verdict: Verdict | None = None) -> str:
    """The page of a document `licet/explanation/2`, of what a second program says of it, and of nothing else."""
    digest = hashlib.sha256(canonical_json(_in_order(document))).hexdigest()
    return template("explanation.html").render(
        page=page_of(document),
        document=document,
        digest=digest,
        version=version("licet"),
        verdict=verdict,
        words=verdict_words,
    )


def _in_order(part: Any) -> Any:
    """The same with the keys of every object as RFC 8785 sorts them."""
    if isinstance(part, Mapping):
        return ordered({key: _in_order(value) for key, value in part.items()})
    return [_in_order(value) for value in part] if isinstance(part, list | tuple) else part
