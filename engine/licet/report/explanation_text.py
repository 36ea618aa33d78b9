"""Explanations for a terminal: the answer, why, the proof as a tree, why not, what is missing."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from licet.explain.proof import Explanation, Proof
from licet.explain.verdict import Verdict
from licet.names import printable
from licet.report.explanation_outline import NOTICE, AnswerOutline, Section, outline, said

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
        lines += _wrapped(remark, "", "  ", width)
    lines.append("")
    for part in told.parts:
        lines += _part(part, width)
    for section in told.sections:
        lines += _section(section, width)
    lines += _wrapped(told.checked, "", "  ", width)
    lines.append(NOTICE)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _part(part: AnswerOutline, width: int) -> Iterator[str]:
    decision, blank, place = part.decision.partition(" (")
    yield from _wrapped(f"{decision.upper()}{blank}{place}: {part.answer}", "", "  ", width)
    for remark in part.remarks:
        yield from _wrapped(remark, "  ", "    ", width)
    yield ""
    for section in part.sections:
        yield from _section(section, width)


def _section(section: Section, width: int) -> Iterator[str]:
    yield section.title
    for line in section.lines:
        indent = " " * (len(line) - len(line.lstrip()))
        yield from _wrapped(line.strip(), f"  {indent}- ", f"    {indent}", width)
    for proof in section.proofs:
        yield from _tree(proof, width)
    for name, lines in section.groups:
        yield f"  {name}"
        for line in lines:
            yield from _wrapped(line, "    - ", "      ", width)
    yield ""


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
    yield from _wrapped(said(proof), "  ", "    ", width)
    yield from _branches(proof.children, "  ", width)


def _branches(children: Sequence[Proof], indent: str, width: int) -> Iterator[str]:
    for i, child in enumerate(children):
        last = i == len(children) - 1
        first, rest = ("└─ ", "   ") if last else ("├─ ", "│  ")
        continued = indent + rest + ("│  " if child.children else "   ")
        yield from _wrapped(said(child), indent + first, continued, max(width, len(indent) + 40))
        yield from _branches(child.children, indent + rest, width)
