"""The rows of a table of decisions, for a terminal: one line for each subject, or whole cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from licet.decide.decision import Decision
from licet.names import printable
from licet.report.decision_cells import outcome_style, outcome_text, said, score_of, why
from licet.report.decision_overview import names, scores

_ID, _WHY = 20, 14  # columns: an id is shown so far at least, a reason not where there is less room
Cell = tuple[str, str]  # text and style


class _Level(NamedTuple):
    """How much of an answer a cell says."""

    short: bool  # of what is open the graver end only
    bands: bool  # of scores
    scores: bool


_LEVELS = (_Level(False, True, True), _Level(True, True, True), _Level(True, False, True), _Level(True, False, False))


def whole_rows(group: Sequence[Decision]) -> Table:
    """Everything that cells have to say, in as many lines as that takes."""
    table = Table(box=None, padding=(0, 1, 0, 0), expand=False, header_style="bold")
    table.add_column("id", no_wrap=True, overflow="ellipsis", max_width=_ID)
    if _dated(group):
        table.add_column("as of", no_wrap=True)
    for name in names(group):
        table.add_column(said(name), overflow="fold", max_width=20)
    for name in scores(group):
        table.add_column(said(name), overflow="fold", max_width=11)
    if len(names(group)) == 1:
        table.add_column("why", overflow="fold", ratio=1)
    for decision in group:
        _add(table, decision, [*_cells(decision, group, _LEVELS[0]), *_reason(decision, group)])
    return table


def rows(group: Sequence[Decision], shown: Sequence[Decision], width: int) -> Table:
    """A line for each subject that is shown, as whole as the width lets it be.

    What there is no room for goes first where it is least missed: the reason, the milder end of what is open, the bands
    of scores, scores. An answer is never cut off; where there is too little room even so, it takes several lines.
    """
    level = next((one for one in _LEVELS if sum(_widths(group, shown, one, width)) <= width), _LEVELS[-1])
    widths = _widths(group, shown, level, width)
    room = width - sum(widths)
    table = Table(box=None, padding=(0, 1, 0, 0), expand=False, header_style="bold")
    for place, (head, wide) in enumerate(zip(_heads(group, level), widths, strict=True)):
        table.add_column(
            head, width=wide - 1 if room >= 0 else None, no_wrap=not place, overflow="fold" if place else "ellipsis"
        )
    reasons = len(names(group)) == 1 and room > _WHY
    if reasons:
        table.add_column("why", no_wrap=True, overflow="ellipsis", max_width=room - 1)
    for decision in shown:
        _add(table, decision, [*_cells(decision, group, level), *(_reason(decision, group) if reasons else [])])
    return table


def _widths(group: Sequence[Decision], shown: Sequence[Decision], level: _Level, width: int) -> list[int]:
    """What each column takes for its cells and the space behind it; heads may break between words."""
    wide = [max(map(cell_len, head.split())) for head in _heads(group, level)]
    for decision in shown:
        cells = [decision.subject.id, *(text for text, _ in _cells(decision, group, level))]
        wide = [max(most, cell_len(printable(text))) for most, text in zip(wide, cells, strict=True)]
    wide[0] = min(wide[0], max(_ID, width // 3))
    return [one + 1 for one in wide]


def _heads(group: Sequence[Decision], level: _Level) -> list[str]:
    dated = ["as of"] if _dated(group) else []
    return [
        group[0].subject.type,
        *dated,
        *map(said, names(group)),
        *(said(name) for name in scores(group) if level.scores),
    ]


def _dated(group: Sequence[Decision]) -> bool:
    return len({d.as_of for d in group}) > 1


def _cells(decision: Decision, group: Sequence[Decision], level: _Level) -> list[Cell]:
    cells = [(str(decision.as_of or "unknown"), "")] if _dated(group) else []
    cells += [(outcome_text(decision, n, short=level.short), outcome_style(decision, n)) for n in names(group)]
    return cells + [(score_of(decision, n, bands=level.bands), "") for n in scores(group) if level.scores]


def _reason(decision: Decision, group: Sequence[Decision]) -> list[Cell]:
    return [(why(decision, names(group)[0]), "")] if len(names(group)) == 1 else []


def _add(table: Table, decision: Decision, cells: Sequence[Cell]) -> None:
    table.add_row(printable(decision.subject.id), *(Text(printable(text), style=style) for text, style in cells))
