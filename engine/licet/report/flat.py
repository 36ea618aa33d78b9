"""Columns of the result table as text: lists joined, obligations and missing facts in words."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

BETWEEN = "; "
_TOLD = (pa.lib.Type_LIST, pa.lib.Type_DICTIONARY, pa.lib.Type_DECIMAL128)


def flat(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The same rows as text, truths and days: without lists, records, dictionaries and decimals."""
    columns = [flat_column(column) for column in batch.columns]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def flat_type(type_: pa.DataType) -> pa.DataType:
    """The type that `flat_column` gives."""
    return pa.string() if type_.id in _TOLD else type_


def flat_column(column: pa.Array) -> pa.Array:
    """A list as its members with `; ` between them, empty text for none; null stays null."""
    if pa.types.is_dictionary(column.type):
        return column.dictionary_decode()
    if pa.types.is_decimal(column.type):
        numbers = column.dictionary_encode()
        texts = [_decimal(number) for number in numbers.dictionary.to_pylist()]
        return pa.array(texts, pa.string()).take(numbers.indices)
    if not pa.types.is_list(column.type):
        return column
    joined = pc.binary_join(_lists(column), BETWEEN)
    return pc.if_else(column.is_valid(), joined, pa.scalar(None, pa.string()))


def listed(column: pa.ListArray) -> pa.ListArray:
    """The same lists of texts: records in words; null stays null."""
    return pc.if_else(column.is_valid(), _lists(column), pa.scalar(None, pa.list_(pa.string())))


def _lists(column: pa.ListArray) -> pa.ListArray:
    """With an empty list for null."""
    lengths = pc.fill_null(pc.list_value_length(column), 0).to_numpy(zero_copy_only=False)
    starts = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())
    return pa.ListArray.from_arrays(starts, _words(column.flatten()))


def _decimal(number: Decimal) -> str:
    """Without an exponent, and without zeros at the end."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _words(members: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(members.type):
        return members.dictionary_decode()
    if not pa.types.is_struct(members.type):
        return members
    parts = {field.name: members.field(i) for i, field in enumerate(members.type)}
    if "rules" in parts:
        return _conflict(parts)
    return _obligation(parts) if "act" in parts else _missing(parts)


def _obligation(parts: dict[str, pa.Array]) -> pa.Array:
    """`may be due: the exporter must report by 2026-07-01 [us.ear.x.y]`."""
    status = pc.if_else(pc.equal(parts["status"], "due"), "", pc.binary_join_element_wise(parts["status"], "", ": "))
    said = pc.binary_join_element_wise(parts["bearer"], parts["modal"], parts["act"], " ")
    when = pc.binary_join_element_wise("", parts["deadline_kind"], parts["deadline"], " ")
    rule = pc.binary_join_element_wise(" [", parts["rule"], "]", "")
    return pc.binary_join_element_wise(status, said, pc.fill_null(when, ""), rule, "")


def _conflict(parts: dict[str, pa.Array]) -> pa.Array:
    """`Transfer t: chips is free and forbidden, by law.chips.row_1 and law.chips.row_3`."""
    values, rules = (pc.binary_join(parts[name], " and ") for name in ("values", "rules"))
    about = pc.binary_join_element_wise(parts["type"], parts["id"], " ")
    said = pc.binary_join_element_wise(parts["term"], "is", values, " ")
    return pc.binary_join_element_wise(pc.binary_join_element_wise(about, said, ": "), rules, ", by ")


def _missing(parts: dict[str, pa.Array]) -> pa.Array:
    """`training_compute of Model x`, with the state where it is not simply absent, and what is noted of law."""
    said = pc.binary_join_element_wise(parts["fact"], "of", parts["type"], parts["id"], " ")
    more = pc.binary_join_element_wise(": ", parts["note"], "")
    state = pc.binary_join_element_wise(" (", parts["state"], pc.fill_null(more, ""), ")", "")
    return pc.binary_join_element_wise(said, pc.if_else(pc.equal(parts["state"], ""), "", pc.fill_null(state, "")), "")
