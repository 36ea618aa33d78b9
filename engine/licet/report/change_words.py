"""How answers moved and what of the law is another, in words that diffs, watches and causes have in common."""

from __future__ import annotations

from licet.changes.limbs import ChangedLimb
from licet.changes.moves import Certainty, Direction
from licet.report.explanation_words import shorter

_CERTAIN = {"same": "as certain", "more": "more certain", "less": "less certain"}


def how_moved(what: str, direction: Direction, certainty: Certainty) -> str:
    """`looser, as certain`; `as enforced: no direction, more certain`; `details alone`."""
    if what == "details":
        return "details alone"
    told = f"{'no direction' if direction == 'none' else direction}, {_CERTAIN[certainty]}"
    return f"as enforced: {told}" if what == "enforced" else told


def limb_words(limb: ChangedLimb, most: int) -> str:
    """`(b): dropped: d.country is CH`; each side is cut at so many characters."""
    old, new = (None if text is None else shorter(text, most) for text in (limb.old, limb.new))
    if old is None:
        return f"{limb.at}: added: {new}"
    return f"{limb.at}: dropped: {old}" if new is None else f"{limb.at}: {old or 'none'} -> {new or 'none'}"
