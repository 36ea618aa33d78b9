"""Templates of pages: whatever they write of a document is escaped, and shown as it can be seen."""

from __future__ import annotations

from functools import cache

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from licet.report.escapes import for_page
from licet.report.explanation_words import cut
from licet.values import counted


@cache
def template(name: str, package: str = "licet.report") -> Template:
    """A template by its file's name, from a package that has some; it may include those of `report/templates/`."""
    templates = Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader("licet.report")]),
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
