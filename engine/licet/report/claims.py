"""Files that a run is about to write: no file that it reads, no two the same, and written by no other run."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from glob import escape
from pathlib import Path

from licet.errors import UsageError

try:
    import fcntl
except ImportError:  # not on this system: then nobody can tell whether another run is still there
    fcntl = None  # type: ignore[assignment]


@contextmanager
def claimed(outputs: Mapping[str, Path], inputs: Iterable[Path], others: Iterable[Path] = ()) -> Iterator[None]:
    """Holds `outputs`, by what each is called, for as long as they are written; what killed runs left of them goes.

    `others` may be written beside them. Errors: `UsageError` where one is a folder, stands in no folder, is one of the
    `inputs` or another output under any name, or is being written by another run. Nothing was touched then.
    """
    read = {_identity(path): path for path in inputs}
    names: dict[object, str] = {}
    for called, path in outputs.items():
        check_place(called, path)
        same = _identity(path)
        if same in read:
            raise UsageError(f"{called} `{path}` is read by this run and would be overwritten; write to another file")
        if same in names:
            raise UsageError(f"{names[same]} and {called} are the same file `{path}`; give each one of its own")
        names[same] = called
    for path in others:
        if _identity(path) in read:
            raise UsageError(f"`{path}` is read by this run and may be overwritten; write to another file")
    with ExitStack() as held:
        for path in sorted(outputs.values()):
            held.enter_context(locked(path))
            _remove_leftovers(path)
        yield


def check_place(called: str, path: Path) -> None:
    """Errors: `UsageError` where a file of this name cannot be written."""
    if path.is_dir():
        raise UsageError(f"{called} `{path}` is a folder; name a file, for example `{path / 'out.csv'}`")
    if path.exists() and not path.is_file():  # the finished file takes its place, and nobody wants a device replaced
        raise UsageError(f"{called} `{path}` is no file, but a device or a pipe; name a file, or leave {called} out")
    if not path.parent.is_dir():
        raise UsageError(f"there is no folder `{path.parent}`")


def _identity(path: Path) -> object:
    """Equal for two names of one file; for a file that is not there yet, its place."""
    try:
        status = path.stat()
    except OSError:
        return path.resolve()
    return status.st_dev, status.st_ino


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds a file that is about to be written. Errors: `UsageError` says which process holds it.

    The system gives a lock up when its process ends, however that ends; a file that is left behind holds nothing.
    """
    if fcntl is None:
        yield
        return
    lock = path.with_name(f".{path.name}.lock")
    file = _locked(lock, path)
    try:
        yield
    finally:
        with suppress(OSError):
            lock.unlink()
        os.close(file)


def _locked(lock: Path, path: Path) -> int:
    """A descriptor of the lock's file with the lock on it."""
    while True:
        file = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            process = os.read(file, 32).decode("ascii", errors="replace").strip()
            os.close(file)
            who = f" (process {process})" if process else ""
            raise UsageError(f"another run{who} writes `{path}`; wait until it ends, or write elsewhere") from None
        with suppress(OSError):
            if os.fstat(file).st_ino == lock.stat().st_ino:  # else its last holder has just removed it
                os.ftruncate(file, 0)
                os.write(file, f"{os.getpid()}\n".encode())
                return file
        os.close(file)


def _remove_leftovers(path: Path) -> None:
    """Files that killed runs were writing under other names, as `whole_file` calls them."""
    for left in path.parent.glob(f".{escape(path.name)}.*.part"):
        if re.fullmatch(r"[0-9]+", left.name.removeprefix(f".{path.name}.").removesuffix(".part")):
            left.unlink(missing_ok=True)
