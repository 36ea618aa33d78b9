"""Explanations for a terminal: the answer, why, the proof as a tree, why not, what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from licet.decide.decision import NOTICE
from licet.explain.proof import Explanation, Proof
from licet.explain.verdict import Verdict
from licet.names import printable
from licet.report.explanation_outline import AnswerOutline, Section, outline, said
from licet.report.wrapped import wrapped

_WIDTH = 80


def render(
    explanation: Explanation,
    document: dict[str, Any] | None = None,
    *,
    verdict: Verdict | None = None,
    width: int = _WIDTH,
) -> str:
    """The whole explanation, wrapped to `width` columns; with its document, what the answer hangs on too.

    `verdict` is what the second program says of the document; None where it was not asked.
    """
    told = outline(explanation, document, verdict)
    lines = [] if told.refusal.empty else [f"!! {line}".rstrip() for line in _section(told.refusal, width - 3)]
    lines += [printable(told.title), f"policy: {printable(told.policy)}"]
    for remark in told.remarks:
        lines += wrapped(remark, width, "", "  ")
    lines.append("")
    for part in told.parts:
        lines += _part(part, width)
    for section in told.sections:
        lines += _section(section, width)
    lines += wrapped(told.checked, width, "", "  ")
    lines.append(f"This is {NOTICE}.")
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _part(part: AnswerOutline, width: int) -> Iterator[str]:
    decision, blank, place = part.decision.partition(" (")
    yield from wrapped(f"{decision.upper()}{blank}{place}: {part.answer}", width, "", "  ")
    for remark in part.remarks:
        yield from wrapped(remark, width, "  ", "    ")
    yield ""
    for section in part.sections:
        yield from _section(section, width)


def _section(section: Section, width: int) -> Iterator[str]:
    yield from wrapped(section.title, width, "", "  ")
    for line in section.lines:
        indent = " " * (len(line) - len(line.lstrip()))
        yield from wrapped(line.strip(), width, f"  {indent}- ", f"    {indent}")
    for proof in section.proofs:
        yield from _tree(proof, width)
    for name, lines in section.groups:
        yield from wrapped(name, width, "  ", "    ")
        for line in lines:
            yield from wrapped(line, width, "    - ", "      ")
    yield ""


def _tree(proof: Proof, width: int) -> Iterator[str]:
    yield from wrapped(said(proof), width, "  ", "    ")
    yield from _branches(proof.children, "  ", width)


def _branches(children: Sequence[Proof], indent: str, width: int) -> Iterator[str]:
    for i, child in enumerate(children):
        last = i == len(children) - 1
        first, rest = ("└─ ", "   ") if last else ("├─ ", "│  ")
        continued = indent + rest + ("│  " if child.children else "   ")
        yield from wrapped(said(child), max(width, len(indent) + 40), indent + first, continued)
        yield from _branches(child.children, indent + rest, width)
