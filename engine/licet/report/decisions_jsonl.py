"""The result table as JSON lines: an object a row, lists and records as they are."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa

from licet.report.decision_json import number
from licet.report.writer import About


class JsonlWriter:
    """Names are those of the columns. What is null is left out, but for a date that is not known.

    A number that is not whole is text, as in what `decide` writes.
    """

    def __init__(self, path: Path, _schema: pa.Schema, _about: About) -> None:
        self._file = path.open("w", encoding="utf-8", newline="\n")
        self._encode = json.JSONEncoder(ensure_ascii=False, default=_plain, separators=(",", ":")).encode

    def write(self, batch: pa.RecordBatch) -> None:
        for row in batch.to_pylist():
            said = {name: value for name, value in row.items() if value is not None or name == "as_of"}
            self._file.write(self._encode(said) + "\n")

    def close(self) -> None:
        self._file.close()


def _plain(value: Any) -> Any:
    match value:
        case date():
            return value.isoformat()
        case Decimal():
            return number(Fraction(value))
        case _:
            raise TypeError(type(value))
