"""What is wrong with cells of table files: told with file, row and column, counted exactly, shown a few times."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from licet.diagnostics import Diagnostic, Findings, Span
from licet.facts.sheets import Sheet, shortened

SHOWN = 20  # findings of one kind in one column; the next one says how many more there are


@dataclass(frozen=True, slots=True)
class Said:
    """The words about one cell."""

    message: str
    value: str = ""
    label: str = ""
    help: str = ""
    others: tuple[tuple[Span, str], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Flaw:
    """What is wrong with a column, or with whole rows where `column` is None, in some rows of a batch."""

    code: str
    column: int | None
    rows: NDArray[np.int64]
    say: Callable[[int], Said]


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that is left out, and why."""

    file: str
    row: int
    id: str
    column: str
    value: str
    reason: str


@dataclass(slots=True)
class _Kind:
    shown: list[Diagnostic] = field(default_factory=list)
    count: int = 0


@dataclass(slots=True)
class Flaws:
    """Collects flaws over the batches of all tables. With `rejected` every one is also handed over as a `Reject`."""

    rejected: Callable[[Sequence[Reject]], None] | None = None
    fatal: bool = False  # there are flaws of more than single rows
    _kinds: dict[tuple[str, str, str], _Kind] = field(default_factory=dict)

    def add(
        self,
        sheet: Sheet,
        flaw: Flaw,
        names: Sequence[str],
        numbers: NDArray[np.int64],
        id_of: Callable[[int], str],
        *,
        of_rows: bool = True,
    ) -> None:
        """Takes note of a flaw; `numbers` and `id_of` say how the rows of its batch are numbered and called.

        What is not a flaw of single rows, such as an unknown column, cannot be mended by leaving rows out.
        """
        column = "" if flaw.column is None else names[flaw.column]
        kind = self._kinds.setdefault((sheet.file + sheet.place(0, None, ()), flaw.code, column), _Kind())
        kind.count += len(flaw.rows)
        for row in flaw.rows[: SHOWN + 1 - len(kind.shown)].tolist():
            kind.shown.append(_diagnostic(sheet, flaw, row, names, int(numbers[row]), id_of(row)))
        self.fatal = self.fatal or not of_rows
        if self.rejected is not None and of_rows:
            self.rejected(
                [
                    Reject(sheet.file, int(numbers[row]), id_of(row), column, said.value, _reason(said))
                    for row in flaw.rows.tolist()
                    for said in (flaw.say(row),)
                ]
            )

    def join(self, later: Flaws) -> None:
        """Takes note of what was collected elsewhere, of rows that come later; rejects are handed over apart."""
        for key, kind in later._kinds.items():
            own = self._kinds.setdefault(key, _Kind())
            own.count += kind.count
            own.shown += kind.shown[: SHOWN + 1 - len(own.shown)]
        self.fatal = self.fatal or later.fatal

    @property
    def count(self) -> int:
        """How many there are, shown or not."""
        return sum(kind.count for kind in self._kinds.values())

    def diagnostics(self) -> Iterable[Diagnostic]:
        """The first ones of each kind in each column, then one that says how many more there are."""
        for (_, _, column), kind in self._kinds.items():
            yield from kind.shown[:SHOWN]
            if kind.count > SHOWN:
                where = f" in the column `{column}`" if column else ""
                words = f"and {kind.count - SHOWN:,} more like this{where}"
                yield replace(kind.shown[SHOWN], message=words, label="", help="from here on")

    def into(self, findings: Findings) -> None:
        for diagnostic in self.diagnostics():
            findings.add(diagnostic)


def _reason(said: Said) -> str:
    return "; ".join(part for part in (said.message, said.label, said.help) if part)


def _diagnostic(sheet: Sheet, flaw: Flaw, row: int, names: Sequence[str], number: int, id_: str) -> Diagnostic:
    said = flaw.say(row)
    before = ""
    if flaw.column is not None and said.value == names[flaw.column]:  # the header itself
        before = "".join(f"{shortened(name)}, " for name in names[: flaw.column])
    elif flaw.column is not None:
        before = f"id: {shortened(id_)} | " if id_ and names[flaw.column] != "id" else ""
        before += f"{names[flaw.column]}: "
    span = sheet.span(number, flaw.column, names, before, shortened(said.value))
    return Diagnostic(flaw.code, said.message, span, said.label, said.others, said.help)
