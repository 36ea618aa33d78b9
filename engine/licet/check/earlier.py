"""`s is earlier than t`: two records of one type by the day that governs them, then by id."""

from __future__ import annotations

from licet.check.context import Context, describe, type_of
from licet.check.operands import field_of, operand
from licet.ir import nodes as n
from licet.ir.types import DATE, Kind
from licet.syntax import tree as t


def earlier(tree: t.Compare, context: Context) -> n.Formula | None:
    """None after an error."""
    sides = [operand(side, context) for side in (tree.left, tree.right)]
    one, other = sides
    if one is None or other is None:
        return None
    for side, written in ((one, tree.left), (other, tree.right)):
        if type_of(side).kind is not Kind.ENTITY:
            help_ = "write `is before`" if type_of(side) == DATE else "it compares two records of one type"
            context.error("E079", f"`{written.span.said}` is {describe(type_of(side))}", written.span, help_)
            return None
    if type_of(one) != type_of(other):
        said = f"{describe(type_of(one))} is not earlier or later than {describe(type_of(other))}"
        context.error("E079", said, tree.span, "it compares two records of one type")
        return None
    owner = context.scope.entities[type_of(one).name]
    if not owner.day:
        if not context.scope.lacks_days:
            context.error(
                "E079",
                f"no one day governs a `{owner.name}`",
                tree.span,
                f"write `as of t.made` in a decision of t: {owner.name}, with the field that is meant",
            )
        return None
    return _by_day(tree, one, other, owner.day, context)


def _by_day(tree: t.Compare, one: n.Operand, other: n.Operand, day: str, context: Context) -> n.Formula | None:
    """On an earlier day; or on no later one, with a lesser id. Ids are known, so that this is as exact as can be."""
    ids, days = ([field_of(side, t.Word(tree.span, name), context) for side in (one, other)] for name in ("id", day))
    if None in ids or None in days:
        return None
    lesser, no_later, before = (
        n.Compare(tree.span, operator, left, right)  # type: ignore[arg-type]
        for operator, (left, right) in (("<", ids), ("<=", days), ("<", days))
    )
    return n.Earlier(tree.span, (n.AllOf(tree.span, (lesser, no_later)), before))
