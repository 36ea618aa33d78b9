"""A foreign table as one of the vocabulary's, made by a map while it is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from licet.diagnostics import Diagnostic, Findings
from licet.facts.cells.arrays import is_text, numbers_as_texts, texts_of, utf8
from licet.facts.cells.values_from_text import Problem, state_named, value_from_text
from licet.facts.files.sheets import (
    BrokenRow,
    Cells,
    Sheet,
    SheetError,
    Stretch,
    Untold,
    heads_help,
    in_one,
)
from licet.facts.mapping.column_maps import CellMap, TableMap
from licet.facts.mapping.forms import in_form
from licet.ir import policy as ir
from licet.ir.types import TEXT, Kind, Type
from licet.suggest import did_you_mean

_SEVERAL = "undetermined"
_BESIDE = {"id": Type(Kind.ENTITY), "open": Type(Kind.SET, element=TEXT), "source": TEXT, "note": TEXT}
_ROWS = 1 << 16
_NO_PLACES = np.zeros(0, np.int64)
_Made = tuple[pa.Array, NDArray[np.int64], Sequence[str]]  # a column, and the cells that nobody told what they mean


def mapped(sheet: Sheet, map_: TableMap, policy: ir.Policy) -> Sheet:
    """The sheet with the vocabulary's columns, read through `map_`; a place in it is still one of the foreign file."""
    sheet = _laid_out(sheet, map_)
    origins: dict[str, tuple[int, str]] = {}
    making = _Making(map_, policy, origins, cache(partial(_standing, sheet, map_.each.but if map_.each else "")))

    def made(stretch: Stretch) -> Stretch:
        return lambda _: map(making.cells, stretch(None))

    def stretches(wished: int) -> Sequence[Stretch]:
        return [made(stretch) for stretch in sheet.stretches(wished)]

    def one_of_each(wished: int, _: str | None) -> Iterator[Cells]:
        return _one_of_each(map(making.cells, sheet.rows(wished)))

    return replace(
        sheet,
        titles=(map_.name,),
        stretches=in_one(one_of_each) if map_.once else stretches,
        origins=origins,
        by_semicolons=sheet.by_semicolons and not any(cell.decimal for cell in map_.cells.values()),
    )


def _laid_out(sheet: Sheet, map_: TableMap) -> Sheet:
    """The sheet with its names where the map says. Errors: `SheetError` for a kind of file that has its own names."""
    if map_.header and not map_.skip:
        return sheet
    if sheet.laid is None:
        words = f"{sheet.called} is of a kind that has names of columns, and no rows above them"
        raise SheetError(Diagnostic("F002", words, map_.span, help="leave out `header` and `skip`"))
    return sheet.laid(map_.skip, map_.header)


def _standing(sheet: Sheet, column: str) -> frozenset[str]:
    """All texts of a column of a table, which is read for that."""
    found: set[str] = set()
    for cells in sheet.rows(_ROWS, column):
        texts = pc.unique(texts_in(cells.columns[cells.names.index(column)]))
        found.update(text.strip() for text in texts.to_pylist() if text)
    return frozenset(found)


