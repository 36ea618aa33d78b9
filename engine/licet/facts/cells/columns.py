"""A column of cells to a column of facts: each distinct text is read once, numbers and days are taken as they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from licet.facts.cells.arrays import (
    ABSENT,
    are_days,
    as_list,
    cell_text,
    composed,
    days_and_rests,
    is_a_day,
    is_text,
    moment_text,
    numbers_as_texts,
    opened_in,
    plain,
    plain_days,
    plain_texts,
    shown,
    texts_of,
    unfit,
    utf8,
)
from licet.facts.cells.texts import fact_from_cell, is_several
from licet.facts.cells.values_from_text import NEVER_NOTHING, STATE_WORDS, Problem, never_nothing
from licet.facts.cells.written_otherwise import AS_UTF_8, NO_TEXTS
from licet.facts.files.sheets import named
from licet.facts.inventory.row_errors import Flaw, Said
from licet.facts.tables import STATES, Coded, Column, Plain
from licet.ir.types import Kind, Type
from licet.ir.units import Units
from licet.kernel.cells import codes_of, truths_of
from licet.values import Fact, State, with_article

_MOST_FACTS = 1 << 16  # that a column remembers from batch to batch
_MANY = 1 << 12  # distinct texts from which on names are not read one by one
_FEW = 1 << 8  # distinct texts up to which conditions ask of each number and day for itself
_WORDS = pa.array([*STATE_WORDS, *NO_TEXTS], pa.large_string())
_GROUPED = r"^\s*[1-9][0-9]{0,2}\.[0-9]{3}(?:\s.*)?$"
_DECIMALS = r"^\s*[0-9_]+\.[0-9]+(?:[^.0-9].*)?$"
_GROUPED_HELP = 'say `decimal: ","` or `decimal: "."` of the field in a map (`--map`), or write no point'
Read = tuple[Column, Flaw | None]


@dataclass(slots=True, eq=False)
class ColumnReader:
    """Reads one column of a table, batch by batch.

    As long as a column has few different facts its batches share them: `Coded.facts` then only grows, and a code
    means the same in every batch.
    """

    name: str
    type: Type
    units: Units
    column: int  # of the file
    bare_shares: bool = False
    blank: State = State.ABSENT  # what an empty cell is
    _codes: dict[str, int] = field(default_factory=dict)  # by text; a text that cannot be read has none
    _problems: dict[str, Problem] = field(default_factory=dict)
    _places: dict[Fact, int] = field(default_factory=dict)
    _facts: tuple[Fact, ...] = ()

    def read(self, cells: pa.Array) -> Read:
        """The facts of a batch, and the cells that have none: absent stands in their place."""
        column, flaw = self._read(cells)
        if self.blank is not State.ABSENT and isinstance(column, Plain):
            empty = cells.is_null().to_numpy(zero_copy_only=False)
            states = np.where(empty, np.uint8(STATES.index(self.blank)), column.states)
            column = replace(column, states=states)
        return column, flaw

    def grouped(self, cells: pa.Array) -> Flaw | None:
        """The cells such as `1.000`, which are a thousand to whoever writes `1.000,5`; none where another cell of the
        batch shows that a point begins decimals here.
        """
        if self.type.kind not in (Kind.NUMBER, Kind.QUANTITY) or not pa.types.is_dictionary(cells.type):
            return None
        try:
            distinct = utf8(cells.dictionary)
        except pa.ArrowInvalid:  # that is told
            return None
        doubtful = pc.match_substring_regex(distinct, _GROUPED)
        shown_by = pc.and_(pc.match_substring_regex(distinct, _DECIMALS), pc.invert(doubtful))
        if not pc.any(doubtful, min_count=0).as_py() or pc.any(shown_by, min_count=0).as_py():
            return None
        texts = distinct.to_pylist()
        places = cells.indices.fill_null(len(texts)).to_numpy(zero_copy_only=False)
        rows = np.flatnonzero(np.append(doubtful.to_numpy(zero_copy_only=False), False)[places])

        def say(row: int) -> Said:
            text = texts[places[row]]
            whole, _, rest = text.strip().partition(".")
            words = f"{named(text)} may be {whole}{rest[:3]} or {whole}, since semicolons part the cells of this file"
            return Said(words, text, "expected a number that can be read in one way", _GROUPED_HELP)

        return Flaw("F005", self.column, rows, say, places[rows]) if len(rows) else None

    def inapplicable(self, column: Column) -> Flaw | None:
        """The cells that say *not applicable* of what always applies."""
        if isinstance(column, Plain):
            rows = np.flatnonzero(column.states == STATES.index(State.NOT_APPLICABLE))
        elif State.NOT_APPLICABLE in column.facts:
            rows = np.flatnonzero(column.codes == column.facts.index(State.NOT_APPLICABLE))
        else:
            return None
        said = Said(never_nothing(self.name), "not applicable", help=NEVER_NOTHING)
        return Flaw("F023", self.column, rows, lambda _: said, np.zeros(len(rows), np.int64)) if len(rows) else None

    def _read(self, cells: pa.Array) -> Read:
        type_ = cells.type
        if pa.types.is_dictionary(type_) and not is_text(type_.value_type):
            cells, type_ = cells.dictionary_decode(), type_.value_type
        if pa.types.is_dictionary(type_) or is_text(type_):
            return self._texts(cells)
        if pa.types.is_null(type_):
            return self._coded(np.zeros(len(cells), np.int64), [""])
        if pa.types.is_boolean(type_):
            return self._truths(cells)
        if pa.types.is_list(type_) or pa.types.is_large_list(type_):
            return self._lists(cells)
        if pa.types.is_date(type_) or pa.types.is_timestamp(type_):
            return self._days(cells)
        if pa.types.is_integer(type_) or pa.types.is_floating(type_) or pa.types.is_decimal(type_):
            return self._numbers(cells)
        if pa.types.is_struct(type_) and self.type.kind in (Kind.TEXT, Kind.ENTITY, Kind.CODE):
            return self._none_of(cells, "a column of mappings")
        if pa.types.is_struct(type_):  # ends of a range, or doubts with their reasons, as frames have mappings
            return self._texts(pa.array([cell_text(cell) for cell in cells], pa.string()))
        return self._none_of(cells, f"a column of the Arrow type {type_}")

    def _truths(self, cells: pa.BooleanArray) -> Read:
        texts = ["false", "true", ""]
        codes = self._codes_of(texts)
        found = truths_of(cells, *codes.tolist()) if (codes >= 0).all() else None
        if found is not None:
            return Coded(found, self._facts), None
        return self._coded(pc.fill_null(cells.cast(pa.int8()), 2).to_numpy().astype(np.int64), texts, codes)

    # ---- texts

    def _texts(self, cells: pa.Array) -> Read:
        if not pa.types.is_dictionary(cells.type):
            cells = cells.dictionary_encode()
        distinct = len(cells.dictionary)
        if distinct > _FEW and self.type.kind in (Kind.DATE, Kind.NUMBER, Kind.QUANTITY, Kind.PERCENT):
            numbers = self._many_numbers(cells)
            if numbers is not None:
                return numbers, None
        elif distinct > max(_MANY, len(cells) // 8) and self.type.kind in (Kind.TEXT, Kind.ENTITY):
            names = self._many_names(cells)
            if names is not None:
                return names, None
        texts = [*texts_of(cells.dictionary), ""]
        codes = self._codes_of(texts)
        found = codes_of(cells, codes[:-1], int(codes[-1])) if (codes >= 0).all() else None
        if found is not None:
            return Coded(found, self._facts), None
        if (codes[:-1] == np.arange(distinct)).all():  # as they are, and for nulls what no text at all stands for
            rows = cells.indices.fill_null(int(codes[-1])) if cells.null_count else cells.indices
            return Coded(rows.to_numpy(zero_copy_only=False).astype(np.int32, copy=False), self._facts), None
        rows = cells.indices.fill_null(distinct) if cells.null_count else cells.indices
        return self._coded(rows.to_numpy(zero_copy_only=False), texts, codes)

    def _codes_of(self, texts: Sequence[str | None]) -> NDArray[np.int32]:
        """The codes of texts; less than 0 where one cannot be read, or is not UTF-8 (None)."""
        if len(self._places) > _MOST_FACTS:
            self._codes, self._problems, self._places = {}, {}, {}
        codes = np.fromiter((self._code(text) for text in texts), np.int32, len(texts))
        if len(self._facts) != len(self._places):
            self._facts = tuple(self._places)
        return codes

    def _coded(
        self, rows: NDArray[np.integer], texts: Sequence[str | None], codes: NDArray[np.int32] | None = None
    ) -> Read:
        """From texts and each row's place among them."""
        codes = self._codes_of(texts) if codes is None else codes
        bad = codes < 0
        flaw = None
        if bad.any():
            found = np.flatnonzero(bad[rows])
            flaw = self._flaw(found, lambda row: texts[rows[row]], rows[found]) if len(found) else None
            codes = np.where(bad, np.int32(self._place(State.ABSENT)), codes)
            self._facts = tuple(self._places)
        return Coded(codes.take(rows, mode="clip"), self._facts), flaw  # `clip` only spares the test of bounds

    def _code(self, text: str | None) -> int:
        if text is None:
            return -1
        code = self._codes.get(text)
        if code is None:
            is_empty = not text.strip()
            fact = self.blank if is_empty else fact_from_cell(text, self.type, self.units, bare_shares=self.bare_shares)
            code = -1 if isinstance(fact, Problem) else self._place(fact)
            self._codes[text] = code
            if isinstance(fact, Problem):
                self._problems[text] = fact
        return code

    def _place(self, fact: Fact) -> int:
        return self._places.setdefault(fact, len(self._places))

    def _flaw(self, rows: NDArray[np.int64], text_of: Callable[[int], str | None], texts: NDArray[np.integer]) -> Flaw:
        """That of rows whose texts, by their places, cannot be read."""

        def say(row: int) -> Said:
            text = text_of(row)
            if text is None:
                return Said(f"this cell of `{self.name}` is not UTF-8 text", "?", "", AS_UTF_8)
            problem = self._problems.get(text) or fact_from_cell(
                text, self.type, self.units, bare_shares=self.bare_shares
            )
            assert isinstance(problem, Problem), text
            words = f"{named(text)} is not a value of `{self.name}`"
            return Said(words, text, f"expected {problem.expected}", problem.help)

        return Flaw("F005", self.column, rows, say, texts)

    def _many_names(self, cells: pa.DictionaryArray) -> Coded | None:
        """Texts or ids, if each is written plainly: they are facts as they stand."""
        try:
            texts = composed(utf8(cells.dictionary))
        except pa.ArrowInvalid:
            return None
        unlike = pc.or_(
            pc.not_equal(texts, pc.utf8_trim_whitespace(texts)), pc.is_in(pc.utf8_lower(texts), value_set=_WORDS)
        )
        if pc.any(unlike).as_py() or any(map(is_several, opened_in(texts))):
            return None
        rows = cells.indices.fill_null(len(texts)).to_numpy(zero_copy_only=False)
        return Coded(rows.astype(np.int32, copy=False), (*texts.to_pylist(), self.blank))

    def _many_numbers(self, cells: pa.DictionaryArray) -> Plain | None:
        """Plain numbers, shares or days, if all texts are; None where they have to be read one by one."""
        none = len(cells.dictionary)
        rows = cells.indices.fill_null(none).to_numpy(zero_copy_only=False)
        used = np.bincount(rows, minlength=none + 1)[:none] > 0  # a slice has the texts of the whole, a header too
        try:
            found = plain_texts(utf8(cells.dictionary.filter(pa.array(used))).cast(pa.string()), self.type.kind)
        except pa.ArrowInvalid:
            return None
        if found is None:
            return None
        places = np.append(np.cumsum(used) - 1, len(found.values))[rows]
        values = np.append(found.values, found.values.dtype.type(0))[places]
        states = np.append(found.states, ABSENT)[places]
        return Plain(values, states, found.days, found.scale)

    # ---- typed cells

    def _numbers(self, cells: pa.Array) -> Read:
        kind = self.type.kind
        if kind in (Kind.TEXT, Kind.CODE, Kind.ENTITY, Kind.DATE):  # a spreadsheet's number of a day is told as such
            return self._texts(numbers_as_texts(cells))
        if kind not in (Kind.NUMBER, Kind.QUANTITY, Kind.PERCENT):
            return self._none_of(cells, "a column of numbers")
        found = plain(cells)
        if found is None:  # decimals beyond 64 bits
            return self._texts(numbers_as_texts(cells))
        bad = unfit(found, kind)
        if not bad.any():
            return found, None
        kept = Plain(np.where(bad, 0, found.values), np.where(bad, ABSENT, found.states), False, found.scale)
        return kept, Flaw(
            "F005", self.column, np.flatnonzero(bad), lambda row: self._said_of_number(cells[row].as_py())
        )

    def _said_of_number(self, value: object) -> Said:
        text = str(value)
        words = f"`{text}` is not a value of `{self.name}`"
        if text in ("nan", "inf", "-inf"):
            return Said(words, text, "expected a number", "leave the cell empty where no number is known")
        if self.type.kind is Kind.PERCENT:
            return Said(words, text, "expected a share as a number from 0 to 1", "0.4 is 40%")
        return Said(words, text, "expected a quantity that is not negative")

    def _days(self, cells: pa.Array) -> Read:
        if self.type.kind is not Kind.DATE:
            return self._none_of(cells, "a column of dates")
        if pa.types.is_date32(cells.type):
            found = plain_days(cells)
            if are_days(found.values):
                return found, None
        try:
            days, rests, unit = days_and_rests(cells)
        except pa.ArrowInvalid:
            return self._none_of(cells, f"a column of the Arrow type {cells.type}, whose time zone nobody knows")
        given = cells.is_valid().to_numpy(zero_copy_only=False)
        fit = is_a_day(days)
        bad = given & (~fit | (rests != 0))
        kept = Plain(np.where(given & ~bad, days, 0), np.where(given & ~bad, np.uint8(0), ABSENT), days=True)
        if not bad.any():
            return kept, None
        zone = getattr(cells.type, "tz", None)

        def say(row: int) -> Said:
            text = moment_text(int(days[row]), int(rests[row]), unit)
            words = f"`{text}` is not a value of `{self.name}`"
            if not fit[row]:
                return Said(words, text, "expected a day of the years 1 to 9999", "write `not applicable` for no end")
            counts = f", if the day in {zone} counts" if zone else ""
            return Said(words, text, "expected a day without a time of day", f"write {text[:10]}{counts}")

        return kept, Flaw("F005", self.column, np.flatnonzero(bad), say)

    def _lists(self, cells: pa.Array) -> Read:
        if self.type.kind is not Kind.SET:
            return self._none_of(cells, "a column of lists")
        values = cells.flatten()
        values = values.dictionary_decode() if pa.types.is_dictionary(values.type) else values
        if not is_text(values.type) and not pa.types.is_null(values.type):
            return self._none_of(cells, "a column of lists of something else than texts")
        lengths = pc.fill_null(pc.list_value_length(cells), 0).to_numpy()
        ends = np.cumsum(lengths)
        members = texts_of((values.cast(pa.string()) if pa.types.is_null(values.type) else values).fill_null(""))
        known: dict[tuple[str | None, ...] | None, int] = {}
        given = cells.is_valid().to_numpy(zero_copy_only=False)
        rows = np.fromiter(
            (
                known.setdefault(tuple(members[end - length : end]) if is_given else None, len(known))
                for end, length, is_given in zip(ends.tolist(), lengths.tolist(), given.tolist(), strict=True)
            ),
            np.int64,
            len(cells),
        )
        return self._coded(rows, [as_list(list_) for list_ in known])

    def _none_of(self, cells: pa.Array, what: str) -> Read:
        """A whole column whose type does not fit: every cell that is given is wrong."""
        rows = np.flatnonzero(cells.is_valid().to_numpy(zero_copy_only=False))
        column, _ = self._coded(np.zeros(len(cells), np.int64), [""])

        def say(row: int) -> Said:
            text = shown(cells[row])
            words = f"{named(text)} is not a value of `{self.name}`"
            expected = fact_from_cell("\0", self.type, self.units, bare_shares=True)
            label = f"expected {expected.expected}" if isinstance(expected, Problem) else f"expected {self.type}"
            return Said(words, text, label, f"this is {what}; `{self.name}` is {with_article(self.type.kind.value)}")

        return column, Flaw("F005", self.column, rows, say) if len(rows) else None
