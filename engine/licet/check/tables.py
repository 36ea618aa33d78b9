"""Decision tables: each row a rule with its own citation and address."""

from __future__ import annotations

from collections.abc import Iterator

from licet.check.conditions import condition, decision_read
from licet.check.context import Context, type_of
from licet.check.operands import operand
from licet.check.rules import citations, effect, live, subject_context
from licet.check.scope import ModuleScope, Scope
from licet.check.table_cover import Column, check_cover
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.types import Kind
from licet.syntax import tree as t


def table(scope: Scope, module: ModuleScope, tree: t.Table) -> Iterator[ir.Rule]:
    """The rules of a table. Its first row names the columns; `hit` says what several rows mean together."""
    context = subject_context(scope, module, tree.clauses, tree.name)
    if context is None or not tree.rows:
        return
    header, *rows = tree.rows
    columns = [c for cell in header.inputs if (c := _column(cell, context)) is not None]
    if not _fits(scope, tree, header, rows) or len(columns) < len(header.inputs):
        return
    if tree.hit == "collect" and not _is_set(tree, context):
        scope.findings.error(
            "E065",
            "`hit collect` needs a set to collect in",
            tree.decides.span,
            help="decide a derived field that is a `set of ...`, or write `hit first`",
        )
        return
    conditions: list[n.Formula] = []
    for number, row in enumerate(rows, 1):
        own = _row_condition(row, columns, conditions, context)
        body = own
        if tree.hit == "first" and conditions:
            body = n.AllOf(row.span, (own, n.Not(row.span, n.AnyOf(row.span, tuple(conditions)))))
        conditions.append(own)
        built = _rule(context, tree, row, number, body)
        if built is not None:
            yield built
    check_cover(scope.findings, tree, columns, rows)


def _column(cell: t.Cell, context: Context) -> Column | None:
    """The fact that a column asks about."""
    if cell.kind != "entries" or len(cell.entries) != 1 or cell.entries[0][0] != "is":
        context.error("E065", "a column's head is one fact", cell.span, "write for example `t.destination`")
        return None
    head = cell.entries[0][1]
    found = operand(head, context)
    return None if found is None else Column(head, type_of(found))


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
    if not rows:
        scope.findings.error("E065", f"the table `{tree.name.text}` has no row", tree.name.span, help="add a row")
        fits = False
    return fits


def _is_set(tree: t.Table, context: Context) -> bool:
    found = None if decision_read(tree.decides, context) else operand(tree.decides, context)
    return found is not None and type_of(found).kind is Kind.SET


# ---- cells


def _row_condition(row: t.Row, columns: list[Column], above: list[n.Formula], context: Context) -> n.Formula:
    """All cells of a row; the labels are the columns' places. `otherwise` is where no row above holds."""
    limbs: list[n.Formula] = []
    for i, (cell, column) in enumerate(zip(row.inputs, columns, strict=True)):
        label = f"({chr(ord('a') + i)})"
        match cell.kind:
            case "any":
                continue
            case "otherwise":
                rest: n.Formula = n.Not(cell.span, n.AnyOf(cell.span, tuple(above)))
                limbs.append(n.Limb(cell.span, label, rest))
            case "entries" | "not entries":
                found = _entries(cell, column, context)
                limbs.append(n.Limb(cell.span, label, found))
    return n.AllOf(row.span, tuple(limbs))


def _entries(cell: t.Cell, column: Column, context: Context) -> n.Formula:
    """A cell holds if one of its entries does; with `not`, if none does."""
    parts = []
    for operator, value in cell.entries:
        if cell.kind == "not entries" and operator != "is":
            context.error(
                "E065", "`not` goes with values, not with comparisons", cell.span, "turn the comparison round"
            )
        is_list = _is_list(value, context)
        negated = cell.kind == "not entries"
        found: t.Operator = operator
        if operator == "is":
            found = ("not in" if negated else "in") if is_list else ("is not" if negated else "is")
        parts.append(condition(t.Compare(value.span, found, column.head, value), context))
    if cell.kind == "not entries":
        return n.AllOf(cell.span, tuple(parts))
    return parts[0] if len(parts) == 1 else n.AnyOf(cell.span, tuple(parts))


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
    if cell.kind != "entries" or len(cell.entries) != 1:
        context.error("E065", "an output is one value", cell.span, "write the outcome or the value that follows")
        return None
    kind = "includes" if tree.hit == "collect" else "is"
    concluded = effect(t.Effect(cell.span, kind, tree.decides, cell.entries[0][1]), context)  # type: ignore[arg-type]
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
        because="",
        live=live(scope, tree.clauses),
        cites=citations(scope, module, row.cites or tree.clauses.cites),
        certainty=certainty.level if certainty else "",
        certainty_note=certainty.note if certainty else "",
        tags=tuple(tag.text for tag in tree.clauses.tags),
        excepts=(),
        notes=tree.clauses.notes,
        span=row.span,
    )