@dataclass(frozen=True, slots=True, eq=False)
class _Making:
    map_: TableMap
    policy: ir.Policy
    origins: dict[str, tuple[int, str]]
    standing: Callable[[], frozenset[str]]  # what stands in the column of which no piece is a row

    def cells(self, given: Cells) -> Cells:
        self._check(given.names)
        given = self._chosen(given)
        made = [self._column(name, cell, given) for name, cell in self.map_.cells.items()]
        for name, cell in self.map_.cells.items():
            if cell.columns:
                there = [column for column in cell.columns if column in given.names]
                self.origins[name] = given.names.index(there[0]), ", ".join(there)
        forms = [_form(cell) for cell in self.map_.cells.values()]
        untold = tuple(Untold(i, places, texts, forms[i]) for i, (_, places, texts) in enumerate(made) if texts)
        return Cells(tuple(self.map_.cells), given.numbers, [column for column, *_ in made], given.broken, untold)

    def _chosen(self, given: Cells) -> Cells:
        """The rows that are not left out, and of each as many as its cell has pieces."""
        for column, texts in self.map_.leave_out.items():
            stands = pc.utf8_trim_whitespace(texts_in(given.columns[given.names.index(column)]).fill_null(""))
            given = given.kept(~pc.is_in(stands, pa.array(texts, pa.string())).to_numpy(zero_copy_only=False))
        each = self.map_.each
        if each is None:
            return given
        place = given.names.index(each.column)
        cells = texts_in(given.columns[place]).fill_null("").to_pylist()
        kept = {"", *(self.standing() if each.but else ())}
        pieces = [[piece for part in cell.split(each.split) if (piece := part.strip()) not in kept] for cell in cells]
        rows = pa.array(np.repeat(np.arange(len(pieces)), [len(found) for found in pieces]))
        columns = [column.take(rows) for column in given.columns]
        columns[place] = pa.array([piece for found in pieces for piece in found], pa.string())
        return replace(given, numbers=given.numbers[rows.to_numpy()], columns=columns)

    def _check(self, names: Sequence[str]) -> None:
        """Refuses a table without a column that the map reads, or with one that it neither reads nor ignores."""
        findings = Findings()
        used = set(self.map_.columns)
        for column in used - {column for cell in self.map_.cells.values() for column in cell.columns} - {*names}:
            words = f"the table has no column `{column}`"
            findings.error("F007", words, self.map_.span, help=did_you_mean(column, [n for n in names if n]))
        for cell in self.map_.cells.values():
            there = any(name in names for name in cell.alternatives)  # of names that changed, one is enough
            for column, span in zip(cell.columns, cell.spans, strict=True):
                if column not in names and not (there and column in cell.alternatives):
                    words = f"the table has no column `{column}`"
                    near = did_you_mean(column, [n for n in names if n])
                    findings.error("F007", words, span, help=heads_help(names, near))
        ignored = self.map_.ignored
        left = [n for n in names if n and n not in used and n not in ignored] if ignored is not None else []
        if left:
            words = f"nothing is made from the column{'s' if len(left) > 1 else ''} " + ", ".join(
                f"`{n}`" for n in left
            )
            findings.error("F007", words, self.map_.span, help="map them, or write `ignore: rest`, or list them there")
        found = findings.sorted()
        if found:
            raise SheetError(*found)

    def _column(self, name: str, cell: CellMap, given: Cells) -> _Made:
        rows = len(given.numbers)
        if cell.constant is not None or not cell.columns:
            constant = pa.array([cell.constant or ""])
            return pa.DictionaryArray.from_arrays(np.zeros(rows, np.int32), constant), _NO_PLACES, ()
        column = self._source(cell, given)
        if not cell.translates:
            return column, _NO_PLACES, ()
        texts = _as_texts(column)
        texts = texts if pa.types.is_dictionary(texts.type) else texts.dictionary_encode()
        type_ = self._fields[name].type if name in self._fields else _BESIDE[name]
        translation = _Translation(cell, type_, self.policy)
        found = [*texts_of(texts.dictionary), ""]
        made = [b"\xff" if text is None else translation.of(text).encode() for text in found]
        rows = texts.indices.fill_null(len(made) - 1).to_numpy(zero_copy_only=False)  # nothing may mean something too
        places = np.array([translation.untold.get(text or "", -1) for text in found], np.int64)[rows]
        empty = np.array([not text for text in made], np.bool_)[rows]
        column = pa.DictionaryArray.from_arrays(pa.array(rows, pa.int32(), mask=empty), pa.array(made, pa.binary()))
        return column, places, tuple(translation.untold) if (places >= 0).any() else ()

    def _source(self, cell: CellMap, given: Cells) -> pa.Array:
        """What stands where a field comes from, before it is translated."""

        def texts(name: str) -> pa.Array:
            return texts_in(given.columns[given.names.index(name)])

        if cell.at_least or cell.at_most:
            rows = len(given.numbers)
            own = [name for name in cell.columns if name not in (cell.at_least, cell.at_most)]
            low, high = (texts(end) if end else pa.nulls(rows, pa.string()) for end in (cell.at_least, cell.at_most))
            return _ranges(low, high, texts(own[0]) if own else pa.nulls(rows, pa.string()))
        if cell.pattern:
            return _patterned(cell, [texts(name) for name in cell.columns])
        if cell.alternatives:
            return pc.coalesce(*(_filled(texts(name)) for name in cell.alternatives if name in given.names))
        return given.columns[given.names.index(cell.columns[0])]

    @property
    def _fields(self) -> Mapping[str, ir.Field]:
        owner = self.policy.entities.get(self.map_.name)
        return owner.fields if owner else self.policy.relations[self.map_.name].parameters


def _as_texts(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type) or is_text(column.type):
        return column
    if pa.types.is_boolean(column.type) or pa.types.is_date(column.type):
        return column.cast(pa.string())
    return numbers_as_texts(column)


def texts_in(column: pa.Array) -> pa.Array:
    """A column as texts. Errors: `SheetError` where it is not UTF-8."""
    texts = _as_texts(column)
    texts = texts.dictionary_decode() if pa.types.is_dictionary(texts.type) else texts
    try:
        return utf8(texts).cast(pa.string())
    except pa.ArrowInvalid as error:
        words = "a column of which ids or patterns are made is not UTF-8 text"
        raise SheetError(Diagnostic("F001", words, help="save the file as UTF-8")) from error


