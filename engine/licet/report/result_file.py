"""The result table on disk: a format for each suffix, and files that are whole or not there."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import pyarrow as pa

from licet.errors import UsageError
from licet.report.decisions_csv import CsvWriter
from licet.report.decisions_jsonl import JsonlWriter
from licet.report.decisions_parquet import ParquetWriter
from licet.report.decisions_xlsx import XlsxWriter
from licet.report.writer import About, OpenWriter, Writer

BY_SUFFIX: Mapping[str, OpenWriter] = {
    ".csv": CsvWriter,
    ".jsonl": JsonlWriter,
    ".ndjson": JsonlWriter,
    ".parquet": ParquetWriter,
    ".xlsx": XlsxWriter,
}


def writer_for(path: Path) -> OpenWriter:
    """The format that a file's name asks for. Errors: `UsageError` for a suffix that no format has."""
    found = BY_SUFFIX.get(path.suffix.lower())
    if found is None:
        raise UsageError(f"`{path.name}` has no known format; name it {', '.join(BY_SUFFIX)}")
    return found


@contextmanager
def result_file(path: Path, schema: pa.Schema, about: About) -> Iterator[Writer]:
    """A writer to `path` in the format of its suffix; on an error, and until the end, `path` stays as it was."""
    open_writer = writer_for(path)
    with whole_file(path) as part:
        writer = open_writer(part, schema, about)
        try:
            yield writer
        except BaseException:
            with suppress(Exception):  # the first error is the one to report
                writer.close()
            raise
        writer.close()


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Another name in the same folder to write under; renamed to `path` at the end, removed on an error."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
