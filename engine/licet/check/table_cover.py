"""Gaps and overlaps of decision tables, with the missing or doubled row ready to paste."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from licet.check.table_boxes import MOST_BOXES, Box, TooManyBoxesError, gaps, meeting, rows_of
from licet.check.table_dimensions import Column, Dimension, NotAnalysedError, dimensions
from licet.diagnostics import Diagnostic, Findings
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.syntax import tree as t

_SOME_DAY = date(2000, 1, 1)  # where no day makes a difference
_MOST_SHOWN = 3
_MOST_ABOVE = 100_000  # rows that stand above others, over all rows
_MOST_HIDING = 2_000  # boxes looked at for one row: it is asked of each


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row with the condition of each cell, None for `any` and `otherwise`; `claim` is what it concludes."""

    tree: t.Row
    cells: tuple[n.Formula | None, ...]
    claim: ir.Effect

    @property
    def says(self) -> ir.Effect:
        """What it concludes without its details, of which rows that say the same may each have their own."""
        return replace(self.claim, details=()) if isinstance(self.claim, ir.HasOutcome) else self.claim

    @property
    def is_rest(self) -> bool:
        """It holds only where no row above does."""
        return any(cell.kind == "otherwise" for cell in self.tree.inputs)


def check_cover(
    findings: Findings,
    tree: t.Table,
    columns: Sequence[Column],
    rows: Sequence[ReadRow],
    lists: Mapping[str, ir.DatedList],
    live: ir.Live,
) -> bool:
    """Reports what no row covers, rows of `first` that are never reached, and rows that hold together: of `unique`
    all, of `any` those that contradict each other.

    Says so where that is not found out; returns whether it was. *Not applicable* is no case: it satisfies `any` and
    nothing else.
    """
    takes_all = any(all(cell is None for cell in row.cells) for row in rows)
    if tree.hit == "collect":
        return True
    try:
        found = dimensions(columns, [row.cells for row in rows], lists)
    except NotAnalysedError as error:
        if tree.hit == "first" and takes_all:  # it has no gaps, whatever its cells say
            return True
        what = "gaps" if tree.hit == "first" else "gaps and overlaps"
        _not_analysed(findings, tree, what, f"{error}", "compare recorded facts with written values and lists")
        return False
    search = _Search(findings, tree, columns, rows, found)
    days = list(_days(found, live))
    if tree.hit == "first":
        search.unreached(days)
    else:
        search.overlaps(days)
    if not takes_all:
        search.gaps(days)
    return True


def _is_seen(box: Box, above: Sequence[Box]) -> bool:
    """Whether the first or the last case of a row is in none of the rows above: most rows have such a one."""
    for corner in (tuple(c & -c for c in box), tuple(1 << c.bit_length() - 1 for c in box)):
        if not any(all(case & classes for case, classes in zip(corner, row, strict=True)) for row in above):
            return True
    return False


def _not_analysed(findings: Findings, tree: t.Table, what: str, reason: str, help_: str) -> None:
    message = f"`{tree.name.text}` was not searched for {what}: {reason}"
    findings.add(Diagnostic("W013", message, tree.name.span, help=help_, severity="warning"))


def _days(found: Sequence[Dimension], live: ir.Live) -> Iterator[tuple[date, str]]:
    """A day of each stretch in which no list changes and the table stands, and how the stretch is said."""
    named = [dated for dimension in found for dated in dimension.lists.values()]
    changes = {day for dated in named for day in dated.days()} | {day for d in found for day in d.days}
    if not changes:
        yield _SOME_DAY, ""
        return
    changes |= {day for i in (*live.in_force, *live.suspended) for day in (i.start, i.end) if day is not None}
    ordered = sorted(changes)
    before = [ordered[0] - timedelta(days=1)] if ordered[0] > date.min else []
    for day, after in pairwise([*before, *ordered, None]):
        assert day is not None
        stands = not live.in_force or any(i.contains(day) for i in live.in_force)
        suspended = any(i.contains(day) for i in live.suspended)
        if stands and not suspended and all(dated.covers.contains(day) for dated in named):
            yield day, (f" from {day}" if day in changes else "") + (f" until {after}" if after else "")


