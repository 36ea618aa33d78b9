"""The result table as CSV: UTF-8, a header, lists joined."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
from pyarrow import csv

from licet.report.escapes import column_for_csv
from licet.report.flat import flat, flat_type
from licet.report.writer import About


class CsvWriter:
    """Empty means null: a date that is not known, a decision about another type."""

    def __init__(self, path: Path, schema: pa.Schema, _about: About) -> None:
        columns = pa.schema([(field.name, flat_type(field.type)) for field in schema])
        self._file = csv.CSVWriter(path, columns)

    def write(self, batch: pa.RecordBatch) -> None:
        columns = [column_for_csv(column) for column in flat(batch).columns]
        self._file.write_batch(pa.RecordBatch.from_arrays(columns, names=batch.schema.names))

    def close(self) -> None:
        self._file.close()
