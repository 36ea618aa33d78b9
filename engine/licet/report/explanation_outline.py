"""The layers of an explanation in the order of reading: what the terminal and Markdown both write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from licet.explain.proof import Explained, Explanation, Proof
from licet.explain.verdict import Verdict
from licet.report import verdict_words
from licet.report.decision_overview import SINCE
from licet.report.explanation_layers import Layers
from licet.report.explanation_sheets import page_of


@dataclass(frozen=True, slots=True)
class Section:
    """A title, and what stands under it: lines, of which indented ones belong to the one before, or proofs, or groups
    of lines that have a name each.
    """

    title: str
    lines: Sequence[str] = ()
    proofs: Sequence[Proof] = ()
    groups: Sequence[tuple[str, Sequence[str]]] = ()

    @property
    def empty(self) -> bool:
        return not (self.lines or self.proofs or self.groups)


@dataclass(frozen=True, slots=True)
class AnswerOutline:
    """A decision in a jurisdiction: its answer, remarks on it, and what is said of it."""

    decision: str
    answer: str
    remarks: Sequence[str]
    sections: Sequence[Section]


@dataclass(frozen=True, slots=True)
class Outline:
    """All of an explanation; `remarks` stand above everything else but a second program's `refusal`.

    `checked` is what that says where it does not refuse, or that it was not asked.
    """

    refusal: Section
    checked: str
    title: str
    policy: str
    remarks: Sequence[str]
    parts: Sequence[AnswerOutline]
    sections: Sequence[Section]


def outline(
    explanation: Explanation, document: dict[str, Any] | None = None, verdict: Verdict | None = None
) -> Outline:
    """What is said, without what would be empty; with its document, what the answer hangs on too."""
    if document is None:
        parts = [_part(part, None) for part in explanation.parts]
        sections = [*_of_the_whole(explanation, None)]
    else:
        page = page_of(document)
        parts = [_part(explanation.parts[i], Layers(document, document["parts"][i])) for i in page.order]
        elsewhere = Section("Other law that was consulted", [" ".join(line) for line in page.not_concerned])
        sections = [elsewhere, *_of_the_whole(explanation, document)]
    remarks = []
    if explanation.asked:
        remarks.append(f"under the law of {', '.join(explanation.asked)}; no other was asked")
    if explanation.as_read:
        remarks.append(f"{', '.join(explanation.as_read)}; {SINCE}")
    return Outline(
        Section(verdict_words.REFUSED, [] if verdict is None else verdict_words.causes(verdict)),
        verdict_words.line(verdict),
        f"{explanation.subject} as of {explanation.as_of}",
        explanation.policy,
        remarks,
        parts,
        [section for section in sections if not section.empty],
    )


def said(proof: Proof) -> str:
    """One step of a proof: its truth, its value, its law and where it is from."""
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


def _of_the_whole(explanation: Explanation, document: dict[str, Any] | None) -> Iterator[Section]:
    yield Section("Scores (a score never decides)", explanation.scores)
    yield Section("Obligations", explanation.obligations)
    yield Section("What is missing", explanation.missing)
    if document is None or not any(one["settle"] for one in document["next"]):  # which tell what settles an answer
        yield Section("Only together", explanation.together)
    yield Section("Conflicts", explanation.conflicts)
    yield Section("Facts that cannot be", explanation.contradictions)
    yield Section("Facts that hardly can be", explanation.doubts)
    if document is None:  # whose layers tell of what each is complete
        yield Section("Assumptions", explanation.assumptions)
    yield Section("Rules not read in the legal text", explanation.unverified)
    yield Section("Notes of the rules", explanation.notes)


def _part(part: Explained, layers: Layers | None) -> AnswerOutline:
    place = "" if part.jurisdiction == "common" else f" ({part.jurisdiction})"
    sections = [section for section in _of_a_part(part, layers) if not section.empty]
    return AnswerOutline(part.decision.replace("_", " ") + place, part.answer, part.remarks, sections)


def _of_a_part(part: Explained, layers: Layers | None) -> Iterator[Section]:
    yield Section("Because", part.because)
    told = layers if part.why_not or part.proofs else None  # nothing hangs on law that does not concern the case
    if told is not None:
        for title, lines in told.sections():
            yield Section(title, lines)
    yield Section("Proof", proofs=part.proofs)
    near = [(why.outcome, why.lines) for why in part.why_not]
    if near:
        yield Section("Why not", groups=near if told is None else list(told.why_not()) or near)
