"""A file of lines, cut where lines end into ranges that can be read apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

_BLOCK = 1 << 20  # bytes


@dataclass(frozen=True, slots=True)
class LineRange:
    """Whole lines of a file: its bytes from `start` up to `end`; `first` is the number of the first line."""

    path: Path
    start: int
    end: int
    first: int

    def read(self) -> bytes:
        with self.path.open("rb") as file:
            file.seek(self.start)
            return file.read(self.end - self.start)


def line_ranges(path: Path, size: int, fits: Callable[[bytes], bool], header: bytes = b"") -> list[LineRange]:
    """Ranges of at most so many bytes; none at all where a line is longer than a block, or where bytes do not fit.

    The header at the start always does.
    """
    found: list[LineRange] = []
    status = path.stat()
    for piece in _blocks(path, (status.st_size, status.st_mtime_ns), fits, header):
        if found and piece.end - found[-1].start <= size:
            found[-1] = replace(found[-1], end=piece.end)
        else:
            found.append(piece)
    return found


@lru_cache(maxsize=8)  # a table is cut more than once, and all of it has to be read for that
def _blocks(path: Path, _version: object, fits: Callable[[bytes], bool], header: bytes) -> tuple[LineRange, ...]:
    found: list[LineRange] = []
    first = 1
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            start = found[-1].end if found else 0
            length = len(block) if len(block) < _BLOCK else block.rfind(b"\n") + 1
            if not length or not fits(block if found else block.removeprefix(header)):
                return ()
            found.append(LineRange(path, start, start + length, first))
            first += block.count(b"\n", 0, length)
            file.seek(start + length)
    return tuple(found)
