"""The rules' bits as an Arrow file, each batch in one piece.

The library writes a record batch column by column; for thousands of columns of some kilobytes that takes several times
as long as writing them together. What stands around the columns is the library's own: its messages are taken as they
are, and in the footer the places of the batches are put in.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from licet.decide.table.rule_bits import RuleBits

_BLOCK = struct.Struct("<qi4xq")  # of a batch in the footer: where it begins, lengths of its message and of its columns
_MOST_PIECES = 1000  # that a system takes at once; Linux takes 1,024
_END = b"\xff\xff\xff\xff\0\0\0\0"  # of the batches
Block = tuple[int, int, int]


class BitsWriter:
    """Writes batches of bits to an Arrow file, as `pyarrow.ipc.new_file` does, to the byte."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._schema = schema
        self._file = path.open("wb", buffering=0)
        self._opening = _between(_file_of(schema, 0))[0]
        self._place = 0
        self._blocks: list[Block] = []
        self._messages: dict[tuple[int, tuple[int, ...]], bytes] = {}  # by length and which columns are null
        self._write([self._opening])

    def write(self, bits: RuleBits) -> None:
        """A batch with the columns of the schema. Errors: `OSError` where the disk is full."""
        pieces = list(_pieces(bits))
        shape = bits.length, tuple(i for i, column in enumerate(bits.columns) if column is None)
        if shape not in self._messages:
            self._messages[shape] = _message(bits.batch(self._schema), pieces)
        message = self._messages[shape]
        self._blocks.append((self._place, len(message), sum(map(len, pieces))))
        self._write([message, *pieces])

    def close(self) -> None:
        if not self._file.closed:
            self._write([_END, _footer(self._schema, self._opening, self._blocks)])
            self._file.close()

    def _write(self, pieces: Iterable[bytes | memoryview]) -> None:
        left = [piece for piece in pieces if len(piece)]
        for start in range(0, len(left), _MOST_PIECES):
            self._place += self._write_all(left[start : start + _MOST_PIECES])

    def _write_all(self, pieces: Sequence[bytes | memoryview]) -> int:
        size = sum(map(len, pieces))
        written = os.writev(self._file.fileno(), pieces) if hasattr(os, "writev") else 0
        if written < size:  # a signal came between, or the system has no such call
            rest = memoryview(b"".join(pieces))[written:]
            while len(rest):
                rest = rest[self._file.write(rest) :]
        return size


def _pieces(bits: RuleBits) -> Iterable[memoryview]:
    """What of each column stands in the file, in whole words: its bits, and where they are null that they are."""
    size = -(-bits.length // 64) * 8
    none, every = memoryview(bytes(size)), memoryview(b"\xff" * size)
    for column in bits.columns:
        if column is None:
            yield none
            yield none
        elif isinstance(column, np.ndarray):
            yield column.data.cast("B")
        else:
            yield every if column else none


def _message(batch: pa.RecordBatch, pieces: Sequence[memoryview]) -> bytes:
    """What stands before the columns of all batches of this shape."""
    whole = batch.serialize()
    length = _length_of_message(whole)
    message: bytes = whole[:length].to_pybytes()
    read = pa.ipc.read_record_batch(pa.py_buffer(message + b"".join(pieces)), batch.schema)
    assert whole.size - length == sum(map(len, pieces)), "the library lays columns out otherwise"
    assert read.equals(batch), "the library lays columns out otherwise"
    return message


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
    """Of a file without batches: what stands before them; of any: the footer."""
    whole = file.to_pybytes()
    length = int.from_bytes(whole[-10:-6], "little") + 10
    return whole[: -length - len(_END)], whole[-length:]


def _footer(schema: pa.Schema, opening: bytes, blocks: Sequence[Block]) -> bytes:
    """The library's footer of as many batches, with these places."""
    _, footer = _between(_file_of(schema, len(blocks)))
    if not blocks:
        return footer
    length = _length_of_message(pa.RecordBatch.from_pylist([], schema).serialize())
    theirs = b"".join(_BLOCK.pack(len(opening) + i * length, length, 0) for i in range(len(blocks)))
    assert footer.count(theirs) == 1, "the library writes its footers otherwise"
    return footer.replace(theirs, b"".join(_BLOCK.pack(*block) for block in blocks))