class _Translation:
    """Cells as a map translates them; `untold` are those that it does not, though it should, each with a number."""

    def __init__(self, cell: CellMap, type_: Type, policy: ir.Policy) -> None:
        self._cell = cell
        self._is_set = type_.kind is Kind.SET
        self._element = type_.element if type_.element is not None else type_
        self._units = policy.units
        self._known = {*cell.values, *cell.values.values()}
        self.untold: dict[str, int] = {}

    def of(self, text: str) -> str:
        """What a cell's text becomes."""
        cell = self._cell
        pieces = [piece.strip() for piece in text.split(cell.split)] if cell.split else [text.strip()]
        pieces = [piece for piece in pieces if piece] or [""]
        if not all(map(self._is_told, pieces)):
            self.untold.setdefault(text, len(self.untold))
            return ""
        made = [self._piece(piece) for piece in pieces]
        if cell.unit:
            made = [_with_unit(piece, cell.unit) for piece in made]
        if not cell.split or pieces == [""]:
            return made[0]
        if self._is_set:
            return json.dumps(made)
        return made[0] if len(set(made)) == 1 else _SEVERAL

    def _piece(self, piece: str) -> str:
        if piece in self._cell.values:
            return self._cell.values[piece]
        if (self._cell.date or self._cell.decimal) and state_named(piece) is None:
            return self._in_form(piece) or self._cell.otherwise
        stays = self._cell.otherwise in ("", "keep") or piece in self._known or state_named(piece) is not None
        return piece if stays else self._cell.otherwise

    def _in_form(self, piece: str) -> str | None:
        """A day or a number as the vocabulary has it, or a range of two; None where one of them is not of the form."""
        if not (self._cell.at_least or self._cell.at_most):
            return in_form(piece, self._cell.date, self._cell.decimal)
        sign, ends = (piece[:3], [piece[3:]]) if piece[:3] in (">= ", "<= ") else ("", piece.split(".."))
        found = [in_form(end, self._cell.date, self._cell.decimal) for end in ends]
        return None if None in found else sign + "..".join(map(str, found))

    def _is_told(self, piece: str) -> bool:
        """Whether somebody said what a piece means: words that pass unread may mean something that no rule asks for."""
        if self._cell.otherwise or piece in self._known or state_named(piece) is not None or not piece:
            return True
        if self._cell.date or self._cell.decimal:
            return self._in_form(piece) is not None
        if not self._cell.values or self._cell.only_empty:
            return True
        if self._element.kind in (Kind.TEXT, Kind.ENUMERATION):
            return False
        return self._element.is_ordered or not isinstance(value_from_text(piece, self._element, self._units), Problem)


def _form(cell: CellMap) -> str:
    """What a cell is that the map reads in a form of its own."""
    if cell.date:
        return f"a day written as `{cell.date}`"
    return f"a number with `{cell.decimal}` before its decimals" if cell.decimal else ""


def _filled(texts: pa.Array) -> pa.Array:
    """The same, with null for nothing but space."""
    trimmed = pc.utf8_trim_whitespace(texts)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def _ranges(low: pa.Array, high: pa.Array, otherwise: pa.Array) -> pa.Array:
    """`a..b`, or one of the two ends; where there is neither, the other column."""
    low, high = _filled(low), _filled(high)
    both = pc.binary_join_element_wise(low, high, "..")
    least = pc.binary_join_element_wise(pc.if_else(low.is_valid(), ">= ", None), low, "")
    most = pc.binary_join_element_wise(pc.if_else(high.is_valid(), "<= ", None), high, "")
    return pc.coalesce(both, least, most, _filled(otherwise))


def _with_unit(text: str, unit: str) -> str:
    return text if not unit or state_named(text) is not None else f"{text} {unit}"


def _patterned(cell: CellMap, columns: Sequence[pa.Array]) -> pa.Array:
    """The pattern filled in; nothing where a column has nothing."""
    pieces: list[pa.Array | str] = []
    rest = cell.pattern
    for name, column in zip(cell.columns, columns, strict=True):
        before, _, rest = rest.partition("{" + name + "}")
        pieces += [before, pc.utf8_trim_whitespace(column)]
    return pc.binary_join_element_wise(*pieces, rest, "")


def _as_broken(cells: Cells, untold: Untold, row: int) -> BrokenRow:
    text, words, help_ = untold.said(row, cells.names)
    return BrokenRow(int(cells.numbers[row]), text, words, help_, "F005")


def _one_of_each(batches: Iterator[Cells]) -> Iterator[Cells]:
    """One row for each id: the first, completed from the others."""
    found: dict[str, tuple[int, list[str]]] = {}
    names: tuple[str, ...] = ()
    broken: list[BrokenRow] = []
    for cells in batches:
        names = cells.names
        broken += cells.broken
        broken += [_as_broken(cells, untold, row) for untold in cells.untold for row in untold.rows.tolist()]
        columns = [texts_in(column).fill_null("").to_pylist() for column in cells.columns]
        for number, *texts in zip(cells.numbers.tolist(), *columns, strict=True):
            if not texts[0].strip():
                continue
            _, known = found.setdefault(texts[0].strip(), (number, texts))
            for i, text in enumerate(texts):
                if text and not known[i]:
                    known[i] = text
                elif text and known[i] != text:
                    known[i] = _SEVERAL if i else known[i]
    rows = list(found.values())
    columns = [pa.array([texts[i] or None for _, texts in rows], pa.string()) for i in range(len(names))]
    yield Cells(names, np.array([number for number, _ in rows], np.int64), columns, tuple(broken))
