"""What a result comes to as one page, or as the first of a folder: no script, nothing loaded, all text escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from licet.report.decision_cells import between, said
from licet.report.explanation_timeline import kind
from licet.report.explanation_words import day, place, sentence
from licet.report.page_templates import template
from licet.report.results.result_words import heads, law_told, outcomes_told, share

_LEAST = 0.35  # how strong the mildest of a colour is drawn


@dataclass(frozen=True, slots=True)
class BarPart:
    """A piece of a bar, in per cent of its length; `strength` tells outcomes of one colour apart."""

    x: float
    width: float
    kind: str  # free, mid, duty, unk
    strength: float


def render(document: Mapping[str, Any], links: Mapping[tuple[str, str], str] | None = None) -> str:
    """The page of a document `licet/report/1`; `links` lead to a page of their own from cases by type and id."""
    links = links or {}
    cases = [
        (group, [(case, links.get((case["type"], case["id"]))) for case in document["cases"][group]["shown"]])
        for group in ("open", "determined")
    ]
    return template("results.html").render(
        report=document,
        heads=heads(document),
        cases=cases,
        bar=bar,
        told=outcomes_told,
        answer=between,
        colour=lambda one, chain: kind((one["must"], one["may"]), chain),
        said=said,
        laws_of=laws_of,
        sentence=sentence,
        place=place,
        day=lambda text: day(text) if text else "no day",
        share=share,
        law_told=law_told,
        version=version("licet"),
    )


def bar(answers: Mapping[str, Any], chain: Sequence[str]) -> list[BarPart]:
    """The answers as pieces of one bar, the gravest first."""
    whole = answers["rows"] or 1
    parts, at = [], 0.0
    for one in answers["outcomes"]:
        width = 100 * one["rows"] / whole
        strength = _LEAST + (1 - _LEAST) * chain.index(one["may"]) / max(1, len(chain) - 1)
        colour = kind((one["must"], one["may"]), chain)
        parts.append(BarPart(round(at, 3), round(width, 3), colour, 1 if colour == "free" else round(strength, 2)))
        at += width
    return parts


def laws_of(decision: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """What each jurisdiction says, in one row those of which no rule asks for more than the most lenient outcome."""
    least = decision["chain"][0]
    rows: list[tuple[str, Mapping[str, Any]]] = []
    silent: list[Mapping[str, Any]] = []
    for one in decision["jurisdictions"]:
        more = any(answer["may"] != least for answer in one["outcomes"])
        unenforced = f", {one['not_enforced']:,} announced as not enforced" if one["not_enforced"] else ""
        if more:
            rows.append((place(one["jurisdiction"]) + unenforced, one))
        elif one["outcomes"]:
            silent.append(one)
    if silent:
        rows.append((", ".join(place(one["jurisdiction"]) for one in silent) + ", each", silent[0]))
    return rows
