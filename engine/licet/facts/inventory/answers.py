"""Files that Licet wrote: answers that stand in the folder of the facts, and are no facts."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

MARK = "licet.notice"  # in the metadata of formats that have such
_START = 1 << 12
_TEXTS = re.compile(
    rb'"type","id",[^\n]*"as_of"'  # CSV
    rb'|(?:\[\s*)?\{"type":"[^"]*","id":"(?:[^"\\]|\\.)*"[^\n]*"as_of":'  # the result table as JSON
    rb'|(?:\[\s*)?\{\s*"schema": "licet/'  # documents
    rb"|\w+ \([0-9]+\)\r?\n"  # text
    rb"|\w+ [^\n]+(?: on [0-9]{4}-[0-9]{2}-[0-9]{2}|, date unknown)\n  "
)
_REJECTS = re.compile(rb"[^\n]*\brejected_from,rejected_row,reason\r?\n")


def is_answers(file: Path) -> bool:
    """Whether a file holds answers of Licet, rows that it left out, or the rules' bits beside a result.

    Rows that were left out are facts as soon as somebody mends them and gives their file a name of its own.
    """
    try:
        return _is_answers(file)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, pa.ArrowException):
        return False  # whoever reads it will say what is wrong with it


def _is_answers(file: Path) -> bool:
    match file.suffix.lower():
        case ".csv" | ".json" | ".jsonl" | ".ndjson" | ".txt":
            with file.open("rb") as content:
                start = content.read(_START)
            is_rejects = ".rejects." in file.name and _REJECTS.match(start)
            return bool(is_rejects or _TEXTS.match(start))
        case ".parquet":
            return MARK.encode() in (pq.read_schema(file).metadata or {})
        case ".arrow":
            with pa.ipc.open_file(str(file)) as content:
                return file.name.endswith(".rules.arrow") or MARK.encode() in (content.schema.metadata or {})
        case ".xlsx":
            with zipfile.ZipFile(file) as book:
                return MARK.encode() in book.read("docProps/core.xml")
        case _:
            return False
