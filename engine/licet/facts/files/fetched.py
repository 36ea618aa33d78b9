"""What stands at an address: its files, and what they hold."""

from __future__ import annotations

import os
import re
from base64 import b64encode
from collections.abc import Iterator
from fnmatch import fnmatchcase
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit
from urllib.request import Request, urlopen

import pyarrow as pa
import pyarrow.fs as arrow_fs

from licet.errors import UsageError
from licet.facts.files.addresses import (
    address_of,
    found_at,
    note_found,
    note_secrets,
    scheme_of,
    shown_address,
    without_secrets,
)

_WEB = ("http", "https")
_ARROW = ("s3", "gs", "gcs", "abfs", "abfss", "hdfs", "viewfs")  # which pyarrow reaches by itself
_AZURE = ("abfs", "abfss")
_AZURE_OPTIONS = ("blob_storage_authority", "dfs_storage_authority", "enable_tls", "credential_kind")
_SECONDS = 60.0
_GLOB = re.compile(r"[*?\[]")


def files_at(path: Path) -> list[Path]:
    """The files of an address: itself, those of a folder and those below it, or those that fit a pattern.

    Errors: `UsageError` where there is none, or it cannot be reached.
    """
    if found_at(path) is not None or scheme_of(path) in _WEB:
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
        note_found(file, system, one, path)
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
        system, place = found_at(path) or _system(path)
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
            return (_azure if scheme_of(path) in _AZURE else arrow_fs.FileSystem.from_uri)(address)
        except (OSError, pa.ArrowException, ValueError) as error:
            raise _unreachable(path, error) from error
    try:
        made, place = import_module("fsspec.core").url_to_fs(address)
    except (ImportError, ValueError) as error:
        help_ = "`pip install 'licet[cloud]'`, and what the address asks for, reaches more"
        said = without_secrets(str(error))
        raise UsageError(f"nothing reaches `{shown_address(path)}`: {said}; {help_}") from error
    return arrow_fs.PyFileSystem(arrow_fs.FSSpecHandler(made)), place


def _azure(address: str) -> tuple[Any, str]:
    """Azure Blob Storage, with the key or the signature (SAS) of an address, or of the environment.

    pyarrow reads the four forms of such addresses, passes over the password, and refuses a signature. The variables
    of the environment are those of Azure's command line.
    """
    parts = urlsplit(address)
    query = parse_qsl(parts.query)
    ours = [pair for pair in query if pair[0] in _AZURE_OPTIONS]
    token = urlencode([pair for pair in query if pair not in ours]) if "sig" in dict(query) else ""
    system, place = arrow_fs.FileSystem.from_uri(urlunsplit(parts._replace(query=urlencode(ours)) if token else parts))
    _, (options,) = system.__reduce__()  # as pickles have them: what was read in the address
    key = unquote(parts.password or "") or ("" if token else os.environ.get("AZURE_STORAGE_KEY", ""))
    token = "" if key else token or os.environ.get("AZURE_STORAGE_SAS_TOKEN", "").lstrip("?")
    note_secrets([f"abfs://:{quote(key, safe='')}@?{token}"])
    options |= {"account_key": key, "sas_token": f"?{token}" if token else ""}  # pyarrow puts it behind the address
    return arrow_fs.AzureFileSystem(**{name: value for name, value in options.items() if value}), place


def _unreachable(path: Path, error: BaseException) -> UsageError:
    said = " ".join(without_secrets(str(error)).split()).rstrip(".")
    return UsageError(f"`{shown_address(path)}` cannot be read: {said}")
