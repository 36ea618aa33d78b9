"""The release map as one page that loads nothing: script, style and data are in it."""

from __future__ import annotations

import json
from importlib.metadata import version

from markupsafe import Markup

from licet.release.release_map import ReleaseMap
from licet.report.escapes import for_page
from licet.report.page_templates import template


def render(release_map: ReleaseMap) -> str:
    """The page. Everything of an inventory is escaped, in the page and in the data."""
    document = json.dumps(for_page(release_map.data), ensure_ascii=False, separators=(",", ":"))
    cells = len(release_map.rows) * len(release_map.document["destinations"])
    page = template("release_map.html", __package__)
    return page.render(map=release_map, data=Markup(_inert(document)), cells=cells, version=version("licet"))  # noqa: S704


def _inert(document: str) -> str:
    """JSON in which no tag or comment of HTML can begin or end."""
    return document.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
