"""The index of a folder of explanations: one row for each subject, in the order of `report/gravity.py`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from licet.decide.decision import Decision
from licet.ir import policy as ir
from licet.report.explanation_sheets import Page, page_of
from licet.report.explanation_timeline import kind
from licet.report.explanation_words import ShownName, sentence
from licet.report.gravity import Rank, order, rank
from licet.report.page_templates import template

_OPEN = "not determined"


@dataclass(frozen=True, slots=True)
class ToldDecision:
    """One decision over all jurisdictions, or what is concluded in one."""

    decision: str
    text: str
    range: str  # of what is not determined
    kind: str  # free, mid, duty, unk
    rank: Rank


@dataclass(frozen=True, slots=True)
class IndexRow:
    subject: ShownName
    type: str
    day: str
    answers: list[ToldDecision]
    reason: str
    href: str
    order: tuple[Any, ...]  # among all rows


def row(policy: ir.Policy, decision: Decision, document: Mapping[str, Any], href: str) -> IndexRow:
    """The row of one subject; its reason is the first that its page tells of the gravest answer. Who is concluded
    something of comes before who is not.
    """
    page = page_of(document)
    answers = []
    for overall in decision.overall:
        chain = policy.decisions[overall.decision].outcomes
        ends = overall.must, overall.may
        low, high = (outcome.replace("_", " ") for outcome in ends)
        text, range_ = (low, "") if low == high else (_OPEN, f"from {low} to {high}")
        answers.append(
            ToldDecision(overall.decision.replace("_", " "), text, range_, kind(ends, chain), rank(ends, chain))
        )
    concluded = [sheet for sheet in (*page.sheets, *page.folded) if not sheet.is_decision]
    answers += [ToldDecision(sheet.called, sheet.headline, "", sheet.colour, sheet.gravity[0]) for sheet in concluded]
    first = (*order(decision), [(not sheet.holds, sheet.open) for sheet in concluded], page.kind, href)
    return IndexRow(page.subject, page.kind, page.day, answers, _reason(page), href, first)


def _reason(page: Page) -> str:
    conflicts = [notice.head for notice in page.sheets[0].notices if notice.kind == "conflict"]
    return " ".join((*conflicts[:1], page.sheets[0].reason))


def render(policy: ir.Policy, decision: Decision, rows: Sequence[IndexRow]) -> str:
    """The page of these rows; `decision` is any of theirs: policy and facts are the same for all."""
    ordered = sorted(rows, key=lambda row: row.order)
    return template("explanation_index.html").render(
        rows=ordered,
        counts=[(sentence(name), found) for name, found in _counts(policy, ordered).items()],
        about=decision,
        by_name=bool(decision.asked_names),
        version=version("licet"),
    )


def _counts(policy: ir.Policy, rows: Sequence[IndexRow]) -> Mapping[str, list[tuple[int, ToldDecision]]]:
    """By decision, how many subjects have each answer, from the gravest on; what is open is one answer, and first."""
    found: dict[str, Counter[str]] = {name.replace("_", " "): Counter() for name in policy.decisions}
    like: dict[tuple[str, str], ToldDecision] = {}
    for told in (told for row in rows for told in row.answers):
        found.setdefault(told.decision, Counter())[told.text] += 1
        like[told.decision, told.text] = told
    counts = {
        name: [(n, like[name, text]) for text, n in answers.items()] for name, answers in found.items() if answers
    }
    for answers in counts.values():
        answers.sort(key=lambda counted: (counted[1].kind == "unk", counted[1].rank), reverse=True)
    return counts
