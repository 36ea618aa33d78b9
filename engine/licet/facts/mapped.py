"""A foreign table as one of the vocabulary's, made by a map while it is read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licet.diagnostics import Diagnostic, Findings
from licet.facts.cell_arrays import is_text, numbers_as_texts, texts_of, utf8
from licet.facts.column_maps import CellMap, TableMap
from licet.facts.sheets import BrokenRow, Cells, Sheet, SheetError, Stretch, in_one
from licet.facts.values_from_text import state_named
from licet.ir import policy as ir
from licet.ir.types import Kind
from licet.suggest import did_you_mean

_SEVERAL = "undetermined"


def mapped(sheet: Sheet, map_: TableMap, policy: ir.Policy) -> Sheet:
    """The sheet with the vocabulary's columns, read through `map_`; a place in it is still one of the foreign file."""
    origins: dict[str, tuple[int, str]] = {}
    making = _Making(map_, policy, origins)

    def made(stretch: Stretch) -> Stretch:
        return lambda _: map(making.cells, stretch(None))

    def stretches(wished: int) -> Sequence[Stretch]:
        return [made(stretch) for stretch in sheet.stretches(wished)]

    def one_of_each(wished: int, _: str | None) -> Iterator[Cells]:
        return _one_of_each(map(making.cells, sheet.rows(wished)))

    return replace(
        sheet, titles=(map_.name,), stretches=in_one(one_of_each) if map_.once else stretches, origins=origins
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Making:
    map_: TableMap
    policy: ir.Policy
    origins: dict[str, tuple[int, str]]

    def cells(self, given: Cells) -> Cells:
        self._check(given.names)
        columns = [self._column(name, cell, given) for name, cell in self.map_.cells.items()]
        for name, cell in self.map_.cells.items():
            if cell.columns:
                self.origins[name] = given.names.index(cell.columns[0]), ", ".join(cell.columns)
        return Cells(tuple(self.map_.cells), given.numbers, columns, given.broken)

    def _check(self, names: Sequence[str]) -> None:
        """Refuses a table without a column that the map reads, or with one that it neither reads nor ignores."""
        findings = Findings()
        used = {column for cell in self.map_.cells.values() for column in cell.columns}
        for cell in self.map_.cells.values():
            for column, span in zip(cell.columns, cell.spans, strict=True):
                if column not in names:
                    words = f"the table has no column `{column}`"
                    findings.error("F007", words, span, help=did_you_mean(column, [n for n in names if n]))
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

    def _column(self, name: str, cell: CellMap, given: Cells) -> pa.Array:
        rows = len(given.numbers)
        if cell.constant is not None or not cell.columns:
            return pa.DictionaryArray.from_arrays(np.zeros(rows, np.int32), pa.array([cell.constant or ""]))
        sources = [given.columns[given.names.index(column)] for column in cell.columns]
        if cell.pattern:
            return _patterned(cell, [_as_strings(source) for source in sources])
        if not (cell.values or cell.split or cell.unit):
            return sources[0]
        texts = _as_texts(sources[0])
        texts = texts if pa.types.is_dictionary(texts.type) else texts.dictionary_encode()
        is_set = name != "id" and self._kind(name) is Kind.SET
        made = [b"\xff" if t is None else _made(t, cell, is_set).encode() for t in texts_of(texts.dictionary)]
        return pa.DictionaryArray.from_arrays(texts.indices, pa.array(made, pa.binary()))

    def _kind(self, name: str) -> Kind:
        owner = self.policy.entities.get(self.map_.name)
        fields = owner.fields if owner else self.policy.relations[self.map_.name].parameters
        return fields[name].type.kind


def _as_texts(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type) or is_text(column.type):
        return column
    if pa.types.is_boolean(column.type) or pa.types.is_date(column.type):
        return column.cast(pa.string())
    return numbers_as_texts(column)


def _as_strings(column: pa.Array) -> pa.Array:
    texts = _as_texts(column)
    texts = texts.dictionary_decode() if pa.types.is_dictionary(texts.type) else texts
    try:
        return utf8(texts).cast(pa.string())
    except pa.ArrowInvalid as error:
        words = "a column of which ids or patterns are made is not UTF-8 text"
        raise SheetError(Diagnostic("F001", words, help="save the file as UTF-8")) from error


def _made(text: str, cell: CellMap, is_set: bool) -> str:
    """A cell's text, translated."""
    pieces = [piece.strip() for piece in text.split(cell.split)] if cell.split else [text.strip()]
    made = [_with_unit(cell.values.get(piece, piece), cell.unit) for piece in pieces if piece]
    if not cell.split:
        return made[0] if made else ""
    if is_set:
        return json.dumps(made) if made else ""
    return "" if not made else made[0] if len(set(made)) == 1 else _SEVERAL


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


def _one_of_each(batches: Iterator[Cells]) -> Iterator[Cells]:
    """One row for each id: the first, completed from the others."""
    found: dict[str, tuple[int, list[str]]] = {}
    names: tuple[str, ...] = ()
    broken: list[BrokenRow] = []
    for cells in batches:
        names = cells.names
        broken += cells.broken
        columns = [_as_strings(column).fill_null("").to_pylist() for column in cells.columns]
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
