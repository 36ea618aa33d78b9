"""An explanation as it is handed on: proofs, why not something else, what is missing, what would settle it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["rule", "limb", "condition", "member", "fact", "list", "seen"]


@dataclass(frozen=True, slots=True)
class Proof:
    """One step and what it rests on. `truth` is yes, no or unknown; `value` and `source` belong to facts."""

    kind: Kind
    text: str
    truth: str = ""
    value: str = ""
    source: str = ""
    cites: tuple[str, ...] = ()
    children: tuple[Proof, ...] = ()


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why another outcome was not reached: one line for each rule that could have brought it."""

    outcome: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """One decision in one jurisdiction, explained."""

    decision: str
    jurisdiction: str
    answer: str
    remarks: tuple[str, ...]  # not enforced, details
    because: tuple[str, ...]  # at most three lines
    proofs: tuple[Proof, ...]
    why_not: tuple[WhyNot, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that `licet explain` says about a subject, in words.

    `parts` has one for each decision and jurisdiction: the answer, the proof limb by limb, and why no other outcome.
    `missing` says which facts would narrow an answer; `unverified` which rules nobody read in the legal text; `as_read`
    as of which day each authority was read. The texts are for people: programs read `Decision`.
    """

    subject: str
    as_of: str
    policy: str
    parts: tuple[Explained, ...]
    scores: tuple[str, ...]
    obligations: tuple[str, ...]
    missing: tuple[str, ...]
    conflicts: tuple[str, ...]
    contradictions: tuple[str, ...]
    doubts: tuple[str, ...]
    assumptions: tuple[str, ...]
    unverified: tuple[str, ...]
    as_read: tuple[str, ...]
    asked: tuple[str, ...] = ()  # the jurisdictions whose law was asked; rules of no jurisdiction are always
    notes: tuple[str, ...] = field(default_factory=tuple)
    together: tuple[str, ...] = field(default_factory=tuple)  # answers that several missing facts settle only together
