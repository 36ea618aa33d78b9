"""The result table as an Arrow file, which programs map into their memory: the columns as they are, words as texts."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from licet.report.decisions_parquet import said_of_file
from licet.report.writer import ResultNotes


class ArrowWriter:
    """The file format, which has one dictionary for all batches: hence no dictionaries."""

    def __init__(self, path: Path, schema: pa.Schema, about: ResultNotes) -> None:
        columns = [(field.name, _plain(field.type)) for field in schema]
        self._schema = pa.schema(columns, metadata=said_of_file(about))
        self._file = pa.ipc.new_file(str(path), self._schema)

    def write(self, batch: pa.RecordBatch) -> None:
        columns = [column.cast(field.type) for column, field in zip(batch.columns, self._schema, strict=True)]
        self._file.write_batch(pa.RecordBatch.from_arrays(columns, schema=self._schema))

    def close(self) -> None:
        self._file.close()


def _plain(type_: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(type_):
        return type_.value_type
    return pa.list_(_plain(type_.value_type)) if pa.types.is_list(type_) else type_
