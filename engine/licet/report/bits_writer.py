"""The rules' bits as an Arrow file, each batch in one piece.

The library writes a record batch column by column; for thousands of columns of some kilobytes that takes several times
as long as writing them together. What stands around the columns is the library's own: in its message of a batch with
one row, and in its footer without batches, the numbers are put in (Arrow's format, Message.fbs and File.fbs).
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

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
        self._opening, self._footer = _around(schema)
        self._place = 0
        self._blocks: list[Block] = []
        self._messages: dict[tuple[int, tuple[int, ...]], bytes] = {}  # by length and which columns are null
        self._write([self._opening])

    def write(self, bits: RuleBits) -> None:
        """A batch with the columns of the schema. Errors: `OSError` where the disk is full."""
        pieces = list(_pieces(bits))
        shape = bits.length, tuple(i for i, column in enumerate(bits.columns) if column is None)
        if shape not in self._messages:
            self._messages[shape] = _message(self._schema, *shape)
        message = self._messages[shape]
        self._blocks.append((self._place, len(message), sum(map(len, pieces))))
        self._write([message, *pieces])

    def close(self) -> None:
        if not self._file.closed:
            self._write([_END, _with_blocks(self._footer, self._blocks)])
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


def _message(schema: pa.Schema, length: int, null: Sequence[int]) -> bytes:
    """What stands before the columns of all batches of this length, where the columns `null` are null."""
    rows = 1 if length else 0  # numbers that are 0 have no place in a message
    batch = pa.RecordBatch.from_arrays([pa.array([False] * rows, pa.bool_())] * len(schema), schema=schema)
    whole = batch.serialize()
    start = 8 + int.from_bytes(whole[4:8].to_pybytes(), "little", signed=True)  # of the columns
    message = bytearray(whole[:start])
    if not rows:
        return bytes(message)
    table = _target(message, _MESSAGE)
    header = _target_of(message, table, 2)
    nodes, buffers = (_numbers(message, _target_of(message, header, field)) for field in (1, 2))
    assert (len(nodes), len(buffers)) == (len(schema), 2 * len(schema)), "the library lays columns out otherwise"
    size = -(-length // 64) * 8
    there = np.zeros((len(schema), 2), np.int64)  # what says where a column is null, and its bits
    there[list(null), 0] = there[:, 1] = 1
    ends = np.cumsum(size * there)
    nodes[:, 0] = length
    nodes[list(null), 1] = length
    buffers[1:, 0] = ends[:-1]
    buffers[:, 1] = (-(-length // 8) * there).ravel()
    struct.pack_into("<q", message, _place(message, table, 3), ends[-1])
    struct.pack_into("<q", message, _place(message, header, 0), length)
    return bytes(message)


def _around(schema: pa.Schema) -> tuple[bytes, bytes]:
    """Of a file without batches: what stands before them, and the footer."""
    sink = pa.BufferOutputStream()
    pa.ipc.new_file(sink, schema).close()
    whole = sink.getvalue().to_pybytes()
    length = int.from_bytes(whole[-10:-6], "little") + 10
    return whole[: -length - len(_END)], whole[-length:]


def _with_blocks(footer: bytes, blocks: Sequence[Block]) -> bytes:
    """The footer with the places of batches."""
    if not blocks:
        return footer
    found = bytearray(footer)
    table = _target(found, 0)
    first = _target_of(found, table, 3) + 4  # after how many there are
    assert first % 8 == 0, "the library lays its footers out otherwise"
    size = len(found) - 10  # without its length and the mark at the end
    places = b"".join(_BLOCK.pack(*block) for block in blocks) + bytes((first - size) % 8)
    for field in (1, 2, 4):  # what stands behind comes later by as much
        place = _place(found, table, field)
        if place and _target(found, place) >= first:
            struct.pack_into("<I", found, place, _target(found, place) - place + len(places))
    struct.pack_into("<I", found, first - 4, len(blocks))
    struct.pack_into("<I", found, size, size + len(places))
    found[first:first] = places
    return bytes(found)


# ---- tables of numbered fields, as the library's messages have them (https://flatbuffers.dev/internals/)

_MESSAGE = 8  # where its table begins: after a mark and a length


def _place(message: bytearray, table: int, field: int) -> int:
    """Where a field of a table stands; 0 where it is left out."""
    fields: int = table - struct.unpack_from("<i", message, table)[0]
    (size,) = struct.unpack_from("<H", message, fields)
    at = 4 + 2 * field
    offset: int = struct.unpack_from("<H", message, fields + at)[0] if at < size else 0
    return table + offset if offset else 0


def _target(message: bytearray, place: int) -> int:
    """What a place points to."""
    offset: int = struct.unpack_from("<I", message, place)[0]
    return place + offset


def _target_of(message: bytearray, table: int, field: int) -> int:
    place = _place(message, table, field)
    assert place, "the library lays its messages out otherwise"
    return _target(message, place)


def _numbers(message: bytearray, vector: int) -> NDArray[np.int64]:
    """Pairs of numbers, to be changed where they lie."""
    (count,) = struct.unpack_from("<I", message, vector)
    return np.frombuffer(message, "<i8", 2 * count, vector + 4).reshape(-1, 2)
