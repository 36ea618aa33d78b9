"""Explanations for a terminal: the answer, why, the proof as a tree, why not, what is missing."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from licet.explain.proof import Explained, Explanation, Proof
from licet.names import printable
from licet.report.decision_text import SINCE
from licet.report.explanation_layers import Layers

_WIDTH = 80


def render(explanation: Explanation, document: dict[str, Any] | None = None, *, width: int = _WIDTH) -> str:
    """The whole explanation, wrapped to `width` columns; with its document, what the answer hangs on too."""
    layers = {(p["decision"], p["jurisdiction"]): Layers(document, p) for p in document["parts"]} if document else {}
    lines = [
        f"{printable(str(explanation.subject))} as of {explanation.as_of}",
        f"policy: {printable(explanation.policy)}",
    ]
    if explanation.asked:
        lines += _wrapped(f"under the law of {', '.join(explanation.asked)}; no other was asked", "", "  ", width)
    if explanation.as_read:
        lines += _wrapped(f"{', '.join(explanation.as_read)}; {SINCE}", "", "  ", width)
    lines.append("")
    for part in explanation.parts:
        lines += _part(part, layers.get((part.decision, part.jurisdiction)), width)
    lines += _section("Scores (a score never decides)", explanation.scores, width)
    lines += _section("Obligations", explanation.obligations, width)
    lines += _section("What is missing", explanation.missing, width)
    lines += _section("Only together", explanation.together, width)
    lines += _section("Conflicts", explanation.conflicts, width)
    lines += _section("Facts that cannot be", explanation.contradictions, width)
    lines += _section("Facts that hardly can be", explanation.doubts, width)
    if not layers:  # which tell of what each is complete
        lines += _section("Assumptions", explanation.assumptions, width)
    lines += _section("Rules not read in the legal text", explanation.unverified, width)
    lines += _section("Notes of the rules", explanation.notes, width)
    lines.append("This is not legal advice.")
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _part(part: Explained, layers: Layers | None, width: int) -> list[str]:
    place = "" if part.jurisdiction == "common" else f" ({part.jurisdiction})"
    lines = _wrapped(f"{part.decision.replace('_', ' ').upper()}{place}: {part.answer}", "", "  ", width)
    for remark in part.remarks:
        lines += _wrapped(remark, "  ", "    ", width)
    lines.append("")
    lines += _section("Because", part.because, width)
    told = layers if part.why_not or part.proofs else None  # nothing hangs on law that does not concern the case
    if told is not None:
        for title, entries in told.sections():
            lines += _section(title, entries, width)
    if part.proofs:
        lines += ["Proof", *(line for proof in part.proofs for line in _tree(proof, width)), ""]
    if part.why_not:
        lines.append("Why not")
        near = [(why.outcome, why.lines) for why in part.why_not] if told is None else list(told.why_not())
        for outcome, entries in near:
            lines.append(f"  {outcome}")
            for line in entries:
                lines += _wrapped(line, "    - ", "      ", width)
        lines.append("")
    return lines


def _section(title: str, entries: Sequence[str], width: int) -> list[str]:
    if not entries:
        return []
    lines = [title]
    for entry in entries:
        indent = len(entry) - len(entry.lstrip())
        lines += _wrapped(entry.strip(), "  " + " " * indent + "- ", "    " + " " * indent, width)
    return [*lines, ""]


def _wrapped(text: str, first: str, rest: str, width: int) -> list[str]:
    return textwrap.wrap(
        printable(text.replace("\n", " ")),
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [first.rstrip()]


def _tree(proof: Proof, width: int) -> Iterator[str]:
    yield from _wrapped(_line(proof), "  ", "    ", width)
    yield from _branches(proof.children, "  ", width)


def _branches(children: Sequence[Proof], indent: str, width: int) -> Iterator[str]:
    for i, child in enumerate(children):
        last = i == len(children) - 1
        first, rest = ("└─ ", "   ") if last else ("├─ ", "│  ")
        continued = indent + rest + ("│  " if child.children else "   ")
        yield from _wrapped(_line(child), indent + first, continued, max(width, len(indent) + 40))
        yield from _branches(child.children, indent + rest, width)


def _line(proof: Proof) -> str:
    text = proof.text
    if proof.value:
        text += f" = {proof.value}"
    if proof.truth:
        text += f": {proof.truth}"
    if proof.cites:
        text += f" ({', '.join(proof.cites)})"
    if proof.source:
        text += f" [{proof.source}]"
    return text
