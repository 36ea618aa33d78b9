"""Parses of the shipped library, kept between runs: reading its texts takes most of the time of a short command."""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
import time
from contextlib import suppress
from functools import cache
from importlib.resources import files
from pathlib import Path

import lark

from licet.diagnostics import Source
from licet.resources import cache_folder, grammar_file
from licet.syntax.from_text import Parsed, parse

_KEPT = "parsed-"
_UNUSED = 30 * 24 * 3600  # seconds after which the parse of a text that nobody has read is removed
_READERS = ("syntax", "diagnostics.py", "values.py", "names.py", "suggest.py", "loading/kept_parses.py")


def kept_parse(name: str, text: str) -> Parsed:
    """The items of a text, as `parse`; of one that was read before, by the very same reader, without reading it."""
    folder = cache_folder()
    if folder is None:
        return parse(Source(name, text))
    key = hashlib.sha256(f"{_reader()}\0{name}\0{text}".encode()).hexdigest()
    file = folder / f"{_KEPT}{key}.pickle"
    found = _kept(file)
    if found is None:
        found = parse(Source(name, text))
        _keep(file, found)
    return found


def _kept(file: Path) -> Parsed | None:
    """None where there is none, or none that is whole."""
    try:
        found = pickle.loads(file.read_bytes())  # noqa: S301 - from a folder that is the user's own
    except Exception:  # noqa: BLE001 - a damaged pickle may raise anything, and the text is there
        return None
    return found if isinstance(found, Parsed) else None


def _keep(file: Path, read: Parsed) -> None:
    part = file.with_suffix(f".{os.getpid()}")
    with suppress(OSError):
        part.write_bytes(pickle.dumps(read, protocol=5))
        part.replace(file)
        _remove_unused(file.parent)


def _remove_unused(folder: Path) -> None:
    before = time.time() - _UNUSED
    for file in folder.glob(f"{_KEPT}*"):
        with suppress(OSError):
            if max(file.stat().st_atime, file.stat().st_mtime) < before:
                file.unlink()


@cache
def _reader() -> str:
    """What reads a text: where any of it is another, so may be what is read."""
    digest = hashlib.sha256(f"{sys.version} {lark.__version__}".encode())
    package = Path(str(files("licet")))
    for place in _READERS:
        for file in sorted((package / place).glob("*.py")) if (package / place).is_dir() else [package / place]:
            digest.update(file.read_bytes())
    digest.update(grammar_file().read_bytes())
    return digest.hexdigest()