@dataclass(slots=True)
class _Search:
    """Looks at a table day by day, and reports each gap and each pair of rows once."""

    findings: Findings
    tree: t.Table
    columns: Sequence[Column]
    rows: Sequence[ReadRow]
    dimensions: Sequence[Dimension]

    def gaps(self, days: Sequence[tuple[date, str]]) -> None:
        """What no row covers, or that it was not found out."""
        missing: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        worlds = list(self._worlds(days))
        number = 0
        try:
            for space, boxes, stretch in worlds:
                left = gaps(space, boxes, shown=_MOST_SHOWN)
                number = max(number, left.number)
                for box in left.first:
                    missing.setdefault(self._said(box), []).append(stretch)
        except TooManyBoxesError:
            reason = f"more than {MOST_BOXES:,} cases had to be told apart"
            help_ = "end it with a row of `any`, or make several tables of it"
            _not_analysed(self.findings, self.tree, "gaps", reason, help_)
            return
        if missing:
            said = [(*row, "" if len(found) == len(worlds) else found[0]) for row, found in missing.items()]
            self._report_gaps(said, max(number, len(said)))

    def overlaps(self, days: Sequence[tuple[date, str]]) -> None:
        """Rows that hold together and must not, each once."""
        doubled: dict[int, tuple[int, Box, str]] = {}
        worlds = list(self._worlds(days))
        for _, boxes, stretch in worlds:
            for row, other, box in self._together(boxes):
                doubled.setdefault(row, (other, box, stretch))
        for row, (other, box, stretch) in doubled.items():
            self._report_together(other, row, box, stretch if len(worlds) > 1 else "")

    def unreached(self, days: Sequence[tuple[date, str]]) -> None:
        """Rows before which others hold in all their cases; where that is not found out nothing is said of one."""
        reached: set[int] = set()
        hidden: dict[int, list[int]] = {}
        looked_at = 0
        for space, boxes, _ in self._worlds(days):
            wide = [self._with_no_case(space, number, box) for number, box in enumerate(boxes)]
            never: set[int] = set()
            for number, above in meeting(wide):
                rows = rows_of(above)
                looked_at += len(rows)
                if looked_at > _MOST_ABOVE or _is_seen(wide[number], [wide[row] for row in rows]):
                    continue
                try:
                    left = gaps(wide[number], [wide[row] for row in rows], most=_MOST_HIDING, shown=1)
                except TooManyBoxesError:
                    continue
                if not left.number:
                    hidden.setdefault(number, rows)
                    never.add(number)
            reached |= {number for number, box in enumerate(wide) if all(box)} - never
        for number in sorted(hidden.keys() - reached):
            self._report_unreached(number, hidden[number])

    def _with_no_case(self, space: Box, number: int, box: Box) -> Box:
        """A box of a row, in which what is not applicable is a class of its own, as it is for `any`."""
        cells = self.rows[number].cells
        takes_it = [all(cells[column] is None for column in d.columns) for d in self.dimensions]
        return tuple(
            classes | (1 << whole.bit_length()) if takes else classes
            for classes, whole, takes in zip(box, space, takes_it, strict=True)
        )

    def _worlds(self, days: Sequence[tuple[date, str]]) -> Iterator[tuple[Box, list[Box], str]]:
        """All cases, the boxes of the rows among them, and from when on; what is as on another day only once."""
        seen: set[tuple[Box, ...]] = set()
        for day, stretch in days:
            space = tuple(d.whole(day) for d in self.dimensions)
            boxes = list(zip(*(d.masks(day) for d in self.dimensions), strict=True)) or [()] * len(self.rows)
            if (space, *boxes) not in seen:
                seen.add((space, *boxes))
                yield space, boxes, stretch

    def _together(self, boxes: Sequence[Box]) -> Iterator[tuple[int, int, Box]]:
        """Each row that holds together with one above it and must not: the row, the first of those, and where."""
        for number, above in meeting(boxes) if self.tree.hit in ("unique", "any") else ():
            if self.rows[number].is_rest:
                continue
            for other in rows_of(above):
                if self.tree.hit == "any" and self.rows[other].says == self.rows[number].says:
                    continue
                box = tuple(a & b for a, b in zip(boxes[other], boxes[number], strict=True))
                if not self.rows[other].is_rest:
                    yield number, other, box
                    break
                if rest := gaps(box, boxes[:other], shown=1).first:
                    yield number, other, rest[0]
                    break

    # ---- words

    def _said(self, box: Box) -> tuple[str, tuple[str, ...]]:
        """The inputs of a row for a box; and what it cannot say, where values end between the ends of a cell."""
        cells = ["any"] * len(self.columns)
        notes = []
        for dimension, classes in zip(self.dimensions, box, strict=True):
            first, *others = dimension.said(classes)
            cells[dimension.columns[0]] = first
            if others and len(dimension.columns) > 1:
                cells[dimension.columns[1]] = others[0]
            elif others:
                head = self.columns[dimension.columns[0]].head.span.said
                notes.append(f"there `{head}` is {' and '.join((first, *others))}")
        return f"| {' | '.join(cells)}", tuple(notes)

    def _report_gaps(self, gaps_said: Sequence[tuple[str, tuple[str, ...], str]], number: int) -> None:
        (first, notes, stretch), *others = gaps_said[:_MOST_SHOWN]
        lines = [*notes, *([f"so it is{stretch}"] if stretch else [])]
        for row, more, days in others:
            lines += [f"missing{days}: `{row} => ... |`", *more]
        if number > len(others) + 1:
            lines.append(f"and {number - len(others) - 1} more")
        cases = "this case" if number == 1 else f"{number} cases"
        message = f"no row of `{self.tree.name.text}` covers {cases}"
        self.findings.add(
            Diagnostic(
                "W001",
                message,
                self.tree.name.span,
                help=f"add `{first} => ... |`",
                notes=tuple(lines),
                severity="warning",
            )
        )

    def _report_unreached(self, number: int, above: Sequence[int]) -> None:
        one = [row for row in above if all(self._covers(row, number, c) for c in range(len(self.columns)))]
        shown = one[:1] or above[:_MOST_SHOWN]
        all_shown = bool(one) or len(shown) == len(above)
        names = " and ".join(f"row {row + 1}" for row in shown) if all_shown else "rows above it"
        verb = "holds" if all_shown and len(shown) == 1 else "hold"
        self.findings.add(
            Diagnostic(
                "W002",
                f"row {number + 1} of `{self.tree.name.text}` is never reached: {names} {verb} wherever it would",
                self.rows[number].tree.span,
                others=tuple((self.rows[row].tree.span, f"row {row + 1}") for row in shown),
                help="move it up, narrow what stands above it, or delete it",
                severity="warning",
            )
        )

    def _covers(self, row: int, other: int, column: int) -> bool:
        """Whether a cell is `any`, or says the same as the one of another row."""
        cells = self.rows[row].tree.inputs[column], self.rows[other].tree.inputs[column]
        return self.rows[row].cells[column] is None or cells[0].span.said == cells[1].span.said

    def _report_together(self, first: int, second: int, box: Box, stretch: str) -> None:
        said, notes = self._said(box)
        rows = self.rows[first].tree.span, self.rows[second].tree.span
        if self.tree.hit == "unique":
            code, message = "E066", f"two rows of a table with `hit unique` hold for `{said} |`{stretch}"
        else:
            code, message = "W006", f"two rows of a table with `hit any` say different things for `{said} |`{stretch}"
        self.findings.add(
            Diagnostic(
                code,
                message,
                rows[1],
                label=f"row {second + 1}",
                others=((rows[0], f"row {first + 1}"),),
                help="narrow one of them, or write `hit first` if the upper one shall win",
                notes=notes,
                severity="error" if code == "E066" else "warning",
            )
        )
