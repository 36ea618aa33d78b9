"""The rows of a table of decisions, for a terminal: one line for each subject, or whole cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from licet.decide.decision import Decision
from licet.names import printable
from licet.report.decision_cells import outcome_style, outcome_text, said, score_of, why
from licet.report.decision_overview import names, scores

_ID, _WHY = 20, 14  # columns: an id is shown so far at least, a reason not where there is less room
Cell = tuple[str, str]  # text and style


@dataclass(frozen=True, slots=True)
class _Columns:
    """What a row says of a subject of these, and how much of it."""

    type: str
    dated: bool
    names: tuple[str, ...]
    scores: tuple[str, ...]
    short: bool = False  # of what is open the graver end only
    bands: bool = True  # of scores

    @classmethod
    def of(cls, group: Sequence[Decision]) -> _Columns:
        is_dated = len({decision.as_of for decision in group}) > 1
        return cls(group[0].subject.type, is_dated, tuple(names(group)), tuple(scores(group)))

    @property
    def shorter(self) -> tuple[_Columns, ...]:
        """The same, with less and less: what is least missed goes first."""
        short = replace(self, short=True)
        return self, short, replace(short, bands=False), replace(short, scores=())

    @property
    def heads(self) -> list[str]:
        return [self.type, *(["as of"] if self.dated else []), *map(said, self.names), *map(said, self.scores)]

    def cells(self, decision: Decision) -> list[Cell]:
        """All but the first, which is the id."""
        cells = [(str(decision.as_of or "unknown"), "")] if self.dated else []
        cells += [(outcome_text(decision, n, short=self.short), outcome_style(decision, n)) for n in self.names]
        return cells + [(score_of(decision, n, bands=self.bands), "") for n in self.scores]

    def reason(self, decision: Decision) -> list[Cell]:
        """Of the only answer, where there is one."""
        return [(why(decision, self.names[0]), "")] if len(self.names) == 1 else []

    def widths(self, shown: Sequence[Decision], width: int) -> list[int]:
        """What each column takes for its cells and the space behind it; heads may break between words."""
        wide = [max(map(cell_len, head.split())) for head in self.heads]
        for decision in shown:
            cells = [decision.subject.id, *(text for text, _ in self.cells(decision))]
            wide = [max(most, cell_len(printable(text))) for most, text in zip(wide, cells, strict=True)]
        wide[0] = min(wide[0], max(_ID, width // 3))
        return [one + 1 for one in wide]


def whole_rows(group: Sequence[Decision]) -> Table:
    """Everything that cells have to say, in as many lines as that takes."""
    columns = _Columns.of(group)
    table = _table()
    table.add_column("id", no_wrap=True, overflow="ellipsis", max_width=_ID)
    if columns.dated:
        table.add_column("as of", no_wrap=True)
    for name in columns.names:
        table.add_column(said(name), overflow="fold", max_width=20)
    for name in columns.scores:
        table.add_column(said(name), overflow="fold", max_width=11)
    if len(columns.names) == 1:
        table.add_column("why", overflow="fold", ratio=1)
    for decision in group:
        _add(table, decision, [*columns.cells(decision), *columns.reason(decision)])
    return table


def rows(group: Sequence[Decision], shown: Sequence[Decision], width: int) -> Table:
    """A line for each subject that is shown, as whole as the width lets it be.

    What there is no room for goes first where it is least missed: the reason, the milder end of what is open, the bands
    of scores, scores. An answer is never cut off; where there is too little room even so, it takes several lines.
    """
    for columns in _Columns.of(group).shorter:
        widths = columns.widths(shown, width)
        room = width - sum(widths)
        if room >= 0:
            break
    table = _table()
    head, *heads = columns.heads
    table.add_column(head, width=widths[0] - 1, no_wrap=True, overflow="ellipsis")
    for name, wide in zip(heads, widths[1:], strict=True):
        table.add_column(name, width=wide - 1 if room >= 0 else None, overflow="fold")
    has_reasons = len(columns.names) == 1 and room > _WHY
    if has_reasons:
        table.add_column("why", no_wrap=True, overflow="ellipsis", max_width=room - 1)
    for decision in shown:
        _add(table, decision, [*columns.cells(decision), *(columns.reason(decision) if has_reasons else [])])
    return table


def _table() -> Table:
    return Table(box=None, padding=(0, 1, 0, 0), expand=False, header_style="bold")


def _add(table: Table, decision: Decision, cells: Sequence[Cell]) -> None:
    table.add_row(printable(decision.subject.id), *(Text(printable(text), style=style) for text, style in cells))
