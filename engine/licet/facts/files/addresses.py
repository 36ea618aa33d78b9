"""Files that stand elsewhere, as `s3://bucket/Transfer.parquet` or `https://...`, named without secrets.

An address becomes a path that looks like it (`s3:/bucket/Transfer.parquet`), so that whatever takes a path takes it.
What may be a secret, a password or what follows `?`, is kept beside, and no path, message or manifest has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/+(?=.)", re.DOTALL)
_FILE_OF = re.compile(r"(sqlite|duckdb):(?:///?)?([^?]+)(?:\?.*)?", re.IGNORECASE | re.DOTALL)  # as others write them
_SECRET = re.compile(r"pass|pwd|secret|token|key|sig|cred|auth(?!ority)|code", re.IGNORECASE)
_LONG = 24  # of a value that is hidden whatever it is called
_HIDDEN = "<hidden>"

_addresses: dict[Path, str] = {}  # with their secrets
_found: dict[Path, tuple[Any, str]] = {}  # the files below a folder elsewhere, and where they stand
_asked: dict[Path, int] = {}
_numbers = count()
_secrets: set[str] = set()


def located(text: str) -> Path:
    """The path that stands for a file, a folder or an address."""
    if match := _FILE_OF.fullmatch(text):
        place = Path(f"{match[1].lower()}:{match[2]}")
        _addresses[place] = str(place)
        _asked[place] = next(_numbers)
        return place
    match = _ADDRESS.match(text)
    if match is None:
        return Path(text)
    if match[1].lower() == "file":
        return Path(unquote(urlsplit(text).path))
    address = f"{match[1].lower()}://{text[match.end() :]}"
    note_secrets([address])
    path = Path(public(address))
    same = count(2)
    while _addresses.get(path, address) != address:  # another one that differs in what nobody is shown
        path = Path(f"{public(address)}#{next(same)}")
    _addresses[path] = address
    _asked[path] = next(_numbers)
    return path


def note_found(path: Path, system: Any, place: str, below: Path) -> None:
    """A file was found at an address, by a file system, where that calls it so."""
    _found[path] = (system, place)
    _asked[path] = _asked[below]


def found_at(path: Path) -> tuple[Any, str] | None:
    """The file system and the place of a file that was found below an address."""
    return _found.get(path)


def is_elsewhere(path: Path) -> bool:
    """Whether a path stands for an address."""
    return path in _addresses or path in _found


def scheme_of(path: Path) -> str:
    """How the address that a path stands for begins, such as `s3`; empty for a file of this machine."""
    return _addresses[path].split(":", 1)[0] if path in _addresses else ""


def version_of(path: Path) -> int:
    """Another number each time that somebody asks for an address: what stands there may have changed."""
    return _asked.get(path, 0)


def address_of(path: Path) -> str:
    """The address that a path stands for, with its secrets: for whoever connects, and nobody else."""
    return _addresses[path]


def public(address: str) -> str:
    """An address as anybody may see it: without a password, and without what follows `?` or `#`."""
    match = _ADDRESS.match(address)
    if match is None or _FILE_OF.fullmatch(address):
        return address
    rest = re.split(r"[?#]", address[match.end() :], maxsplit=1)[0]
    host, slash, place = rest.partition("/")
    user, at, name = host.rpartition("@")
    return f"{match[1].lower()}://{user.split(':', 1)[0]}{at}{name}{slash}{place}"


def shown_address(path: Path) -> str:
    """How messages call the address that a path stands for."""
    return str(path) if _FILE_OF.fullmatch(str(path)) else _ADDRESS.sub(lambda m: f"{m[1]}://", str(path), count=1)


def note_secrets(words: Iterable[str]) -> None:
    """Takes note of what no message may have: passwords in addresses, and what follows `?` there."""
    for word in words:
        match = _ADDRESS.match(word)
        if match is None:
            continue
        rest = word[match.end() :]
        for query in re.split(r"[?#]", rest, maxsplit=1)[1:]:
            _note(query, *_telling(query))
        user, at, _ = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")
        if at and ":" in user:
            _note(user.split(":", 1)[1])


def _telling(query: str) -> Iterator[str]:
    """The values in it that may be secrets: such names as `scheme=https` have are none."""
    for part in query.split("&"):
        key, _, value = part.partition("=")
        if _SECRET.search(key) or len(value) >= _LONG:
            yield value


def _note(*texts: str) -> None:
    _secrets.update(secret for text in texts for secret in (text, unquote(text)) if len(secret) > 1)


def without_secrets(text: str) -> str:
    """A text of somebody else's, such as a driver's, without what was kept secret."""
    for secret in sorted(_secrets, key=len, reverse=True):
        if len(secret) > 3 or re.search(rf"\b{re.escape(secret)}\b", text):
            text = text.replace(secret, _HIDDEN)
    return text
