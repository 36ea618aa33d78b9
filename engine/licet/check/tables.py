"""Decision tables: each row a rule with its own citation and address."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from licet.check.conditions import condition, decision_read
from licet.check.context import Context, type_of
from licet.check.operands import operand
from licet.check.rules import citations, effect, live, subject_context
from licet.check.scope import ModuleScope, Scope
from licet.check.table_cover import ReadRow, check_cover
from licet.check.table_dimensions import Column
from licet.diagnostics import Span
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.types import Kind
from licet.ir.walk import walk
from licet.syntax import tree as t

Cells = tuple[n.Formula | None, ...]
Above = Callable[[Span, int], n.RowAbove]


def table(scope: Scope, module: ModuleScope, tree: t.Table) -> Iterator[ir.Rule]:
    """The rules of a table. Its first row names the columns; `hit` says what several rows mean together."""
    context = subject_context(scope, module, tree.clauses, tree.name)
    if context is None or not tree.rows:
        return
    header, *rows = tree.rows
    columns = [c for cell in header.inputs if (c := _column(cell, context)) is not None]
    if not _fits(scope, tree, header, rows) or len(columns) < len(header.inputs):
        return
    is_set = tree.hit != "collect" or _is_set(tree, context)
    if is_set is None:
        return
    if not is_set:
        scope.findings.error(
            "E065",
            "`hit collect` needs a set to collect in",
            tree.decides.span,
            help="decide a derived field that is a `set of ...`, or write `hit first`",
        )
        return
    read: list[ReadRow] = []
    errors = scope.findings.errors
    read_cells = [
        tuple(_cell(cell, column, context) for cell, column in zip(row.inputs, columns, strict=True)) for row in rows
    ]
    above = _above(tree, context, rows, read_cells)
    for number, (row, cells) in enumerate(zip(rows, read_cells, strict=True)):
        own = _row_condition(row, cells, above(row.span, number))
        body: n.Formula = own
        if tree.hit == "first" and number:
            others = n.Not(row.span, above(row.span, number))
            body = n.AllOf(row.span, (own, others)) if own.parts else others
        built = _rule(context, tree, row, number + 1, body)
        if built is not None:
            read.append(ReadRow(row, cells, built.effects[0]))
            yield built
    is_whole = scope.findings.errors == errors and len(read) == len(rows) and all(map(_is_read, read_cells))
    if is_whole and check_cover(scope.findings, tree, columns, read, scope.lists, live(scope, tree.clauses)):
        scope.analysed_tables.add(f"{module.name}.{tree.name.text}")


def _is_read(cells: Cells) -> bool:
    """Not where a cell reads a name that an item may declare which could not be read: nothing is told of it here."""
    return not any(isinstance(part, n.Constant) for cell in cells if cell is not None for part in walk(cell))


def _column(cell: t.Cell, context: Context) -> Column | None:
    """The fact that a column asks about."""
    if not _is_one_value(cell):
        name, type_ = next(iter(context.variables.items()))
        field = next(iter(context.scope.entities[type_.name].fields), "id")
        context.error("E065", "a column's head is one fact", cell.span, f"write for example `{name}.{field}`")
        return None
    head = cell.entries[0].value
    found = operand(head, context)
    return None if found is None else Column(head, found)


def _is_one_value(cell: t.Cell) -> bool:
    if cell.kind != "entries" or len(cell.entries) != 1:
        return False
    return cell.entries[0].operator == "is" and cell.entries[0].until is None


def _fits(scope: Scope, tree: t.Table, header: t.Row, rows: list[t.Row]) -> bool:
    """Every row has as many cells as the header."""
    fits = True
    for row in rows:
        if len(row.inputs) != len(header.inputs) or len(row.outputs) != len(header.outputs):
            scope.findings.error(
                "E065",
                f"this row has {len(row.inputs)} and {len(row.outputs)} cells, "
                f"the header {len(header.inputs)} and {len(header.outputs)}",
                row.span,
                others=((header.span, "the header"),),
                help="write `any` where a column does not matter",
            )
            fits = False
    if len(header.outputs) != 1:
        scope.findings.error("E065", f"the table `{tree.name.text}` has more than one output", header.span)
        fits = False
    elif not _is_headed(tree, header.outputs[0]):
        said, meant = header.outputs[0].span.said, _decided(tree)
        scope.findings.error(
            "E065",
            f"the last column is headed `{said}`, and the table decides `{meant}`",
            header.outputs[0].span,
            others=((tree.decides.span, "what it decides"),),
            help=f"write `=> {meant}`, or decide `{said}`",
        )
        fits = False
    for word in header.outputs[0].details:
        scope.findings.error("E065", "a column's head has no details", word.span, help="write them in the rows")
        fits = False
    if not rows:
        scope.findings.error("E065", f"the table `{tree.name.text}` has no row", tree.name.span, help="add a row")
        fits = False
    return fits


def _decided(tree: t.Table) -> str:
    """`licensing` for `licensing of t`, `marks` for `t.marks`."""
    reading = tree.decides
    while isinstance(reading, t.Under | t.OnDay):
        reading = reading.reading
    return reading.name.text if isinstance(reading, t.Of | t.Call) else reading.parts[-1].text


def _is_headed(tree: t.Table, cell: t.Cell) -> bool:
    said = cell.span.said
    return said in (_decided(tree), tree.decides.span.said)


def _is_set(tree: t.Table, context: Context) -> bool | None:
    """Whether a table decides a set; None where it is not known what it decides, which has been said."""
    if decision_read(tree.decides, context) is not None:
        return False
    found = operand(tree.decides, context)
    return None if found is None else type_of(found).kind is Kind.SET


# ---- cells


def _above(tree: t.Table, context: Context, rows: Sequence[t.Row], cells: Sequence[Cells]) -> Above:
    """What says that one of the first rows holds; all that say it share the rows' conditions."""
    group, variable = f"{context.module.name}.{tree.name.text}", next(iter(context.variables))
    shared = n.RowConditions(())

    def above(span: Span, number: int) -> n.RowAbove:
        return n.RowAbove(span, group, variable, number, shared)

    conditions = (
        _row_condition(row, c, above(row.span, i)) for i, (row, c) in enumerate(zip(rows, cells, strict=True))
    )
    shared.conditions = tuple(conditions)
    return above


