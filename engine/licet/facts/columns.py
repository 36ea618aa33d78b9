"""A column of cells to a column of facts: each distinct text is read once, numbers and days are taken as they are."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from licet.facts.cell_texts import fact_from_cell
from licet.facts.flaws import Flaw, Said
from licet.facts.sheets import named
from licet.facts.tables import Coded, Column, Plain, decimal_of
from licet.facts.values_from_text import Problem, Units
from licet.ir.types import Kind, Type
from licet.values import Fact, State

_MOST_FACTS = 1 << 16  # that a column remembers from batch to batch
_MANY = 1 << 12  # distinct texts from which on plain numbers and days are not read one by one
_ABSENT, _UNDETERMINED, _NOT_APPLICABLE = 1, 2, 3  # places in `tables.STATES`
_STATE_CODES = {State.ABSENT: _ABSENT, State.UNDETERMINED: _UNDETERMINED, State.NOT_APPLICABLE: _NOT_APPLICABLE}
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
    _codes: dict[str, int] = field(default_factory=dict)  # by text; a text that cannot be read has none
    _problems: dict[str, Problem] = field(default_factory=dict)
    _places: dict[Fact, int] = field(default_factory=dict)
    _facts: tuple[Fact, ...] = ()

    def read(self, cells: pa.Array) -> Read:
        """The facts of a batch, and the cells that have none: absent stands in their place."""
        type_ = cells.type
        if pa.types.is_dictionary(type_) and not _is_text(type_.value_type):
            cells, type_ = cells.dictionary_decode(), type_.value_type
        if pa.types.is_dictionary(type_) or _is_text(type_):
            return self._texts(cells)
        if pa.types.is_null(type_):
            return self._coded(np.zeros(len(cells), np.int64), [""])
        if pa.types.is_boolean(type_):
            return self._coded(pc.fill_null(cells.cast(pa.int8()), 2).to_numpy().astype(np.int64), ["no", "yes", ""])
        if pa.types.is_list(type_) or pa.types.is_large_list(type_):
            return self._lists(cells)
        if pa.types.is_date(type_) or pa.types.is_timestamp(type_):
            return self._days(cells)
        if pa.types.is_integer(type_) or pa.types.is_floating(type_) or pa.types.is_decimal(type_):
            return self._numbers(cells)
        return self._none_of(cells, f"a column of the Arrow type {type_} is no column of facts")

    # ---- texts

    def _texts(self, cells: pa.Array) -> Read:
        if not pa.types.is_dictionary(cells.type):
            cells = cells.dictionary_encode()
        distinct = len(cells.dictionary)
        if distinct > max(_MANY, len(cells) // 8):
            plain = self._many_texts(cells)
            if plain is not None:
                return plain, None
        texts = [*texts_of(cells.dictionary), ""]
        codes = self._codes_of(texts)
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
            flaw = self._flaw(found, lambda row: texts[rows[row]]) if len(found) else None
            codes = np.where(bad, np.int32(self._place(State.ABSENT)), codes)
            self._facts = tuple(self._places)
        return Coded(codes.take(rows, mode="clip"), self._facts), flaw  # `clip` only spares the test of bounds

    def _code(self, text: str | None) -> int:
        if text is None:
            return -1
        code = self._codes.get(text)
        if code is None:
            fact = fact_from_cell(text, self.type, self.units, bare_shares=self.bare_shares)
            code = -1 if isinstance(fact, Problem) else self._place(fact)
            self._codes[text] = code
            if isinstance(fact, Problem):
                self._problems[text] = fact
        return code

    def _place(self, fact: Fact) -> int:
        return self._places.setdefault(fact, len(self._places))

    def _flaw(self, rows: NDArray[np.int64], text_of: Callable[[int], str | None]) -> Flaw:
        def say(row: int) -> Said:
            text = text_of(row)
            if text is None:
                return Said(f"this cell of `{self.name}` is not UTF-8 text", "?", "", "save the file as UTF-8")
            problem = self._problems.get(text) or fact_from_cell(
                text, self.type, self.units, bare_shares=self.bare_shares
            )
            assert isinstance(problem, Problem), text
            words = f"{named(text)} is not a value of `{self.name}`"
            return Said(words, text, f"expected {problem.expected}", problem.help)

        return Flaw("F005", self.column, rows, say)

    def _many_texts(self, cells: pa.Array) -> Plain | None:
        """Plain numbers or days, if all texts are; None where they have to be read one by one."""
        try:
            texts = cells.cast(pa.string())
            if self.type.kind is Kind.DATE and _all_match(texts, "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"):
                return _plain_days(texts.cast(pa.date32()))
            if self.type.kind in (Kind.NUMBER, Kind.QUANTITY):
                if _all_match(texts, "^[0-9]{1,18}$"):
                    return _plain(texts.cast(pa.int64()))
                # fifteen digits go through a binary number and back unchanged
                if _all_match(texts, "^[0-9.]{1,16}$") and _all_match(texts, r"^[0-9]+(\.[0-9]+)?$"):
                    return _plain(texts.cast(pa.float64()))
        except pa.ArrowInvalid:
            return None
        return None

    # ---- typed cells

    def _numbers(self, cells: pa.Array) -> Read:
        kind = self.type.kind
        if kind in (Kind.TEXT, Kind.ENTITY):
            return self._texts(numbers_as_texts(cells))
        if kind not in (Kind.NUMBER, Kind.QUANTITY, Kind.PERCENT):
            return self._none_of(cells, "a column of numbers")
        plain = _plain(cells)
        if plain is None:  # decimals beyond 64 bits
            return self._texts(numbers_as_texts(cells))
        bad = _unfit(plain, kind)
        if not bad.any():
            return plain, None
        found = np.flatnonzero(bad)
        kept = Plain(np.where(bad, 0, plain.values), np.where(bad, np.uint8(_ABSENT), plain.states), False, plain.scale)
        return kept, Flaw("F005", self.column, found, lambda row: self._said_of_number(cells[row].as_py()))

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
            return _plain_days(cells), None
        stamps = pc.local_timestamp(cells) if getattr(cells.type, "tz", None) else cells.cast(pa.timestamp("us"))
        days = pc.floor_temporal(stamps, unit="day")
        bad = pc.fill_null(pc.not_equal(days, stamps), False).to_numpy(zero_copy_only=False)
        plain = _plain_days(days.cast(pa.date32()))
        if not bad.any():
            return plain, None
        kept = Plain(plain.values, np.where(bad, np.uint8(_ABSENT), plain.states), days=True)
        return kept, Flaw("F005", self.column, np.flatnonzero(bad), lambda row: self._said_of_time(stamps[row]))

    def _said_of_time(self, stamp: pa.Scalar) -> Said:
        text = str(stamp.as_py())
        words = f"`{text}` is not a value of `{self.name}`"
        return Said(words, text, "expected a day without a time of day", f"write {text[:10]}")

    def _lists(self, cells: pa.Array) -> Read:
        if self.type.kind is not Kind.SET:
            return self._none_of(cells, "a column of lists")
        values = cells.flatten()
        values = values.dictionary_decode() if pa.types.is_dictionary(values.type) else values
        if not _is_text(values.type) and not pa.types.is_null(values.type):
            return self._none_of(cells, "a column of lists of something else than texts")
        lengths = pc.fill_null(pc.list_value_length(cells), 0).to_numpy()
        ends = np.cumsum(lengths)
        members = values.to_pylist()
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
        return self._coded(rows, [_as_list(list_) for list_ in known])

    def _none_of(self, cells: pa.Array, what: str) -> Read:
        """A whole column whose type does not fit: every cell that is given is wrong."""
        rows = np.flatnonzero(cells.is_valid().to_numpy(zero_copy_only=False))
        column, _ = self._coded(np.zeros(len(cells), np.int64), [""])

        def say(row: int) -> Said:
            text = str(cells[row].as_py())
            words = f"{named(text)} is not a value of `{self.name}`"
            expected = fact_from_cell("\0", self.type, self.units, bare_shares=True)
            label = f"expected {expected.expected}" if isinstance(expected, Problem) else f"expected {self.type}"
            return Said(words, text, label, f"this is {what}; `{self.name}` is a {self.type.kind.value}")

        return column, Flaw("F005", self.column, rows, say) if len(rows) else None


def _is_text(type_: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(type_)
        or pa.types.is_large_string(type_)
        or pa.types.is_string_view(type_)
        or pa.types.is_binary(type_)
        or pa.types.is_large_binary(type_)
    )


def texts_of(values: pa.Array) -> list[str | None]:
    """The texts of an array without nulls; None where one is not UTF-8."""
    try:
        found: list[str | None] = values.cast(pa.large_string()).to_pylist()
    except pa.ArrowInvalid:
        return [_decoded(value) for value in values.cast(pa.large_binary()).to_pylist()]
    return found


def _decoded(value: bytes) -> str | None:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _as_list(members: tuple[str | None, ...] | None) -> str:
    """A list as the text of a JSON list, which is read like any other text."""
    return "" if members is None else json.dumps([m or "" for m in members])


def _all_match(texts: pa.Array, pattern: str) -> bool:
    return bool(pc.all(pc.match_substring_regex(texts, pattern), skip_nulls=True, min_count=0).as_py())


def numbers_as_texts(cells: pa.Array) -> pa.Array:
    """Numbers as people write them: 1.0 is `1`, and decimals keep their digits."""
    if pa.types.is_integer(cells.type):
        return cells.cast(pa.string())
    distinct = cells.dictionary_encode()
    texts = pa.array([_number_text(value) for value in distinct.dictionary.to_pylist()], pa.string())
    return pa.DictionaryArray.from_arrays(distinct.indices, texts)


def _number_text(value: object) -> str:
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            return str(value)
        exact = decimal_of(value)
        return str(exact) if isinstance(exact, int) else repr(value)
    return f"{value:f}"


def _plain(cells: pa.Array) -> Plain | None:
    """Numbers as they are stored; None for decimals and unsigned numbers that 64 bits do not hold."""
    states = np.where(cells.is_null().to_numpy(zero_copy_only=False), np.uint8(_ABSENT), np.uint8(0))
    if pa.types.is_decimal(cells.type):
        return _plain_decimals(cells, states)
    if pa.types.is_floating(cells.type):
        wide = pa.float64()
        if not pa.types.is_float64(cells.type):  # a narrow number stands for its own shortest decimal
            values = cells.fill_null(0).to_numpy(zero_copy_only=False)
            return Plain(values.astype(np.str_).astype(np.float64), states)
    else:
        wide = pa.int64()
    try:
        return Plain(cells.cast(wide).fill_null(0).to_numpy(zero_copy_only=False), states)
    except pa.ArrowInvalid:
        return None


def _plain_decimals(cells: pa.Array, states: NDArray[np.uint8]) -> Plain | None:
    if not 0 <= cells.type.scale <= 18:
        return None
    try:
        wide = cells.cast(pa.decimal128(38, cells.type.scale)).fill_null(0)
    except pa.ArrowInvalid:
        return None
    halves = np.frombuffer(wide.buffers()[1], np.int64).reshape(-1, 2)[wide.offset : wide.offset + len(wide)]
    low, high = halves[:, 0], halves[:, 1]
    return Plain(low.copy(), states, False, cells.type.scale) if (high == low >> 63).all() else None


def _plain_days(cells: pa.Array) -> Plain:
    states = np.where(cells.is_null().to_numpy(zero_copy_only=False), np.uint8(_ABSENT), np.uint8(0))
    return Plain(cells.cast(pa.int32()).fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64), states, days=True)


def _unfit(plain: Plain, kind: Kind) -> NDArray[np.bool_]:
    """Which numbers their kind does not allow: not finite, negative quantities, shares beyond 0 and 1."""
    values = plain.values
    finite = np.isfinite(values) if values.dtype.kind == "f" else np.ones(len(values), np.bool_)
    if kind is Kind.NUMBER:
        fit = finite
    elif kind is Kind.QUANTITY:
        fit = finite & (values >= 0)
    else:
        fit = finite & (values >= 0) & (values <= 10**plain.scale)
    return np.asarray(~fit & (plain.states == 0), np.bool_)


# ---- columns put together


def joined(columns: Sequence[Column]) -> Column:
    """One column after the other."""
    first = columns[0]
    if len(columns) == 1:
        return first
    if all(_alike(first, column) for column in columns):
        assert isinstance(first, Plain)
        values = np.concatenate([c.values for c in columns])  # type: ignore[union-attr]
        states = np.concatenate([c.states for c in columns])  # type: ignore[union-attr]
        return Plain(values, states, first.days, first.scale)
    places: dict[Fact, int] = {}
    codes = []
    for column in map(as_coded, columns):
        own = np.fromiter((places.setdefault(f, len(places)) for f in column.facts), np.int32, len(column.facts))
        codes.append(own[column.codes])
    return Coded(np.concatenate(codes).astype(np.int32, copy=False), tuple(places))


def _alike(one: Column, other: Column) -> bool:
    return (
        isinstance(one, Plain)
        and isinstance(other, Plain)
        and one.values.dtype == other.values.dtype
        and (one.days, one.scale) == (other.days, other.scale)
    )


def as_coded(column: Column) -> Coded:
    """The same facts, equal ones sharing a code."""
    if isinstance(column, Coded):
        return column
    values, codes = np.unique(np.where(column.states == 0, column.values, 0), return_inverse=True)
    facts: list[Fact] = [column.value(value) for value in values]
    rows = np.where(column.states == 0, codes, len(facts) + column.states.astype(np.int64) - 1)
    return Coded(rows.astype(np.int32), (*facts, State.ABSENT, State.UNDETERMINED, State.NOT_APPLICABLE))


def absent(rows: int) -> Coded:
    return Coded(np.zeros(rows, np.int32), (State.ABSENT,))
