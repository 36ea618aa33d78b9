"""Why an answer is another than before, in words: each change that was undone, and how several go together."""

from __future__ import annotations

from dataclasses import replace

from licet.changes.causes.causes import Causes
from licet.changes.causes.change import WorldChange
from licet.report.change_words import limb_words
from licet.report.decision_cells import said
from licet.report.explanation_words import shorter

_LONGEST, _SHORT = 120, 40  # characters of a limb, of a source


def because_words(causes: Causes) -> list[str]:
    """A line for each set; of several, either brings the first answer back."""
    first, *others = causes.sets
    told = [_together([change_words(one) for one in first], causes)]
    for another in others:
        words = " and ".join(change_words(one) for one in another)
        told.append(
            f"or {words}: undoing {'either' if len(first) + len(another) == 2 else 'one or the other'} is enough"
        )
    return told


def responsible_words(causes: Causes) -> str:
    """The same in one line without limbs and sources, where these stand elsewhere; or why it is not known."""
    sets = tuple(tuple(replace(one, limbs=(), source="") for one in some) for some in causes.sets)
    return "; ".join(because_words(replace(causes, sets=sets))) if sets else f"not found out: {causes.fault}"


def _together(words: list[str], causes: Causes) -> str:
    match causes.how:
        case "alone":
            return words[0]
        case "together":
            return f"{', '.join(words[:-1])} and {words[-1]} together"
        case "either":
            return f"{', and also '.join(words)}: {'either' if len(words) == 2 else 'any of them'} is enough"
        case "overlapping":
            return f"{', '.join(words[:-1])} and {words[-1]}: only undoing all of them brings it back"


def change_words(change: WorldChange) -> str:
    """What it says, and what it is taken from."""
    source = f" [{shorter(change.source, _SHORT)}]" if change.source else ""
    return _said(change) + source


def _said(change: WorldChange) -> str:
    """`listed of Party/acme: no -> yes`; `june_2026 is now in force`; `Party/acme is new`."""
    was, now = change.words
    match change.kind:
        case "fact":
            return f"{said(change.field)} of {change.of}: {was} -> {now}"
        case "row":
            return f"{said(change.of)} ({was if now is None else now}){_came_or_went(change, f'was ({was})')}"
        case "record":
            return f"{change.of}{_came_or_went(change, '')}"
        case "open":
            of = f" of {change.field}" if change.field else ""
            return f"{said(change.of)}{of} {now or 'is complete now'}"
        case "member":
            return f"{change.field} on the list {change.of}: {was or 'not on it'} -> {now or 'not on it'}"
        case "rule" | "list" | "parameter" | "decision":
            what = "" if change.kind == "rule" else f"the {change.kind} "
            return f"{what}{change.of.rpartition('.')[2]}{_came_or_went(change, _limbs(change))}"
        case "vocabulary":
            return f"the vocabulary ({change.of}), and the law that is written in it"
        case "rule clock":
            return f"{change.of.rpartition('.')[2]} is now {now} (it was {was})"
        case "list clock":
            return f"whether {change.field or 'whoever is not named'} is on the list {change.of}: {was} -> {now}"
        case "parameter clock":
            return f"{change.of} is another from one day to the other"
        case "day":
            return _day(change)


def _came_or_went(change: WorldChange, otherwise: str) -> str:
    was, now = change.words
    if was is None:
        return " is new"
    return " is gone" if now is None else f": {otherwise}" if otherwise else ""


def _limbs(change: WorldChange) -> str:
    return "; ".join(limb_words(limb, _LONGEST) for limb in change.limbs)


def _day(change: WorldChange) -> str:
    was, now = change.words
    if change.of == "as_of":
        return f"the day: {was} -> {now}"
    what = f"{said(change.field)} of {change.of}" if change.field else change.of
    return f"{what} was reached between {was} and {now}"
