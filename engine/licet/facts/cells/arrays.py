"""Arrow arrays of cells: as texts, and as plain numbers and days."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from licet.facts.cells.texts import mapping_text
from licet.facts.tables import STATES, Plain, decimal_of, number_of_day
from licet.ir.types import Kind
from licet.kernel.cells import numbers_of
from licet.names import normal
from licet.values import State

# What a cell raises that Python has no value for; a time zone that nobody knows is a missing key to some libraries.
NO_VALUE = (ValueError, OverflowError, KeyError, pa.ArrowException)
ABSENT = np.uint8(STATES.index(State.ABSENT))


def is_text(type_: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(type_)
        or pa.types.is_large_string(type_)
        or pa.types.is_string_view(type_)
        or pa.types.is_binary(type_)
        or pa.types.is_large_binary(type_)
    )


def utf8(values: pa.Array) -> pa.Array:
    """Texts that were looked at: what a file calls text may be none. Errors: `pa.ArrowInvalid` where it is not."""
    return values.cast(pa.large_binary()).cast(pa.large_string())


def composed(texts: pa.Array) -> pa.Array:
    """Texts in Unicode's composed form, as `licet.names.normal` gives them."""
    further = pc.invert(pc.fill_null(pc.string_is_ascii(texts), True))
    if not pc.any(further, min_count=0).as_py():
        return texts
    kept = pa.array([normal(text) for text in texts.filter(further).to_pylist()], texts.type)
    return pc.replace_with_mask(texts, further, kept)


def texts_of(values: pa.Array) -> list[str | None]:
    """The texts of an array without nulls; None where one is not UTF-8."""
    try:
        found: list[str | None] = utf8(values).to_pylist()
    except pa.ArrowInvalid:
        return [_decoded(value) for value in values.cast(pa.large_binary()).to_pylist()]
    return found


def _decoded(value: bytes | None) -> str | None:
    try:
        return None if value is None else value.decode("utf-8")
    except UnicodeDecodeError:
        return None


def opened_in(texts: pa.LargeStringArray) -> list[str]:
    """The texts, of which none is null, that begin as a list or a mapping of JSON does."""
    _, offsets, content = texts.buffers()
    if not len(texts) or content is None or not content.size:
        return []
    starts = np.frombuffer(offsets, np.int64, len(texts), 8 * texts.offset)
    firsts = np.frombuffer(content, np.uint8).take(starts, mode="clip")
    rows = np.flatnonzero(firsts | 0x20 == ord("{"))  # `[` differs by that bit alone
    return list(texts.take(pa.array(rows)).to_pylist())


def as_list(members: tuple[str | None, ...] | None) -> str | None:
    """A list as the text of a JSON list, which is read like any other text; None where a member is not UTF-8.

    A member that is not there is an empty one, and refused: the list may have any other there.
    """
    if members is None:
        return ""
    return None if None in members else json.dumps(members)


def cell_text(cell: pa.Scalar) -> str:
    """A cell as a CSV file has it; what is no text there is damaged, and shown so."""
    try:
        return _plain_text(cell.as_py())
    except NO_VALUE:
        return shown(cell)


def _plain_text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case bytes():
            return value.decode("utf-8", errors="replace")
        case list():
            return json.dumps([_plain_text(member) for member in value], ensure_ascii=False)
        case dict():
            inner = {str(key): None if part is None else _plain_text(part) for key, part in value.items()}
            return mapping_text(inner)
        case float() | Decimal():
            return _number_text(value)
        case _:
            return str(value)


def all_match(texts: pa.Array, pattern: str) -> bool:
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


def plain(cells: pa.Array) -> Plain | None:
    """Numbers as they are stored; None for decimals and unsigned numbers that 64 bits do not hold."""
    found = numbers_of(cells) if not pa.types.is_decimal(cells.type) or 0 <= cells.type.scale <= 18 else None
    if found is not None:
        return Plain(*found, False, cells.type.scale if pa.types.is_decimal(cells.type) else 0)
    states = np.where(cells.is_null().to_numpy(zero_copy_only=False), ABSENT, np.uint8(0))
    if pa.types.is_decimal(cells.type):
        return plain_decimals(cells, states)
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


def plain_decimals(cells: pa.Array, states: NDArray[np.uint8]) -> Plain | None:
    """Exact decimals as whole numbers of their last place; None where one does not fit into 64 bits."""
    if not 0 <= cells.type.scale <= 18:
        return None
    try:
        wide = cells.cast(pa.decimal128(38, cells.type.scale)).fill_null(0)
    except pa.ArrowInvalid:
        return None
    halves = np.frombuffer(wide.buffers()[1], np.int64).reshape(-1, 2)[wide.offset : wide.offset + len(wide)]
    low, high = halves[:, 0], halves[:, 1]
    return Plain(low.copy(), states, False, cells.type.scale) if (high == low >> 63).all() else None


