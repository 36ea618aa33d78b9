"""The columns of the decisions sheet: what everybody wants first, then, folded, the bounds by jurisdiction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pyarrow as pa
from xlsxwriter.format import Format

from licet.ir import policy as ir
from licet.report.because import because_of, places_in
from licet.report.xlsx_sheet import Coloured, Heading, Hyperlink, Value

Cell = Value | Coloured | Hyperlink
Read = Callable[[Mapping[str, Any]], Cell]  # a cell from a row of the result table, flattened
Look = Callable[[ir.Decision, str, str], Format]  # the look of an answer between two outcomes
STATUSES = {"holds": "hold", "unknown": "are unknown", "defeated": "are excepted", "not_encoded": "are not encoded"}

_ANSWER_PARTS = {
    "details": "details",
    "possible_details": "possible details",
    "enforced": "same without rules announced as not enforced",
    "must": "at least",
    "may": "at most",
    "enforced_must": "at least, without rules announced as not enforced",
    "enforced_may": "at most, without rules announced as not enforced",
}
_LAST = {
    "obligations": "Obligations",
    "missing": "Missing facts",
    "not_encoded": "Law that is not encoded here",
    "conflicts": "Conflicts",
    "contradictions": "Facts that cannot be",
    "doubts": "Facts that hardly can be",
    "assumptions": "Taken as complete",
    "unverified": "Rules not read in the legal text",
} | {f"rules.{status}": f"Rules that {said}" for status, said in STATUSES.items()}


def columns(policy: ir.Policy, schema: pa.Schema, look: Look) -> Iterator[tuple[Heading, Read]]:
    """What everybody wants first; then, folded, the bounds and each jurisdiction."""
    yield Heading("Type"), _text("type")
    yield Heading("Subject"), _text("id")
    yield Heading("As of"), _text("as_of")
    names = schema.names
    for name in names[2 : names.index("as_of")]:  # what a caller put beside the id
        yield Heading(capital(name)), _plain(name)
    decisions = [d for d in policy.decisions.values() if f"{d.name}.must" in names]
    for decision in decisions:
        yield Heading(capital(decision.phrase)), _answer(decision, look)
        yield Heading(f"{capital(decision.phrase)}: because"), because_of(policy, decision, places_in(decision, names))
        yield Heading(f"{capital(decision.phrase)}: enforcement"), _enforcement(decision, names)
    for score in policy.scores.values():
        if f"{score.name}.low" in names:
            for part, said in (("low", "lowest"), ("high", "highest"), ("bands", "bands")):
                yield Heading(f"{capital(score.phrase)}: {said}"), _text(f"{score.name}.{part}")
    for name, said in _LAST.items():
        yield Heading(said, folded=name.startswith("rules.")), _text(name)
    for decision in decisions:
        yield from _folded(decision, names)


def _folded(decision: ir.Decision, names: list[str]) -> Iterator[tuple[Heading, Read]]:
    said = capital(decision.phrase)
    for part, words in (("must", "at least"), ("may", "at most"), ("determined", "determined"), ("from", "reached in")):
        yield Heading(f"{said}: {words}", folded=True), _text(f"{decision.name}.{part}")
    for place in places_in(decision, names):
        for part, words in _ANSWER_PARTS.items():
            heading = f"{said}, {place}: {words}"
            yield Heading(heading, folded=True), _text(f"{decision.name}.{place}.{part}")


def _text(name: str) -> Read:
    is_name = name.startswith("rules.") or name in ("id", "type", *_LAST)

    def read(row: Mapping[str, Any]) -> Cell:
        value = row[name]
        if isinstance(value, bool):
            return "yes" if value else "no"
        return said_of(value) if isinstance(value, str) and not is_name else value

    return read


def _plain(name: str) -> Read:
    return lambda row: row[name]


def _answer(decision: ir.Decision, look: Look) -> Read:
    def read(row: Mapping[str, Any]) -> Cell:
        must, may = row[f"{decision.name}.must"], row[f"{decision.name}.may"]
        if must is None:
            return None
        said = said_of(must) if must == may else f"from {said_of(must)} to {said_of(may)}"
        return Coloured(said, look(decision, must, may))

    return read


def _enforcement(decision: ir.Decision, names: list[str]) -> Read:
    columns = [(place, f"{decision.name}.{place}.enforced") for place in places_in(decision, names)]

    def read(row: Mapping[str, Any]) -> Cell:
        places = [place for place, name in columns if row[name] is False]
        if not places:
            return None
        where = [place for place in places if place != ir.COMMON]
        return "announced as not enforced" + (f" ({', '.join(where)})" if where else "")

    return read


def said_of(name: str) -> str:
    """An outcome or another name in words."""
    return name.replace("_", " ")


def capital(phrase: str) -> str:
    """A phrase as a heading."""
    return said_of(phrase[:1].upper() + phrase[1:])
