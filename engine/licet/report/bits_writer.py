"""The rules' bits as an Arrow file, each batch in one piece.

The library writes a record batch column by column; for thousands of columns of some kilobytes that takes several times
as long as writing them together. What stands around the columns is the library's own: its messages are taken as they
are, and in the footer the places of the batches are put in.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

_BLOCK = struct.Struct("<qi4xq")  # of a batch in the footer: where it begins, lengths of its message and of its columns
_MOST_PIECES = 1000  # that a system takes at once; Linux takes 1,024
_WORD = 8  # what columns are filled up to
_END = b"\xff\xff\xff\xff\0\0\0\0"  # of the batches
Block = tuple[int, int, int]


class BitsWriter:
    """Writes batches of truths to an Arrow file, as `pyarrow.ipc.new_file` does, to the byte."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._schema = schema
        self._file = path.open("wb", buffering=0)
        self._opening = _between(_file_of(schema, 0))[0]
        self._place = 0
        self._blocks: list[Block] = []
        self._messages: dict[tuple[int, ...], bytes | None] = {}  # by the length and the numbers of nulls
        self._write([self._opening])

    def write_batch(self, batch: pa.RecordBatch) -> None:
        """A batch of the schema. Errors: `OSError` where the disk is full."""
        pieces = _pieces(batch)
        shape = len(batch), *(column.null_count for column in batch.columns)
        if shape not in self._messages:
            self._messages[shape] = _message(batch, pieces)
        message = self._messages[shape]
        if message is None:  # the library lays these columns out otherwise
            whole = batch.serialize()
            message = whole[: _length_of_message(whole)].to_pybytes()
            pieces = [whole[len(message) :]]
        self._blocks.append((self._place, len(message), sum(map(len, pieces))))
        self._write([message, *pieces])

    def close(self) -> None:
        if not self._file.closed:
            self._write([_END, _footer(self._schema, self._blocks)])
            self._file.close()

    def _write(self, pieces: Sequence[Any]) -> None:
        left = [memoryview(piece) for piece in pieces if len(piece)]
        for start in range(0, len(left), _MOST_PIECES):
            self._place += self._write_all(left[start : start + _MOST_PIECES])

    def _write_all(self, pieces: Sequence[memoryview]) -> int:
        size = sum(map(len, pieces))
        written = os.writev(self._file.fileno(), pieces) if hasattr(os, "writev") else 0
        if written < size:  # a signal came between, or the system has no such call
            rest = memoryview(b"".join(pieces))[written:]
            while len(rest):
                rest = rest[self._file.write(rest) :]
        return size


def _pieces(batch: pa.RecordBatch) -> list[memoryview]:
    """The validity and the truths of each column in turn, filled up to whole words; empty where nothing is null."""
    needed = -(-len(batch) // 8)
    fill = -needed % _WORD
    found: list[memoryview] = []
    for column in batch.columns:
        whole = column if column.offset == 0 else pa.concat_arrays([column, column[:0]])
        validity, truths = whole.buffers()
        for buffer in (validity if column.null_count else None, truths):
            bits = memoryview(b"" if buffer is None else buffer)
            if len(bits) >= needed + fill or not len(bits):
                found.append(bits[: needed + fill])
            else:
                found.append(memoryview(bits[:needed].tobytes() + bytes(fill)))
    return found


def _message(batch: pa.RecordBatch, pieces: Sequence[memoryview]) -> bytes | None:
    """What stands before the columns of all batches of this shape; None where the library would write others."""
    whole = batch.serialize()
    length = _length_of_message(whole)
    laid_out = b"".join(pieces)
    if whole.size - length != len(laid_out):
        return None
    given = pa.ipc.read_record_batch(pa.py_buffer(whole[:length].to_pybytes() + laid_out), batch.schema)
    return whole[:length].to_pybytes() if given.equals(batch) else None


def _length_of_message(message: pa.Buffer) -> int:
    """The mark of a message, its length, and what is so long."""
    return 8 + int.from_bytes(message[4:8].to_pybytes(), "little", signed=True)


def _file_of(schema: pa.Schema, batches: int) -> pa.Buffer:
    """A file with so many batches that have no rows."""
    sink = pa.BufferOutputStream()
    empty = pa.RecordBatch.from_pylist([], schema)
    with pa.ipc.new_file(sink, schema) as file:
        for _ in range(batches):
            file.write_batch(empty)
    return sink.getvalue()


def _between(file: pa.Buffer) -> tuple[bytes, bytes]:
    """Of a file without batches: what stands before them, and the footer."""
    whole = file.to_pybytes()
    length = int.from_bytes(whole[-10:-6], "little") + 10
    return whole[: -length - len(_END)], whole[-length:]


def _footer(schema: pa.Schema, blocks: Sequence[Block]) -> bytes:
    """The library's footer of as many batches, with these places."""
    if not blocks:
        return _between(_file_of(schema, 0))[1]
    opening, _ = _between(_file_of(schema, 0))
    length = _length_of_message(pa.RecordBatch.from_pylist([], schema).serialize())
    theirs = b"".join(_BLOCK.pack(len(opening) + i * length, length, 0) for i in range(len(blocks)))
    _, footer = _between(_file_of(schema, len(blocks)))
    assert footer.count(theirs) == 1, "the library writes its footers otherwise"
    return footer.replace(theirs, b"".join(_BLOCK.pack(*block) for block in blocks))
