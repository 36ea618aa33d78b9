"""The coverage of a framework as one page that loads nothing and has no script: to read, to print, to send along."""

from __future__ import annotations

from importlib.metadata import version
from itertools import groupby

from licet.ir.canonical import fingerprint
from licet.release import framework_text as words
from licet.release.framework_coverage import OPEN, CoveredItem, FrameworkCoverage
from licet.report.decision_cells import said
from licet.report.page_templates import template

# What colour a status has on the page; its words always say the same.
_KINDS = {"covered": "free", "partly": "mid", "out_of_date": "duty", "missing": "duty", OPEN: "unk"}


def render(found: FrameworkCoverage) -> str:
    """The page. Everything of an inventory is escaped."""
    return template("framework.html", __package__).render(
        found=found,
        counts=[(number, said(status), _KINDS.get(status, "")) for status, number in found.counts.items()],
        parts=[(part, list(items)) for part, items in groupby(found.items, lambda item: item.text("part"))],
        kind=lambda item: _KINDS.get(item.status, ""),
        lines=_lines,
        words=words,
        fingerprint=fingerprint(found.policy),
        version=version("licet"),
    )


def _lines(item: CoveredItem) -> list[str]:
    """What is told of an item below its evidence."""
    return [*words.settling_words(item), *filter(None, (words.need_words(item), item.text("remark")))]
