"""What changed between two policies, as a page that needs no script and no network."""

from __future__ import annotations

from importlib.metadata import version

from licet.report.diff_outline import DiffOutline
from licet.report.page_templates import template


def render(told: DiffOutline, refs: tuple[str, str]) -> str:
    """The page; `refs` say where the two policies were read."""
    return template("diff.html").render(told=told, refs=refs, version=version("licet"))
