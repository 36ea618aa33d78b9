"""The coverage of a framework as a workbook: a row for each item, one for each evidence, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from licet.decide.decision import NOTICE
from licet.facts.inventory.answers import MARK
from licet.ir.canonical import fingerprint
from licet.release.framework_coverage import COVERAGE, OPEN, CoveredItem, FrameworkCoverage, Support
from licet.release.framework_text import (
    LEGEND,
    NO_CONCLUSION,
    lacking_words,
    rests_on_words,
    reviewing,
    settling_words,
    state_words,
    status_words,
    summary,
    support_words,
)
from licet.report.decision_cells import said
from licet.report.escapes import for_workbook
from licet.report.outcome_colours import colours, ink
from licet.report.xlsx_sheet import Coloured, Formats, GrowingSheet, Heading

_ITEMS = ("Number", "Part", "What it asks", "Status", "Kinds", "Evidence", "Lacking", "Not known", "No words for")
_ALSO = ("Remark", "Bears on", "How it was read")
_EVIDENCE = ("Evidence", "Items", "Rests on", "State", "Verdict", "Reviewer", "Reviewed on", "Reason", "Scope")


def write(found: FrameworkCoverage, path: Path) -> None:
    """The file."""
    book = Workbook(path, {"strings_to_urls": False})
    book.set_properties({"keywords": MARK})
    formats = Formats(book)
    looks = _looks(book, found)
    items = GrowingSheet(formats, "Items", [*map(Heading, _ITEMS), *map(Heading, _ALSO)], frozen=1)
    for item in found.items:
        items.add(
            [cell if isinstance(cell, Coloured) else Coloured(cell, formats.prose) for cell in _item(item, looks)]
        )
    items.close()
    evidence = GrowingSheet(formats, "Evidence", [Heading(name) for name in _EVIDENCE], frozen=1)
    for support in {one.id: one for item in found.items for one in item.supports}.values():
        evidence.add([Coloured(cell, formats.prose) for cell in _support(support, found)])
    evidence.close()
    _about(book, formats, found)
    book.close()


def _item(item: CoveredItem, looks: Mapping[str, Format]) -> Iterator[str | Coloured]:
    yield from (item.text(name) for name in ("number", "part", "subject"))
    yield Coloured(status_words(item), looks[item.status])
    yield ", ".join(map(said, item.names("asks")))
    yield "\n".join(map(support_words, item.supports))
    yield lacking_words(item)
    yield "\n".join(settling_words(item))
    yield from (item.text(name) for name in ("would_need", "remark"))
    yield ", ".join(map(said, item.names("bears_on")))
    yield item.text("mark")


def _support(support: Support, found: FrameworkCoverage) -> Iterator[str]:
    review = reviewing(support)
    yield support.id
    yield ", ".join(item.text("number") for item in found.items if support in item.supports)
    yield rests_on_words(support)
    yield state_words(support)
    yield from (review.get(name, "") for name in ("verdict", "reviewer", "reviewed_on", "reason", "scope"))


def _looks(book: Workbook, found: FrameworkCoverage) -> Mapping[str, Format]:
    """The darker, the more is lacking; what is open is striped, what does not apply has no colour."""
    none, *graver = found.policy.decisions[COVERAGE].outcomes
    looks = {
        status: book.add_format({"valign": "top", "bg_color": colour, "font_color": ink(colour)})
        for status, colour in zip(graver, colours(len(graver)), strict=True)
    }
    striped = {"pattern": 14, "bg_color": "#FFFFFF", "fg_color": colours(len(graver))[-2], "font_color": "#1B1F24"}
    open_ = book.add_format({"valign": "top", "italic": True, **striped})
    return {**looks, OPEN: open_, none: book.add_format({"valign": "top"})}


def _about(book: Workbook, formats: Formats, found: FrameworkCoverage) -> None:
    page = book.add_worksheet("About")
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.set_column(0, 0, 24)
    page.set_column(1, 1, 100)
    page.write_string(0, 0, for_workbook(found.title), formats.title)
    for row, (name, value) in enumerate(_about_rows(found), 2):
        page.write_string(row, 0, name, formats.bold)
        page.write_string(row, 1, for_workbook(value), formats.prose)


def _about_rows(found: FrameworkCoverage) -> Iterator[tuple[str, str]]:
    yield "Notice", f"This is {NOTICE}. {NO_CONCLUSION}"
    yield "Framework", f"{found.edition}; {found.standing}"
    yield "As of", str(found.as_of)
    yield "Items", summary(found)
    yield "Lacking", LEGEND
    yield "Policy", found.policy.name
    yield "Policy fingerprint", fingerprint(found.policy)
    yield "Facts fingerprint", found.facts.fingerprint
    yield "Licet", version("licet")
