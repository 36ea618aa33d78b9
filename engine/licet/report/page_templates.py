"""Templates of pages: whatever they write of a document is escaped, and shown as it can be seen."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from licet.report.escapes import for_page
from licet.report.explanation_words import cut
from licet.values import counted


def template(name: str) -> Template:
    """A template of the package's by its file's name."""
    templates = Environment(
        loader=PackageLoader("licet.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    templates.filters["cut"] = cut
    templates.globals["counted"] = counted
    return templates.get_template(name)


def _shown(value: object) -> object:
    """What a template writes of others; markup is the page's own."""
    return for_page(value) if isinstance(value, str) and not isinstance(value, Markup) else value
