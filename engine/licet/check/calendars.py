"""Working days: a list of days, counted with and counted from (docs/language.md#days)."""

from __future__ import annotations

from licet.check.context import Context, describe, type_of
from licet.check.operands import operand
from licet.ir import nodes as n
from licet.ir.types import DATE, NUMBER, Kind
from licet.syntax import tree as t


def working_days(tree: t.Call, context: Context) -> n.Operand | None:
    """`working_days(a, b, holidays)`."""
    if len(tree.arguments) != 3:
        help_ = "two days, and the list of the days on which nobody works: `working_days(a, b, holidays)`"
        context.error("E043", "`working_days` takes 3 arguments", tree.span, help_)
        return None
    *days, listed = tree.arguments
    found = [_day(day, operand(day, context), context) for day in days]
    name = _calendar(listed, context)
    arguments = tuple(day for day in found if day is not None)
    if name is None or len(arguments) < 2:
        return None
    return n.Call(tree.span, "working_days", arguments, NUMBER, name)


def after_working_days(tree: t.Arithmetic, day: n.Operand, length: t.WorkingDays, context: Context) -> n.Operand | None:
    """`t.sent + 5 working days of holidays`."""
    path = t.Path(length.calendar.span, (length.calendar,))
    found, name = _day(tree.left, day, context), _calendar(path, context)
    if not isinstance(length.number.value, int):
        context.error("E040", f"`{length.number.span.said}` is not a whole number of days", length.number.span)
        return None
    if found is None or name is None:
        return None
    number = n.Known(length.number.span, length.number.value, NUMBER)
    return n.Call(tree.span, "after_working_days", (found, number), DATE, name)


def _day(tree: t.Operand, found: n.Operand | None, context: Context) -> n.Operand | None:
    if found is None or type_of(found) == DATE:
        return found
    context.error("E042", f"`{tree.span.said}` is {describe(type_of(found))}, not a day", tree.span)
    return None


def _calendar(tree: t.Operand, context: Context) -> str | None:
    """The name of a list of days."""
    scope = context.scope
    word = None
    if isinstance(tree, t.Path):
        word = tree.parts[0] if len(tree.parts) == 1 else scope.qualified("list", tree, context.module)
    if word is None or word.text not in scope.lists:
        days = [name for name, dated in scope.lists.items() if dated.type.kind is Kind.DATE]
        scope.unknown("E030", "list", tree.span.said, tree.span, days)
        return None
    scope.check_visible("list", word, context.module)
    if scope.lists[word.text].type.kind is not Kind.DATE:
        context.error(
            "E042",
            f"`{word.text}` is a list of {scope.lists[word.text].type}, not of days",
            tree.span,
            f"declare it as `list {word.text} of date from ...`",
        )
        return None
    if scope.lists[word.text].open:
        context.error(
            "E090",
            f"days of work are counted on a list that is complete, and `{word.text}` is `open`",
            tree.span,
            "leave out `open`; outside the days that its file covers nothing is known anyway",
        )
        return None
    return word.text
