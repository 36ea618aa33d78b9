"""The bytes of a CSV file before they are parsed: quotation marks left open, and what is not UTF-8 text."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from licet.facts.files.sheets import unreadable

_BLOCK = 1 << 22
_REPLACED, _MARK = "\N{REPLACEMENT CHARACTER}".encode(), b"\xff"


@dataclass(frozen=True, slots=True)
class Survey:
    """Whether line breaks may stand within cells, and whether all of it is UTF-8 text."""

    has_quotes: bool
    is_text: bool


def survey(path: Path, delimiter: str) -> Survey:
    """Errors: `SheetError` where a quotation mark is not closed: it would swallow every row after it."""
    quotes = 0
    is_text = True
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        while True:
            block = file.read(_BLOCK)
            quotes += block.count(b'"')
            try:
                is_text = is_text and decoder.decode(block, final=not block) is not None
            except UnicodeDecodeError:
                is_text = False
            if not block:
                break
    if quotes % 2:
        _refuse_open_quotes(path, delimiter)
    return Survey(quotes > 0, is_text)


def is_text(content: bytes) -> bool:
    """Whether bytes are UTF-8 text."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _refuse_open_quotes(path: Path, delimiter: str) -> None:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as text:
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        begun = 1
        try:
            for _ in reader:
                begun = reader.line_num + 1
        except csv.Error as error:
            if "end of data" in str(error) or "limit" in str(error):
                words = f"the quotation mark in line {begun} is not closed"
                raise unreadable(str(path), words, "close it, or double it if it belongs to the text") from error


class Repaired(io.RawIOBase):
    """A file whose bytes that are not UTF-8 are replaced, since the parser cannot tell of rows that hold them."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while True:
            chunk = self._file.read(max(1, len(buffer) // 3 - 3))  # each byte may become three
            data = self._decoder.decode(chunk, final=not chunk).encode()
            if data or not chunk:
                buffer[: len(data)] = data
                return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()


def marked(column: pa.Array) -> pa.Array:
    """What was replaced, as a byte that is no text: whoever reads the cell finds it to be damaged."""
    if pa.types.is_dictionary(column.type):
        return pa.DictionaryArray.from_arrays(column.indices, marked(column.dictionary))
    return pc.replace_substring(column, pattern=_REPLACED, replacement=_MARK)
