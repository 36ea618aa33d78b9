"""The result table as JSON lines or one JSON list: an object a row, lists and records as they are."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licet.report.decision_json import number
from licet.report.escapes import for_json
from licet.report.writer import ResultNotes


class JsonlWriter:
    """Names are those of the columns. What is null is left out, but for a date that is not known.

    A number that is not whole is text, as in what `decide` writes.
    """

    def __init__(self, path: Path, _schema: pa.Schema, _about: ResultNotes) -> None:
        self._file = path.open("w", encoding="utf-8", newline="\n")

    def write(self, batch: pa.RecordBatch) -> None:
        self._file.writelines(f"{{{row}}}\n" for row in self._rows(batch))

    def _rows(self, batch: pa.RecordBatch) -> list[str]:
        """The members of each row's object."""
        members = []
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            said = pc.binary_join_element_wise(f"{_encoded(name)}:", _texts(column), "")
            members.append(said if name == "as_of" else pc.if_else(column.is_valid(), said, _NULL))
        rows: list[str] = pc.binary_join_element_wise(*members, ",", null_handling="skip").to_pylist()
        return rows

    def close(self) -> None:
        self._file.close()


class JsonWriter(JsonlWriter):
    """The same objects in one JSON list, a line each."""

    _before = "[\n"

    def write(self, batch: pa.RecordBatch) -> None:
        for row in self._rows(batch):
            self._file.write(f"{self._before}{{{row}}}")
            self._before = ",\n"

    def close(self) -> None:
        self._file.write("[]\n" if self._before == "[\n" else "\n]\n")
        super().close()


_NULL = pa.scalar(None, pa.string())


def _texts(column: pa.Array) -> pa.Array:
    """The JSON of each cell; whatever repeats is encoded once, by columns because rows are slow."""
    if pa.types.is_list(column.type):
        lengths = pc.fill_null(pc.list_value_length(column), 0).to_numpy(zero_copy_only=False)
        starts = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())
        inner = pc.binary_join(pa.ListArray.from_arrays(starts, _texts(column.flatten())), ",")
        return _or_null(column, pc.binary_join_element_wise("[", inner, "]", ""))
    if pa.types.is_struct(column.type):
        fields = [
            pc.binary_join_element_wise(f"{_encoded(field.name)}:", _texts(column.field(i)), "")
            for i, field in enumerate(column.type)
        ]
        inner = pc.binary_join_element_wise(*fields, ",")
        return _or_null(column, pc.binary_join_element_wise("{", inner, "}", ""))
    values = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    encoded = pa.array([_encoded(value) for value in values.dictionary.to_pylist()], pa.string())
    return pc.fill_null(encoded.take(values.indices), "null")


def _or_null(column: pa.Array, texts: pa.Array) -> pa.Array:
    return pc.if_else(column.is_valid(), texts, "null")


def _encoded(value: Any) -> str:
    match value:
        case Decimal():
            return json.dumps(number(Fraction(value)))
        case date():
            return f'"{value.isoformat()}"'
        case _:
            return for_json(value)
