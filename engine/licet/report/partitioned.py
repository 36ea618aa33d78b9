"""A result as a folder of Parquet, partitioned by columns: `licensing.may=prohibited/part-00001-0.parquet`."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from licet.errors import UsageError
from licet.report.decisions_parquet import said_of_file
from licet.report.parts import Parts, ResultKind
from licet.report.writer import ResultNotes

_MOST = 10_000  # folders


class PartitionedParts(Parts):
    """Parts of a result that becomes a folder OUT, which is there when it is whole."""

    def __init__(
        self,
        out: Path,
        kind: Callable[[], ResultKind],
        schema: pa.Schema,
        about: Callable[[], ResultNotes],
        *,
        by: Sequence[str],
        names: Callable[[Sequence[str]], Sequence[str]],
        resume: bool,
    ) -> None:
        """Errors: `UsageError` also where a column cannot be one of folders."""
        for name in by:
            if name not in schema.names:
                raise UsageError(f"there is no column `{name}` to partition by")
            if pa.types.is_nested(schema.field(name).type):
                raise UsageError(f"`{name}` has lists, and a folder has one value: partition by another column")
        self._by = names(by)
        super().__init__(out, kind, schema, None, about, "parquet", names=names, resume=resume)

    def finish(self) -> None:
        """The folder under its own name; before, there is nothing."""
        if self._open is None and not self._manifest.parts:
            self.write_nothing()
        self.keep()
        whole = self.folder / "whole.folder"
        shutil.rmtree(whole, ignore_errors=True)
        whole.mkdir()
        for number, name in enumerate(self._manifest.parts, 1):
            self._divide(self.folder / name, whole, number)
        whole.rename(self._out)
        shutil.rmtree(self.folder)

    def _divide(self, part: Path, whole: Path, number: int) -> None:
        table = pq.ParquetFile(part)
        schema = pa.schema([_plain(field) for field in table.schema_arrow])
        rest = [field for field in schema if field.name not in self._by]
        partitioning = ds.partitioning(pa.schema([schema.field(name) for name in self._by]), flavor="hive")
        batches = (batch.cast(schema) for batch in table.iter_batches())
        try:
            ds.write_dataset(
                batches,
                whole,
                schema=schema.with_metadata(said_of_file(self._about())),
                format="parquet",
                file_options=ds.ParquetFileFormat().make_write_options(
                    compression="zstd", use_dictionary=[field.name for field in rest if field.name != "id"]
                ),
                partitioning=partitioning,
                basename_template=f"part-{number:05}-{{i}}.parquet",
                existing_data_behavior="overwrite_or_ignore",
                max_partitions=_MOST,
                use_threads=False,
            )
        except pa.ArrowInvalid as error:
            raise UsageError(f"`{self._out}`: {error}; partition by fewer columns") from error


def _plain(field: pa.Field) -> pa.Field:
    """Folders are named by values, and not by their codes."""
    return field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field
