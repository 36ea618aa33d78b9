"""S003: layout that suggests another structure than the one that counts."""

from __future__ import annotations

from collections.abc import Iterator

from licet.check.lints.subject import Linted
from licet.diagnostics import Diagnostic
from licet.syntax import tree as t


def lint(linted: Linted) -> Iterator[Diagnostic]:
    """Limbs of one block that begin in different columns."""
    for items in linted.items.values():
        for item in items:
            when = getattr(item, "when", None)
            if when is not None:
                yield from _condition(when)


def _condition(tree: t.Condition) -> Iterator[Diagnostic]:
    match tree:
        case t.Block(limbs=limbs):
            yield from _limbs(limbs)
            for limb in limbs:
                yield from _condition(limb.condition)
        case t.And(parts=parts) | t.Or(parts=parts):
            for part in parts:
                yield from _condition(part)
        case t.Not(part=part):
            yield from _condition(part)
        case _:
            return


def _limbs(limbs: tuple[t.Limb, ...]) -> Iterator[Diagnostic]:
    first = limbs[0]
    for limb in limbs[1:]:
        if limb.span.line != first.span.line and limb.span.column != first.span.column:
            yield Diagnostic(
                "S003",
                f"limb {limb.label.text} does not begin below {first.label.text}, with which it stands in one block",
                limb.label.span,
                others=((first.label.span, "the first limb of the block"),),
                help="`licet fmt` lays it out as it is read",
                severity="style",
            )
            return
