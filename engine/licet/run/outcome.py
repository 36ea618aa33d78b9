"""What an engine found: the status of every rule for every subject it looked at, and every conclusion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from licet.facts.store import Subject
from licet.ir.strata import Name
from licet.run.reference.unknown_values import SetReading
from licet.values import Day, Truth

Status = Literal["not_in_force", "fails", "defeated", "holds", "unknown", "not_encoded"]


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One rule for one subject; `defeated_by` names what surely beats a defeated one.

    `stopped_at` names limbs, where an engine found them on its way: whoever reads them asks `Settled.stopped_at`.
    """

    status: Status
    live: Truth
    body: Truth
    applies: Truth
    effective: Truth
    defeated_by: tuple[str, ...]
    doubted_by: tuple[str, ...]  # exceptions that may beat it
    stopped_at: tuple[str, ...] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class EngineOutcome:
    """The fixpoint at one date. Both engines give the same for the subjects they were asked about."""

    as_of: Day
    enforced_only: bool
    engine: str
    rules: Mapping[tuple[str, Subject], RuleResult]
    terms: Mapping[tuple[Name, Subject], SetReading]  # a boolean term is the set of `True`, or of nothing


def status_of(live: Truth, applies: Truth, effective: Truth, *, beaten: bool, triggered: Truth | None = None) -> Status:
    """The first that fits; `triggered` is given of a gap: whether it would apply if it were encoded and held."""
    if live is Truth.F:
        return "not_in_force"
    if applies is Truth.F:
        return "fails"
    if beaten:
        return "defeated"
    if triggered is Truth.T:
        return "not_encoded"
    return "holds" if effective is Truth.T else "unknown"
