"""Files that stand elsewhere, as `s3://bucket/Transfer.parquet` or `https://...`: named without secrets, and fetched.

An address becomes a path that looks like it (`s3:/bucket/Transfer.parquet`), so that whatever takes a path takes it.
What may be a secret, a password or what follows `?`, is kept beside, and no path, message or manifest has it.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import unquote, urlsplit, urlunsplit
from urllib.request import Request, urlopen

import pyarrow as pa
import pyarrow.fs as arrow_fs

from licet.errors import UsageError

_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/+(?=.)", re.DOTALL)
_FILE_OF = re.compile(r"(sqlite|duckdb):(?:///?)?([^?]+)(?:\?.*)?", re.IGNORECASE | re.DOTALL)  # as others write them
_WEB = ("http", "https")
_ARROW = ("s3", "gs", "gcs", "abfs", "abfss", "hdfs", "viewfs")  # which pyarrow reaches by itself
_SECONDS = 60.0
_SECRET = re.compile(r"pass|pwd|secret|token|key|sig|cred|auth|code", re.IGNORECASE)
_LONG = 24  # of a value that is hidden whatever it is called
_GLOB = re.compile(r"[*?\[]")
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


# ---- what stands there


def files_at(path: Path) -> list[Path]:
    """The files of an address: itself, those of a folder and those below it, or those that fit a pattern.

    Errors: `UsageError` where there is none, or it cannot be reached.
    """
    if path in _found or scheme_of(path) in _WEB:
        return [path]
    system, place = _system(path)
    pattern = place if _GLOB.search(place) else ""
    base = "/".join(_until_pattern(place)) if pattern else place
    try:
        info = system.get_file_info(base)
        if info.type == arrow_fs.FileType.File:
            return [path]
        inside = [] if info.type == arrow_fs.FileType.NotFound and not pattern else _inside(system, base)
    except (OSError, pa.ArrowException, ValueError) as error:
        raise _unreachable(path, error) from error
    fitting = [one for one in inside if not pattern or _fits(one, pattern)]
    if not fitting:
        raise UsageError(f"there is no file or folder `{shown_address(path)}`")
    root = Path(str(path)[: -len(place.removeprefix(base))] if pattern else path)
    for one in fitting:
        file = root / one.removeprefix(base).lstrip("/")
        _found[file] = (system, one)
        _asked[file] = _asked[path]
    return sorted(root / one.removeprefix(base).lstrip("/") for one in fitting)


def _until_pattern(place: str) -> Iterator[str]:
    for name in place.split("/"):
        if _GLOB.search(name):
            return
        yield name


def _inside(system: Any, base: str) -> list[str]:
    found = system.get_file_info(arrow_fs.FileSelector(base, recursive=True, allow_not_found=True))
    return [info.path for info in found if info.type == arrow_fs.FileType.File]


def _fits(place: str, pattern: str) -> bool:
    names, wanted = place.strip("/").split("/"), pattern.strip("/").split("/")
    return len(names) == len(wanted) and all(map(fnmatchcase, names, wanted))


def content_at(path: Path) -> Any:
    """What a file at an address holds, to be read from its start. Errors: `UsageError` where it cannot be reached."""
    try:
        if scheme_of(path) in _WEB:
            return urlopen(_request(address_of(path)), timeout=_SECONDS)  # noqa: S310 - the scheme is one of `_WEB`
        system, place = _found[path] if path in _found else _system(path)
        return system.open_input_stream(place, compression=None)
    except (URLError, OSError, pa.ArrowException, ValueError) as error:
        raise _unreachable(path, error) from error


def _request(address: str) -> Request:
    """With the user and the password of an address as the header in which a server wants them."""
    parts = urlsplit(address)
    user, at, host = parts.netloc.rpartition("@")
    address = urlunsplit(parts._replace(netloc=host, fragment=""))
    request = Request(address, headers={"User-Agent": "licet"})  # noqa: S310 - likewise
    if at:
        request.add_unredirected_header("Authorization", f"Basic {b64encode(unquote(user).encode()).decode()}")
    return request


def _system(path: Path) -> tuple[Any, str]:
    """A file system of pyarrow, and a place in it."""
    address = address_of(path)
    if scheme_of(path) in _ARROW:
        try:
            system, place = arrow_fs.FileSystem.from_uri(address)
        except (OSError, pa.ArrowException, ValueError) as error:
            raise _unreachable(path, error) from error
        return system, place
    try:
        made, place = import_module("fsspec.core").url_to_fs(address)
    except (ImportError, ValueError) as error:
        help_ = "`pip install 'licet[cloud]'`, and what the address asks for, reaches more"
        said = without_secrets(str(error))
        raise UsageError(f"nothing reaches `{shown_address(path)}`: {said}; {help_}") from error
    return arrow_fs.PyFileSystem(arrow_fs.FSSpecHandler(made)), place


def _unreachable(path: Path, error: BaseException) -> UsageError:
    said = without_secrets(str(error)).strip().rstrip(".")
    return UsageError(f"`{shown_address(path)}` cannot be read: {said}")
