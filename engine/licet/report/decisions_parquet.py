"""The result table as Parquet: the columns as they are."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from licet.decide.decision import NOTICE
from licet.facts.inventory.answers import MARK
from licet.ir.canonical import fingerprint
from licet.report.writer import ResultNotes


class ParquetWriter:
    """One row group a batch; the fingerprints of policy and facts stand in the file's metadata."""

    def __init__(self, path: Path, schema: pa.Schema, about: ResultNotes) -> None:
        self._schema = schema.with_metadata({**(schema.metadata or {}), **said_of_file(about)})
        self._file = pq.ParquetWriter(
            path,
            self._schema,
            compression="zstd",
            use_dictionary=[name for name in schema.names if name != "id"],  # ids are all different
            write_statistics=["id", "as_of"],  # what rows are looked for by; of a few words they tell nothing
        )

    def write(self, batch: pa.RecordBatch) -> None:
        self._file.write_batch(batch.replace_schema_metadata(self._schema.metadata))

    def close(self) -> None:
        self._file.close()


def said_of_file(about: ResultNotes) -> dict[str, str]:
    """What formats with metadata say there of the whole file."""
    return {
        "licet.policy": f"{about.policy.name}, {fingerprint(about.policy)}",
        "licet.facts": about.facts_fingerprint,
        "licet.engine": about.engine,
        MARK: NOTICE,
    }