def _row_condition(row: t.Row, cells: Cells, above: n.RowAbove) -> n.AllOf:
    """All cells of a row; the labels are the columns' places. `otherwise` is where no row above holds."""
    limbs: list[n.Formula] = []
    for i, (tree, cell) in enumerate(zip(row.inputs, cells, strict=True)):
        found = n.Not(tree.span, above) if tree.kind == "otherwise" else cell
        if found is not None:
            limbs.append(n.Limb(tree.span, _label(i), found))
    return n.AllOf(row.span, tuple(limbs))


def _label(column: int) -> str:
    """(a) to (z), then (27) and so on."""
    return f"({chr(ord('a') + column)})" if column < 26 else f"({column + 1})"


def _cell(cell: t.Cell, column: Column, context: Context) -> n.Formula | None:
    """What a cell asks of its column; None for `any` and `otherwise`."""
    return _entries(cell, column, context) if cell.kind in ("entries", "not entries") else None


def _entries(cell: t.Cell, column: Column, context: Context) -> n.Formula:
    """A cell holds if one of its entries does; with `not`, if none does."""
    negated = cell.kind == "not entries"
    parts = [_entry(entry, column, context, negated=negated) for entry in cell.entries]
    if negated:
        return n.AllOf(cell.span, tuple(parts))
    return parts[0] if len(parts) == 1 else n.AnyOf(cell.span, tuple(parts))


def _entry(entry: t.Entry, column: Column, context: Context, *, negated: bool) -> n.Formula:
    if entry.until is not None:
        return _stretch(entry, entry.until, column, context, negated=negated)
    operator = entry.operator
    if negated and operator != "is":
        context.error("E065", "`not` goes with values, not with comparisons", entry.span, "turn the comparison round")
    if operator == "is":
        is_list = _is_list(entry.value, context)
        operator = ("not in" if negated else "in") if is_list else ("is not" if negated else "is")
    return condition(t.Compare(entry.value.span, operator, column.head, entry.value), context)


def _stretch(entry: t.Entry, until: t.Operand, column: Column, context: Context, *, negated: bool) -> n.Formula:
    """`10 to 20 USD`: both ends are in it. The first may leave out the unit of the second."""
    low = entry.value
    if isinstance(low, t.NumberLiteral) and isinstance(until, t.NumberLiteral) and low.unit is None:
        low = replace(low, unit=until.unit)
    operators: tuple[t.Operator, t.Operator] = ("<", ">") if negated else (">=", "<=")
    ends = tuple(
        condition(t.Compare(entry.span, operator, column.head, end), context)
        for operator, end in zip(operators, (low, until), strict=True)
    )
    bounds = [end.right.value for end in ends if isinstance(end, n.Compare) and isinstance(end.right, n.Known)]
    if len(bounds) == 2 and bounds[0] > bounds[1]:  # type: ignore[operator]
        context.error("E065", f"no value is in `{entry.span.said}`", entry.span, "write the lower end first")
    return n.AnyOf(entry.span, ends) if negated else n.AllOf(entry.span, ends)


def _is_list(tree: t.Operand, context: Context) -> bool:
    """A list named in a cell, or values in `[ ]`, stand for their members."""
    if isinstance(tree, t.Path):
        qualified = context.scope.qualified("list", tree, context.module) is not None
        return qualified or tree.text in context.scope.lists
    return isinstance(tree, t.SetLiteral)


# ---- rows


def _rule(context: Context, tree: t.Table, row: t.Row, number: int, body: n.Formula) -> ir.Rule | None:
    scope, module = context.scope, context.module
    cell = row.outputs[0]
    if not _is_one_value(cell):
        context.error("E065", "an output is one value", cell.span, "write the outcome or the value that follows")
        return None
    kind = "includes" if tree.hit == "collect" else "is"
    said = t.Effect(cell.span, kind, tree.decides, cell.entries[0].value, cell.details)  # type: ignore[arg-type]
    concluded = effect(said, context)
    if concluded is None:
        return None
    (variable, type_), *_ = context.variables.items()
    certainty = tree.clauses.certainties[-1] if tree.clauses.certainties else None
    return ir.Rule(
        id=f"{module.name}.{tree.name.text}.row_{number}",
        group=f"{module.name}.{tree.name.text}",
        kind="row",
        title=f"{tree.title}, row {number}",
        module=module.name,
        jurisdiction=module.jurisdiction,
        variable=variable,
        entity=type_.name,
        body=body,
        effects=(concluded,),
        because=row.because,
        live=live(scope, tree.clauses),
        cites=citations(scope, module, row.cites or tree.clauses.cites),
        certainty=certainty.level if certainty else "",
        certainty_note=certainty.note if certainty else "",
        tags=tuple(tag.text for tag in tree.clauses.tags),
        excepts=(),
        notes=tree.clauses.notes,
        span=row.span,
    )
