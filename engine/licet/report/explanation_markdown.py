"""Explanations in Markdown, for a ticket or a pull request: the layers of the terminal's text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from licet.decide.decision import NOTICE
from licet.explain.proof import Explanation, Proof
from licet.explain.verdict import Verdict
from licet.report.escapes import for_markdown
from licet.report.explanation_outline import AnswerOutline, Section, outline, said
from licet.report.explanation_words import sentence


def render(explanation: Explanation, document: dict[str, Any] | None = None, *, verdict: Verdict | None = None) -> str:
    """The whole explanation; with its document, what the answer hangs on too, and what a second program says of it."""
    told = outline(explanation, document, verdict)
    paragraphs = [] if told.refusal.empty else list(_section(told.refusal, "#"))
    paragraphs += [f"# {for_markdown(told.title)}", for_markdown(f"Policy: {told.policy}")]
    paragraphs += [for_markdown(sentence(remark)) for remark in told.remarks]
    for part in told.parts:
        paragraphs += _part(part)
    for section in told.sections:
        paragraphs += _section(section, "##")
    paragraphs += [for_markdown(told.checked), f"This is {NOTICE}."]
    return "\n\n".join(paragraphs) + "\n"


def _part(part: AnswerOutline) -> Iterator[str]:
    yield f"## {for_markdown(f'{sentence(part.decision)}: {part.answer}')}"
    if part.remarks:
        yield "\n".join(_listed(part.remarks, 0))
    for section in part.sections:
        yield from _section(section, "###")


def _section(section: Section, level: str) -> Iterator[str]:
    yield f"{level} {section.title}"
    lines = list(_listed(section.lines, 0))
    for proof in section.proofs:
        lines += _steps(proof, 0)
    for name, under in section.groups:
        lines += [*_listed([name], 0), *_listed(under, 1)]
    yield "\n".join(lines)


def _listed(lines: Sequence[str], depth: int) -> Iterator[str]:
    """Items of a list; a line that is indented belongs to the one before."""
    for line in lines:
        deeper = depth + (line != line.lstrip())
        yield f"{'  ' * deeper}- {for_markdown(line)}"


def _steps(proof: Proof, depth: int) -> Iterator[str]:
    yield from _listed([said(proof)], depth)
    for child in proof.children:
        yield from _steps(child, depth + 1)
