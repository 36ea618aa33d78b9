"""The coverage of a framework for a screen: item by item, what shows it, and what is lacking."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import groupby

from licet.decide.decision import NOTICE, Missing
from licet.release.framework_coverage import OPEN, CoveredItem, FrameworkCoverage, RestsOn, Support
from licet.report.decision_cells import between, said
from licet.report.wrapped import wrapped
from licet.values import counted

NO_CONCLUSION = (
    "Covered says that records which somebody reviewed stand, never that a duty is met: "
    "it is no legal conclusion, and no rule of law reads it."
)
LEGEND = (
    "Not recorded here: nobody says that all records of this kind are here, so what shows the item may be elsewhere. "
    "Record it, or say that they are (`recorded_completely`): then there is no record, and the item is missing."
)


def render(found: FrameworkCoverage, width: int) -> str:
    """Each line fits the width."""
    lines = [
        *wrapped(f"{found.title}, as of {found.as_of}", width),
        *wrapped(f"{found.edition}; {found.standing}", width),
        "",
        *wrapped(summary(found), width),
    ]
    for part, items in groupby(found.items, lambda item: item.text("part")):
        lines += ["", *wrapped(part, width)]
        for item in items:
            lines += _item(item, width)
    lines += ["", *wrapped(LEGEND, width), *wrapped(NO_CONCLUSION, width), NOTICE]
    return "\n".join(lines) + "\n"


def summary(found: FrameworkCoverage) -> str:
    """`72 items: 3 covered, 1 partly, …`."""
    counts = ", ".join(f"{number} {said(status)}" for status, number in found.counts.items())
    return f"{counted(len(found.items), 'item')}: {counts}"


def _item(item: CoveredItem, width: int) -> Iterator[str]:
    mark = "" if item.text("mark") == "verified" else f" (read in {mark_words(item)} only)"
    yield from wrapped(f"{item.text('number')}: {status_words(item)}{mark}", width, "  ", "    ")
    yield from wrapped(item.text("subject"), width, "    ", "    ")
    lacking = lacking_words(item)
    for line in (
        *map(support_words, item.supports),
        f"lacking: {lacking}" if lacking else "",
        *settling_words(item),
        need_words(item),
        item.text("remark"),
    ):
        if line:
            yield from wrapped(line, width, "    - ", "      ")


def status_words(item: CoveredItem) -> str:
    """`covered`; of what is open also between what it lies, where that is not anything."""
    if item.status != OPEN:
        return said(item.status)
    return OPEN if (item.must, item.may) == ("covered", "missing") else f"{OPEN} ({between(item.must, item.may)})"


def mark_words(item: CoveredItem) -> str:
    """How an item was read that was not read in its own text."""
    return {"secondary": "secondary sources", "memory": "memory"}.get(item.text("mark"), "sources that nobody named")


def support_words(support: Support) -> str:
    """`Audit audit-03 (security), by ev-01: stands; reviewed 2026-06-20 by R`."""
    said_of_it = f"{rests_on_words(support)}, by {support.id}: {state_words(support)}"
    return "; ".join([said_of_it, *_review(reviewing(support))])


def rests_on_words(support: Support) -> str:
    """`Audit audit-03 (security)`."""
    return ", ".join(map(_named, support.records)) or "no record"


def state_words(support: Support) -> str:
    """`out of date: a day of it or of its record has passed (valid until 2026-10-31)`."""
    why = "; ".join(support.because)
    days = ", ".join(f"{said(name)} {day}" for name, day in support.passed)
    return said(support.state) + (f": {why}" if why else "") + (f" ({days})" if days else "")


def _review(review: Mapping[str, str]) -> Iterator[str]:
    reviewer, day = review.get("reviewer"), review.get("reviewed_on")
    if reviewer or day:
        yield "reviewed" + (f" {day}" if day else "") + (f" by {reviewer}" if reviewer else "")
    yield from (f"{name}: {review[name]}" for name in ("reason", "scope") if name in review)


def reviewing(support: Support) -> dict[str, str]:
    """Verdict, reviewer, day, reason and scope as far as they are on record."""
    found = {name: support.record.get(name) for name in ("verdict", "reviewer", "reviewed_on", "reason", "scope")}
    return {name: str(value) for name, value in found.items() if isinstance(value, str | date)}


def lacking_words(item: CoveredItem) -> str:
    """What it asks for and what does not surely stand."""
    if item.status in ("covered", "not_applicable"):
        return ""
    why = dict.fromkeys(one.why for one in item.lacking)
    kinds = {reason: ", ".join(said(one.kind) for one in item.lacking if one.why == reason) for reason in why}
    return "; ".join(f"{named} ({said(reason)})" for reason, named in kinds.items())


def settling_words(item: CoveredItem) -> Iterator[str]:
    """Facts of evidence that keep it open."""
    yield from map(_missing_words, item.missing)


def _missing_words(missing: Missing) -> str:
    ask = f": {missing.ask}" if missing.ask else ""
    return f"not known: {said(missing.fact)} of {' '.join(missing.of)}{ask}"


def need_words(item: CoveredItem) -> str:
    """The kind of fact that would show it better and that the vocabulary lacks."""
    need = item.text("would_need")
    return f"no words for: {need}" if need else ""


def _named(named: RestsOn) -> str:
    return f"{named.type} {named.id}" + (f" ({said(named.kind)})" if named.kind else "")
