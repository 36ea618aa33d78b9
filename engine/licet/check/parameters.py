"""Parameters: values of the law by day, written in rows or read from a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date

from licet.check.context import Context, describe, type_of
from licet.check.operands import compatible, mismatch, operand
from licet.check.rules import citations
from licet.check.scope import ModuleScope, Scope
from licet.diagnostics import Findings
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.types import Kind, Type
from licet.ir.units import Units
from licet.syntax import tree as t
from licet.values import Duration, Fact, State

Rows = Callable[[Type, Units, Findings], Iterable[ir.ParameterRow]]  # of a file, once its type is known
Files = Mapping[str, Rows]
_KINDS = (Kind.NUMBER, Kind.QUANTITY, Kind.PERCENT, Kind.DATE, Kind.COUNTRY, Kind.TEXT, Kind.ENUMERATION, Kind.BOOLEAN)
_SIMPLE = "a number, a quantity, a share, a date, a country, a text or a value of an enumeration"


def declare_parameters(scope: Scope, files: Files) -> None:
    """Every parameter, with its rows in the order of their days."""
    for module in scope.modules.values():
        for item in module.items:
            if isinstance(item, t.DatedParameter) and scope.declare("parameter", item.name, module):
                _declare(scope, module, item, files)


def _declare(scope: Scope, module: ModuleScope, tree: t.DatedParameter, files: Files) -> None:
    type_ = scope.type_of(tree.type, module)
    if type_ is None:
        scope.lost.add(tree.name.text)
        return
    if type_.kind not in _KINDS:
        scope.lost.add(tree.name.text)
        message = f"a parameter is no {describe(type_).removeprefix('a ').removeprefix('an ')}"
        scope.findings.error("E077", message, tree.type.span, help=f"it is {_SIMPLE}")
        return
    if tree.name.text in scope.lists:
        scope.findings.error("E034", f"`{tree.name.text}` is a list too", tree.name.span, help="rename one of them")
    read = files.get(tree.name.text) if tree.file is not None else None
    rows = list(_rows(scope, module, tree, type_) if read is None else read(type_, scope.units, scope.findings))
    rows.sort(key=lambda row: row.interval.start or date.min)
    _check_overlaps(scope, tree, rows)
    scope.parameters[tree.name.text] = ir.Parameter(
        tree.name.text,
        tree.phrase or tree.name.text.replace("_", " "),
        type_,
        tuple(rows),
        citations(scope, module, tree.clauses.cites),
        tree.clauses.certainties[-1].level if tree.clauses.certainties else "",
        tree.clauses.notes,
        module.name,
    )


def _rows(scope: Scope, module: ModuleScope, tree: t.DatedParameter, type_: Type) -> Iterator[ir.ParameterRow]:
    context = Context(scope, module, {})
    for row in tree.rows:
        given = row.interval
        if given.start is not None and given.end is not None and given.start >= given.end:
            scope.findings.error("E053", "this interval is empty", given.span, help="`until` is the first day after it")
        found: Fact | None = State.NOT_APPLICABLE if row.kind == "not applicable" else State.ABSENT
        if row.value is not None:
            found = _value(row.value, type_, context)
        if found is not None:
            cites = citations(scope, module, (row.cites,)) if row.cites is not None else ()
            yield ir.ParameterRow(ir.Interval(given.start, given.end, given.note), found, cites, span=row.span)


def _value(tree: t.Operand, type_: Type, context: Context) -> Fact | None:
    found = operand(tree, context, type_)
    if found is None:
        return None
    match found:
        case n.Known(value=value) if not isinstance(value, Duration) and compatible(type_, type_of(found)):
            exact = type_.kind is not Kind.QUANTITY or type_of(found).kind is Kind.QUANTITY
            if exact:
                return value
        case n.Known() if not compatible(type_, type_of(found)):
            mismatch(context, type_, type_of(found), tree.span)
            return None
        case n.Arithmetic(operator="-", left=n.Known(value=0), right=n.Known(value=value)) if (
            type_.kind is Kind.NUMBER and type_of(found).kind is Kind.NUMBER
        ):
            return -value  # type: ignore[operator]
        case _:
            pass
    context.error("E077", f"this is no constant that is {describe(type_)}", tree.span, "write the value itself")
    return None


def _check_overlaps(scope: Scope, tree: t.DatedParameter, rows: list[ir.ParameterRow]) -> None:
    """In the order of days a row overlaps the one that reaches furthest before it, if any."""
    places = sorted(range(len(rows)), key=lambda place: rows[place].interval.start or date.min)
    furthest = None
    for place in places:
        if furthest is not None and rows[place].interval.meets(rows[furthest].interval):
            first, second = sorted((place, furthest))
            _overlap(scope, tree, rows[first], rows[second], rows[place].interval.start)
        if furthest is None or (rows[place].interval.end or date.max) > (rows[furthest].interval.end or date.max):
            furthest = place


def _overlap(
    scope: Scope, tree: t.DatedParameter, earlier: ir.ParameterRow, row: ir.ParameterRow, day: date | None
) -> None:
    if row.span is not None and earlier.span is not None:
        scope.findings.error(
            "E077",
            f"two rows of `{tree.name.text}` stand on {day or 'the first days'}",
            row.span,
            others=((earlier.span, "this one too"),),
            help="end the earlier one where the later begins: `until` is the first day after it",
        )


def on_day(tree: t.OnDay, context: Context) -> n.Operand | None:
    """A parameter or a list, read on another day."""
    found = operand(tree.reading, context)
    day = operand(tree.day, context)
    if found is None or day is None:
        return None
    if not isinstance(found, n.ParameterNamed | n.ListNamed):
        context.error(
            "E077",
            f"`{tree.reading.span.said}` is not read on another day",
            tree.reading.span,
            "only a parameter or a list is: what rules conclude, and what is recorded, is read on the governing day",
        )
        return None
    if type_of(day).kind is not Kind.DATE:
        context.error("E042", f"`{tree.day.span.said}` is {describe(type_of(day))}, not a date", tree.day.span)
        return None
    return n.OnDay(tree.span, found, day, found.type)
