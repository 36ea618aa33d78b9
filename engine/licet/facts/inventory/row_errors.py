"""What is wrong with cells of table files: told with file, row and column, counted exactly, shown a few times."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from licet.diagnostics import Diagnostic, Findings, Span
from licet.facts.files.sheets import Sheet, shortened
from licet.values import counted

SHOWN = 20  # different findings of one kind in one column; the next one says what else there is
_FIRST_ROWS = 5  # whose numbers are told
_LISTED = 40  # values in the last finding of a kind
_REMEMBERED = 500  # different findings of one kind in one column; the others are only counted
_SAID = 20_000  # rows of which each is looked at for what is to be said, where nobody knows which are alike


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
    """What is wrong with a column, or with whole rows where `column` is None, in some rows of a batch.

    `alike` has a number for each of these rows, the same for rows of which the same is to be said.
    """

    code: str
    column: int | None
    rows: NDArray[np.int64]
    say: Callable[[int], Said]
    alike: NDArray[np.integer] | None = None


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that is left out, and why: `cells` are all of its cells below their names, none where it has no cells."""

    file: str
    row: int
    id: str
    column: str
    value: str
    reason: str
    table: str = ""
    cells: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Same:
    """What is said of several rows in the same words: how it is said of the first one, and which the first ones are."""

    first: Diagnostic
    value: str
    file: str
    count: int = 0
    rows: list[int] = field(default_factory=list)  # in that file

    def add(self, count: int, rows: Sequence[int], file: str) -> None:
        self.count += count
        self.rows += rows[: _FIRST_ROWS - len(self.rows)] if file == self.file else ()

    @property
    def diagnostic(self) -> Diagnostic:
        if self.count == 1:
            return self.first
        shown = ", ".join(map(str, sorted(self.rows)))
        more = f" and {self.count - len(self.rows):,} more" if self.count > len(self.rows) else ""
        message = f"{self.first.message}, in {counted(self.count, _unit(self.first))}"
        return replace(self.first, message=message, notes=(*self.first.notes, f"{_unit(self.first)}s {shown}{more}"))


@dataclass(slots=True)
class Alike:
    """What is wrong in one way with one column or table, by what is said; `rest` are rows beyond what is remembered."""

    same: dict[str, _Same] = field(default_factory=dict)
    rest: int = 0

    @property
    def count(self) -> int:
        return self.rest + sum(same.count for same in self.same.values())

    def add(self, said: Said, first: Callable[[], Diagnostic], count: int, rows: Sequence[int], file: str) -> None:
        same = self.same.get(said.message)
        if same is None and len(self.same) < _REMEMBERED:
            same = self.same[said.message] = _Same(first(), shortened(said.value), file)
        if same is None:
            self.rest += count
        else:
            same.add(count, rows, file)

    def diagnostics(self, column: str) -> Iterable[Diagnostic]:
        """Each thing that is said, the first ones with where; the others in one, with their values and how many."""
        found = list(self.same.values())
        yield from (same.diagnostic for same in found[:SHOWN])
        others = found[SHOWN:]
        rows = self.rest + sum(same.count for same in others)
        if rows:
            where = f" in the column `{column}`" if column else ""
            unit = _unit((others or found)[0].first)
            words = f"and {counted(rows, f'more {unit}')} like this{where}"
            values = [f"`{same.value}` ({same.count:,})" for same in others[:_LISTED] if same.value]
            listed = ", ".join(values) + (" and more" if self.rest or len(others) > _LISTED else "")
            notes = (f"there stands {listed}",) if values else ()
            yield replace((others or found)[0].first, message=words, label="", help="", notes=notes, others=())


