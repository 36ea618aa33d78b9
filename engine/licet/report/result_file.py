"""The result table on disk: a format for each suffix, and files that are whole or not there."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import pyarrow as pa

from licet.report.decisions import format_of
from licet.report.decisions_arrow import ArrowWriter
from licet.report.decisions_csv import CsvWriter
from licet.report.decisions_jsonl import JsonlWriter, JsonWriter
from licet.report.decisions_parquet import ParquetWriter
from licet.report.decisions_text import TextWriter
from licet.report.decisions_xlsx import XlsxWriter
from licet.report.writer import OpenWriter, ResultNotes, Writer

WRITERS: Mapping[str, OpenWriter] = {
    "text": TextWriter,
    "json": JsonWriter,
    "jsonl": JsonlWriter,
    "csv": CsvWriter,
    "parquet": ParquetWriter,
    "xlsx": XlsxWriter,
    "arrow": ArrowWriter,
}


def writer_for(path: Path) -> OpenWriter:
    """The format that a file's name asks for. Errors: `UsageError` for a suffix that no format has."""
    return WRITERS[format_of(path)]


@contextmanager
def result_file(path: Path, schema: pa.Schema, about: ResultNotes, format_: str = "") -> Iterator[Writer]:
    """A writer in a format, else that of the suffix; until the end, and on an error, `path` stays as it was."""
    open_writer = WRITERS[format_] if format_ else writer_for(path)
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
