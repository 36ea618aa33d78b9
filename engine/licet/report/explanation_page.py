"""An explanation as one page that can be printed and signed: no script, nothing loaded, all text escaped."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from licet.decide.decision import Decision
from licet.ir.canonical import canonical_json, ordered
from licet.report import explanation_json
from licet.report.escapes import for_page
from licet.report.explanation_sheet import page_of
from licet.report.explanation_words import cut


def render(decision: Decision) -> str:
    """The page of one decision."""
    return render_document(explanation_json.document(decision))


def render_document(document: Mapping[str, Any]) -> str:
    """The page of a document `licet/explanation/2`, and of nothing else."""
    templates = Environment(
        loader=PackageLoader("licet.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    templates.filters["cut"] = cut
    digest = hashlib.sha256(canonical_json(_in_order(document))).hexdigest()
    page = templates.get_template("explanation.html")
    return page.render(page=page_of(document), document=document, digest=digest, version=version("licet"))


def _in_order(part: Any) -> Any:
    """The same with the keys of every object as RFC 8785 sorts them."""
    if isinstance(part, Mapping):
        return ordered({key: _in_order(value) for key, value in part.items()})
    return [_in_order(value) for value in part] if isinstance(part, list | tuple) else part


def _shown(value: object) -> object:
    """Whatever the template writes of a document; markup is the page's own."""
    return for_page(value) if isinstance(value, str) and not isinstance(value, Markup) else value