_FIRST, _LAST = number_of_day(date.min), number_of_day(date.max)
_PER_DAY = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}


def days_and_rests(cells: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.int64], str]:
    """Of days or moments: the days since 1970, what is left of each day, and its unit. Nulls are 0.

    Errors: `pa.ArrowInvalid` where the type names a time zone that there is not.
    """
    if pa.types.is_date32(cells.type):
        days = cells.cast(pa.int32()).fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
        return days, np.zeros(len(days), np.int64), "s"
    if getattr(cells.type, "tz", None):
        cells = pc.local_timestamp(cells)
    unit = "ms" if pa.types.is_date64(cells.type) else cells.type.unit
    moments = cells.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
    days, rests = np.divmod(moments, np.int64(_PER_DAY[unit]))
    return days, rests, unit


def is_a_day(days: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether a number of days since 1970 is a day of the years 1 to 9999."""
    return np.asarray((days >= _FIRST) & (days <= _LAST), np.bool_)


def are_days(days: NDArray[np.int64]) -> bool:
    """Whether all are."""
    return not len(days) or bool(days.min() >= _FIRST and days.max() <= _LAST)


def moment_text(day: int, rest: int, unit: str) -> str:
    """A moment as people write it, in whatever year."""
    text = str(np.datetime64(day, "D"))
    if not rest:
        return text
    seconds, parts = divmod(rest, _PER_DAY[unit] // _PER_DAY["s"])
    digits = len(str(_PER_DAY[unit] // _PER_DAY["s"])) - 1
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{text} {clock}" + (f".{parts:0{digits}}".rstrip("0") if parts else "")


def shown(cell: pa.Scalar) -> str:
    """A cell of any type, as a message shows it; Python has no value for some."""
    try:
        value = cell.as_py()
        if isinstance(value, bool):
            return "true" if value else "false"
        return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else str(value)
    except NO_VALUE:
        return f"a value of the Arrow type {cell.type}"


def plain_days(cells: pa.Array) -> Plain:
    found = numbers_of(cells)
    if found is not None:
        return Plain(*found, days=True)
    states = np.where(cells.is_null().to_numpy(zero_copy_only=False), ABSENT, np.uint8(0))
    return Plain(cells.cast(pa.int32()).fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64), states, days=True)


def plain_texts(texts: pa.Array, kind: Kind) -> Plain | None:
    """Texts without nulls as plain numbers or days of a kind, exactly; None where one is written otherwise.

    Errors: `pa.ArrowInvalid` where one is none.
    """
    if kind is Kind.DATE:
        if not all_match(texts, "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"):
            return None
        days = plain_days(texts.cast(pa.date32()))
        return days if are_days(days.values) else None
    if kind is Kind.PERCENT:
        if not all_match(texts, r"^[0-9]{1,3}(\.[0-9]{1,10})?%$"):
            return None
        shares = plain(pc.utf8_rtrim(texts, "%").cast(pa.decimal128(18, 10)))
        if shares is None:
            return None
        found = replace(shares, scale=shares.scale + 2)
        return None if unfit(found, kind).any() else found
    if all_match(texts, "^[0-9]{1,18}$"):
        return plain(texts.cast(pa.int64()))
    # fifteen digits go through a binary number and back unchanged
    if all_match(texts, "^[0-9.]{1,16}$") and all_match(texts, r"^[0-9]+(\.[0-9]+)?$"):
        return plain(texts.cast(pa.float64()))
    return None


def unfit(numbers: Plain, kind: Kind) -> NDArray[np.bool_]:
    """Which numbers their kind does not allow: not finite, negative quantities, shares beyond 0 and 1."""
    values = numbers.values
    if values.dtype.kind != "f" and len(values):
        most = values.max() if kind is Kind.PERCENT else 0
        if kind is Kind.NUMBER or (values.min() >= 0 and most <= 10**numbers.scale):
            return np.zeros(len(values), np.bool_)
    finite = np.isfinite(values) if values.dtype.kind == "f" else np.ones(len(values), np.bool_)
    if kind is Kind.NUMBER:
        fit = finite
    elif kind is Kind.QUANTITY:
        fit = finite & (values >= 0)
    else:
        fit = finite & (values >= 0) & (values <= 10**numbers.scale)
    return np.asarray(~fit & (numbers.states == 0), np.bool_)
