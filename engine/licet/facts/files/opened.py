"""Files made ready for their readers: unpacked, taken from a pipe or an archive, as UTF-8 text in lines."""

from __future__ import annotations

import bz2
import codecs
import gzip
import lzma
import re
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from contextvars import ContextVar
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa

from licet.facts.files.addresses import is_elsewhere, shown_address, version_of
from licet.facts.files.databases import is_table, spooled
from licet.facts.files.fetched import content_at
from licet.facts.files.sheets import SheetError, unreadable

STDIN = Path("-")
ARCHIVE = ".zip"
FORMATS: Mapping[str, str] = {name: f".{name}" for name in ("csv", "jsonl", "json", "yaml", "parquet", "arrow", "xlsx")}
FORMAT: ContextVar[str] = ContextVar("FORMAT", default="")  # of files whose names do not tell, as the user says

LINES = (".csv", ".tsv", ".tab", ".txt", ".jsonl", ".ndjson")
_TEXTS = (*LINES, ".json", ".yaml", ".yml")
_TIMES, _LEAST_UNPACKED = 250, 1 << 30  # texts of one word over and over are packed to a hundredth
_BLOCK, _START = 1 << 20, 1 << 16  # bytes: read at a time, and looked at
_DAMAGE = (
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    pa.ArrowException,
)
_PACKED: Mapping[str, tuple[bytes, Callable[[Path], Any]]] = {
    ".gz": (b"\x1f\x8b", gzip.open),
    ".bz2": (b"BZh", bz2.open),
    ".xz": (b"\xfd7zXZ", lzma.open),
    ".zst": (b"\x28\xb5\x2f\xfd", lambda path: pa.input_stream(str(path), compression="zstd")),
}
_BINARY = ((b"PAR1", ".parquet"), (b"ARROW1", ".arrow"), (b"PK\x03\x04", ".xlsx"))
_MARKS = (  # the longer ones first
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_ZEROS = {  # what part of each of four bytes is zero
    "UTF-32LE": (0, 1, 1, 1),
    "UTF-32BE": (1, 1, 1, 0),
    "UTF-16LE": (0, 1, 0, 1),
    "UTF-16BE": (1, 0, 1, 0),
}
_CLEAR = 0.3
_KNOWN = (*_TEXTS, ".parquet", ".arrow", ".arrows", ".ipc", ".feather", ".xlsx")


def is_stream(path: Path) -> bool:
    """Whether a path is standard input, a pipe or a device: what can be read once, and has no name that tells."""
    return path == STDIN or (path.exists() and not path.is_file() and not path.is_dir())


def suffix_of(path: Path) -> str:
    """The ending that says what kind of file it is, packed or not: `.csv` for `Transfer.csv.gz`; of a copy its own."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    while suffixes and suffixes[-1] in _PACKED:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def shown_name(path: Path) -> str:
    """How messages call a file."""
    return "standard input" if path == STDIN else shown_address(path)


def unpacked_name(path: Path) -> str:
    """The name without the endings that say how a file is packed."""
    name = path.name
    while Path(name).suffix.lower() in _PACKED:
        name = Path(name).stem
    return name


def members_of(archive: Path) -> list[Path]:
    """The files in an archive, as paths below it. Errors: `SheetError`."""
    try:
        with zipfile.ZipFile(archive) as opened_:
            names = [info.filename for info in opened_.infolist() if not info.is_dir()]
    except _DAMAGE as error:
        raise unreadable(str(archive), "it is not a whole ZIP archive", "pack it again") from error
    inside = [Path(name) for name in names]
    seen = [path for path in inside if not any(part.startswith((".", "~$", "__MACOSX")) for part in path.parts)]
    return sorted(archive / path for path in seen if not path.is_absolute())


def archive_of(path: Path) -> Path | None:
    """The archive that a path below one names a file of."""
    return next((p for p in path.parents if p.suffix.lower() == ARCHIVE and p.is_file()), None)


def opened(path: Path) -> Path:
    """The file that is to be read for a path: itself, or a copy that stays as long as this process.

    A copy is called like the original, without the endings that say how it was packed. Errors: `SheetError` where it
    cannot be unpacked, or is no text where it should be.
    """
    if path == STDIN:
        return _ready(path, sys.stdin)
    if is_table(path):
        return spooled(path, Path(_folder().name, "tables"))
    if is_elsewhere(path):
        return _ready(path, version_of(path))
    if is_stream(path):  # its times change while it is read
        return _ready(path, path.stat().st_ino)
    status = (archive_of(path) or path).stat()
    return _ready(path, (status.st_size, status.st_mtime_ns, status.st_ino))


@cache  # what comes through a pipe can be read once only
def _ready(path: Path, _version: object) -> Path:
    is_taken = is_elsewhere(path) or is_stream(path)
    file = _taken(path, _version) if is_taken else _own_file(path)
    most = _most_unpacked(file)
    while packing := _packing(file):
        name = file.stem if file.suffix.lower() in _PACKED else file.name
        file = _copied(path, name, _PACKED[packing][1](file), most=most)
    if suffix_of(file) not in _KNOWN:
        kind = FORMATS.get(FORMAT.get()) or (_kind(file) if is_taken else "")
        if kind:
            file = _copied(path, file.name + kind, file.open("rb"))
    return _as_utf8(file, path) if suffix_of(file) in _TEXTS else file


@cache  # also where it turns out later to be damaged: a second look finds nothing
def _taken(path: Path, _version: object) -> Path:
    """A regular file with all that comes through a stream."""
    if path == STDIN and sys.stdin is None:
        raise unreadable(shown_name(path), "it is closed", "name a file")
    if is_elsewhere(path):
        return _copied(path, path.name, content_at(path))
    return _copied(path, "input", sys.stdin.buffer if path == STDIN else path.open("rb"))


def _own_file(path: Path) -> Path:
    """A regular file with what a path stands for."""
    archive = archive_of(path)
    if archive is None:
        return path
    with ExitStack() as stack:
        try:
            members = stack.enter_context(zipfile.ZipFile(archive))
            member = stack.enter_context(members.open(path.relative_to(archive).as_posix()))
        except (KeyError, *_DAMAGE) as error:
            raise _damaged(path, error) from error
        return _copied(path, path.name, member, most=_most_unpacked(archive))


def _most_unpacked(packed: Path) -> int:
    """The bytes that a packed file may grow to: far more than a table does, and less than fills a disk."""
    return max(_LEAST_UNPACKED, _TIMES * packed.stat().st_size)


def _packing(file: Path) -> str:
    """How a file is packed, as its name or its first bytes say."""
    suffix = file.suffix.lower()
    if suffix in _PACKED:
        return suffix
    start = _start(file) if not suffix else b""
    return next((suffix for suffix, (magic, _) in _PACKED.items() if start.startswith(magic)), "")


def _kind(file: Path) -> str:
    """The kind of a file without a name of its own, as its first bytes tell."""
    start = _start(file)
    if found := next((kind for magic, kind in _BINARY if start.startswith(magic)), ""):
        return found
    text = start.removeprefix(codecs.BOM_UTF8).lstrip()
    if text.startswith(b"{"):
        return ".jsonl" if re.match(rb"\{.*\}[ \t\r]*(\n|$)", text) else ".json"
    return ".json" if text.startswith(b"[") else ".yaml" if re.match(rb"\w+:[ \t\r]*\n|as_of:|---", text) else ".csv"


# ---- copies

_numbers = count()


@cache
def _folder() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="licet-")


def _copied(
    original: Path, name: str, source: Any, changed: Callable[[Any], Iterator[bytes]] | None = None, most: int = 0
) -> Path:
    """What is read of a source, in a file of this process. Errors: `SheetError` where it cannot be read, or has more
    than `most` bytes.
    """
    folder = Path(_folder().name, str(next(_numbers)))
    folder.mkdir()
    with source, (folder / name).open("wb") as out:
        blocks = changed(source) if changed is not None else iter(lambda: source.read(_BLOCK), b"")
        while True:
            try:
                block = next(blocks, b"")
            except _DAMAGE as error:
                raise _damaged(original, error) from error
            if not block:
                return folder / name
            out.write(block)
            if most and out.tell() > most:
                (folder / name).unlink()
                words = f"it has more than {most >> 20:,} MB unpacked, {_TIMES} times what it is packed"
                raise unreadable(shown_name(original), words, "unpack it yourself, if it is to be read")


def _damaged(path: Path, error: BaseException) -> SheetError:
    words = "it asks for a password" if "password" in str(error) else "it is damaged, or not packed as its name says"
    return unreadable(shown_name(path), words, "pack it again")


# ---- texts


def _start(file: Path) -> bytes:
    with file.open("rb") as content:
        return content.read(_START)


def _as_utf8(file: Path, original: Path) -> Path:
    """The same text in UTF-8; where lines end as on old Macs, with ends that others know."""
    start = _start(file)
    encoding = next((name for mark, name in _MARKS if start.startswith(mark)), "") or _unmarked(start)
    if encoding:
        try:
            return _copied(original, file.name, file.open("rb"), lambda source: _decoded(source, encoding))
        except SheetError as error:
            words = f"it seems to be {encoding[:6]} text, and is not"
            raise unreadable(shown_name(original), words, "save it as `CSV UTF-8`, or as UTF-8 text") from error
    if file.suffix.lower() in LINES and b"\r" in start and b"\n" not in start:
        return _copied(original, file.name, file.open("rb"), _with_line_feeds)
    return file


def _unmarked(start: bytes) -> str:
    """The encoding of text whose every other byte, or three of four, are zero: Latin letters in a wide encoding."""
    start = start[: len(start) // 4 * 4]
    if b"\0" not in start:
        return ""
    shares = [start[place::4].count(0) * 4 / len(start) for place in range(4)]
    return next(
        (
            name
            for name, zeros in _ZEROS.items()
            if all(abs(s - z) < _CLEAR for s, z in zip(shares, zeros, strict=True))
        ),
        "",
    )


def _decoded(source: Any, encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)()
    while block := source.read(_BLOCK):
        if text := decoder.decode(block):
            yield text.encode()
    yield decoder.decode(b"", final=True).encode()


def _with_line_feeds(source: Any) -> Iterator[bytes]:
    while block := source.read(_BLOCK):
        yield block.replace(b"\r", b"\n")
