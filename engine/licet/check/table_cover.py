"""Gaps and overlaps of tables over finite domains, with the missing or doubled row ready to paste."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise, product
from typing import Any

from licet.diagnostics import Diagnostic, Findings
from licet.ir.types import Kind, Type
from licet.syntax import tree as t

_MOST_CELLS = 20_000


@dataclass(frozen=True, slots=True)
class Column:
    """A column's head as written, and its type."""

    head: t.Operand
    type: Type


@dataclass(frozen=True, slots=True)
class _Region:
    """Values that no cell of the column tells apart: one of them, and how a cell says them."""

    sample: Any
    said: str


def check_cover(findings: Findings, tree: t.Table, columns: Sequence[Column], rows: Sequence[t.Row]) -> None:
    """Reports what no row covers, and for `unique` what several do; open domains are left to the facts."""
    regions = [list(_regions(column, [row.inputs[i] for row in rows])) for i, column in enumerate(columns)]
    if any(not r for r in regions) or any(c.kind == "otherwise" for row in rows for c in row.inputs):
        return
    size = 1
    for r in regions:
        size *= len(r)
    if size > _MOST_CELLS:
        return
    gaps: list[tuple[_Region, ...]] = []
    doubled: dict[tuple[int, int], tuple[_Region, ...]] = {}
    for case in product(*regions):
        hits = [i for i, row in enumerate(rows) if _matches(row, case)]
        if not hits:
            gaps.append(case)
        for pair in pairwise(hits):
            doubled.setdefault(pair, case)
    if gaps and tree.hit != "collect":
        _report_gaps(findings, tree, gaps)
    if tree.hit == "unique":
        _report_overlaps(findings, rows, doubled)


def _report_gaps(findings: Findings, tree: t.Table, gaps: Sequence[tuple[_Region, ...]]) -> None:
    rows = [f"| {' | '.join(r.said for r in case)} => ... |" for case in gaps[:3]]
    more = (f"and {len(gaps) - 3} more",) if len(gaps) > 3 else ()
    findings.add(
        Diagnostic(
            "W001",
            f"no row of `{tree.name.text}` covers " + ("this case" if len(gaps) == 1 else f"{len(gaps)} cases"),
            tree.name.span,
            help=f"add `{rows[0]}`",
            notes=(*(f"missing: `{row}`" for row in rows[1:]), *more),
            severity="warning",
        )
    )


def _report_overlaps(
    findings: Findings, rows: Sequence[t.Row], doubled: dict[tuple[int, int], tuple[_Region, ...]]
) -> None:
    for (first, second), case in doubled.items():
        findings.error(
            "E066",
            f"two rows of a table with `hit unique` hold for `| {' | '.join(r.said for r in case)} |`",
            rows[second].span,
            label=f"row {second + 1}",
            others=((rows[first].span, f"row {first + 1}"),),
            help="narrow one of them, or write `hit first` if the upper one shall win",
        )


# ---- regions


def _regions(column: Column, cells: Sequence[t.Cell]) -> Iterator[_Region]:
    """The finitely many cases of a column; nothing for an open domain that some cell looks into."""
    if all(cell.kind == "any" for cell in cells):
        yield _Region(None, "any")
        return
    match column.type.kind:
        case Kind.ENUMERATION:
            yield from (_Region(value, value) for value in column.type.values)
        case Kind.BOOLEAN:
            yield from (_Region(True, "yes"), _Region(False, "no"))
        case Kind.NUMBER | Kind.QUANTITY | Kind.PERCENT | Kind.DATE:
            yield from _stretches(cells)
        case _:
            return


def _stretches(cells: Sequence[t.Cell]) -> Iterator[_Region]:
    """Each written bound, and a value between each two and beyond the ends."""
    entries = [entry for cell in cells for entry in cell.entries]
    values = {value: tree.span.text for _, tree in entries if (value := _value(tree)) is not None}
    if len({type(v) is date for v in values}) != 1 or any(_value(tree) is None for _, tree in entries):
        return
    ordered = sorted(values)
    yield _Region(_beyond(ordered[0], -1), f"< {values[ordered[0]]}")
    for i, value in enumerate(ordered):
        yield _Region(value, values[value])
        if i + 1 < len(ordered):
            between = _between(value, ordered[i + 1])
            if between is not None:
                yield _Region(between, f"> {values[value]}")
    yield _Region(_beyond(ordered[-1], 1), f"> {values[ordered[-1]]}")


def _beyond(value: Any, step: int) -> Any:
    return value + timedelta(days=step) if isinstance(value, date) else value + step


def _between(low: Any, high: Any) -> Any:
    if isinstance(low, date):
        return low + timedelta(days=1) if high - low > timedelta(days=1) else None
    return Fraction(low + high) / 2


def _value(tree: t.Operand) -> Any:
    match tree:
        case t.NumberLiteral(value=value) | t.PercentLiteral(value=value) | t.DateLiteral(value=value):
            return value
        case t.BooleanLiteral(value=flag):
            return flag
        case t.Path() if len(tree.parts) == 1:
            return tree.text
        case _:
            return None


def _matches(row: t.Row, case: Sequence[_Region]) -> bool:
    return all(_cell_matches(cell, region) for cell, region in zip(row.inputs, case, strict=True))


def _cell_matches(cell: t.Cell, region: _Region) -> bool:
    if cell.kind == "any":
        return True
    hit = any(_entry_matches(operator, tree, region.sample) for operator, tree in cell.entries)
    return hit != (cell.kind == "not entries")


def _entry_matches(operator: str, tree: t.Operand, sample: Any) -> bool:
    if isinstance(tree, t.SetLiteral):
        return any(_entry_matches(operator, item, sample) for item in tree.items)
    value = _value(tree)
    match operator:
        case ">=":
            return bool(sample >= value)
        case "<=":
            return bool(sample <= value)
        case ">":
            return bool(sample > value)
        case "<":
            return bool(sample < value)
        case _:
            return bool(sample == value)