@dataclass(slots=True)
class Flaws:
    """Collects flaws over the batches of all tables. With `rejected` every one is also handed over as a `Reject`."""

    rejected: Callable[[Sequence[Reject]], None] | None = None
    fatal: bool = False  # there are flaws of more than single rows
    _kinds: dict[tuple[str, str, str], Alike] = field(default_factory=dict)

    def add(
        self,
        sheet: Sheet,
        flaw: Flaw,
        names: Sequence[str],
        numbers: NDArray[np.int64],
        id_of: Callable[[int], str],
        *,
        of_rows: bool = True,
        table: str = "",
        cells_of: Callable[[int], tuple[tuple[str, str], ...]] = lambda _: (),
    ) -> None:
        """Takes note of a flaw; `numbers` and `id_of` say how the rows of its batch are numbered and called.

        `table` is what they are rows of, and `cells_of` says what stands in them, for those that hand rejects over.
        What is not a flaw of single rows, such as an unknown column, cannot be mended by leaving rows out.
        """
        column = "" if flaw.column is None else names[flaw.column]
        kind = self._kinds.setdefault((sheet.file + sheet.place(0, None, ()), flaw.code, column), Alike())
        self.fatal = self.fatal or not of_rows
        for said, rows in _alike(flaw, _SAID - kind.count):
            if said is None:
                kind.rest += len(rows)
                continue
            first = partial(_diagnostic, sheet, flaw, said, names, int(numbers[rows[0]]), id_of(int(rows[0])))
            found = [sheet.part_of(number) for number in numbers[rows[:_FIRST_ROWS]].tolist()]
            file = found[0][0].file
            kind.add(said, first, len(rows), [number for part, number in found if part.file == file], file)
        if self.rejected is not None and of_rows:
            self.rejected(
                [
                    Reject(
                        part.file,
                        number,
                        id_of(row),
                        column,
                        said.value,
                        _reason(said),
                        table,
                        cells_of(row),
                    )
                    for row in flaw.rows.tolist()
                    for said in (flaw.say(row),)
                    for part, number in (sheet.part_of(int(numbers[row])),)
                ]
            )

    @property
    def count(self) -> int:
        """How many rows have a flaw, each counted for each of its flaws, shown or not."""
        return sum(kind.count for kind in self._kinds.values())

    def diagnostics(self) -> Iterable[Diagnostic]:
        """Of each kind in each column what is said, with the number of the rows of which it is said."""
        for (_, _, column), kind in self._kinds.items():
            yield from kind.diagnostics(column)

    def into(self, findings: Findings) -> None:
        for diagnostic in self.diagnostics():
            findings.add(diagnostic)


def _unit(first: Diagnostic) -> str:
    """What a number of a place counts where the first one stands."""
    return "line" if first.span is not None and first.span.source.name.endswith((".yaml", ".yml")) else "row"


def _reason(said: Said) -> str:
    return "; ".join(part for part in (said.message, said.label, said.help) if part)


def _alike(flaw: Flaw, most: int) -> Iterator[tuple[Said | None, NDArray[np.int64]]]:
    """What is said, and of which rows, by the first of these; None for rows beyond so many that nobody has grouped."""
    if flaw.alike is None:
        for row in flaw.rows[: max(most, 0)].tolist():
            yield flaw.say(row), np.array([row], np.int64)
        if len(flaw.rows) > max(most, 0):
            yield None, flaw.rows[max(most, 0) :]
        return
    order = np.argsort(flaw.alike, kind="stable")
    starts = np.flatnonzero(np.diff(flaw.alike[order], prepend=-1))
    groups = [flaw.rows[group] for group in np.split(order, starts[1:])] if len(order) else []
    for rows in sorted(groups, key=lambda group: int(group[0])):
        yield flaw.say(int(rows[0])), rows


def _diagnostic(sheet: Sheet, flaw: Flaw, said: Said, names: Sequence[str], number: int, id_: str) -> Diagnostic:
    before = ""
    if flaw.column is not None and said.value == names[flaw.column]:  # the header itself
        before = "".join(f"{shortened(name)}, " for name in names[: flaw.column])
    elif flaw.column is not None:
        before = f"id: {shortened(id_)} | " if id_ and names[flaw.column] != "id" else ""
        before += f"{names[flaw.column]}: "
    span = sheet.span(number, flaw.column, names, before, shortened(said.value))
    return Diagnostic(flaw.code, said.message, span, said.label, said.others, said.help)
