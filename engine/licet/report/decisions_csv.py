"""The result table as CSV: UTF-8, a header, lists joined."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
from pyarrow import csv

from licet.report.because import because_columns
from licet.report.escapes import column_for_csv
from licet.report.flat import flat_column, flat_type
from licet.report.writer import ResultNotes


class CsvWriter:
    """Empty means null: a date that is not known, a decision about another type.

    Behind the columns of a decision stands why its answer is what it is, where the rules of a row are listed.
    """

    def __init__(self, path: Path, schema: pa.Schema, about: ResultNotes) -> None:
        self._because = because_columns(about.policy, schema)
        self._names = list(schema.names)
        for name in self._because:
            self._names.insert(self._names.index(name.removesuffix("because") + "from") + 1, name)
        types = [pa.string() if name in self._because else flat_type(schema.field(name).type) for name in self._names]
        self._called = list(about.names(self._names))
        self._file = csv.CSVWriter(path, pa.schema(list(zip(self._called, types, strict=True))))

    def write(self, batch: pa.RecordBatch) -> None:
        told = {name: column(batch) for name, column in self._because.items()}
        columns = [told[name] if name in told else flat_column(batch[name]) for name in self._names]
        self._file.write_batch(pa.RecordBatch.from_arrays(list(map(column_for_csv, columns)), names=self._called))

    def close(self) -> None:
        self._file.close()
