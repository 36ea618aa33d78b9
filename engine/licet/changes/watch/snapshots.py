"""Snapshots of an inventory's answers in a folder: each is whole or not there, and none is touched afterwards.

A snapshot is the folder `N/`. It is written as `.partial-N/`, its files are forced to the disk, and then it is renamed;
`latest` names the last one. Whatever kills a run, the last whole snapshot stands, and the next run goes on from it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from licet.errors import UsageError

SCHEMA = "licet/snapshot/1"
ABOUT, ANSWERS = "snapshot.json", "answers.parquet"
LATEST = "latest"
_PARTIAL = ".partial-"
_NEWER = "read it with the version of Licet that wrote it, or begin in another folder"


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A snapshot that is there and whole; `about` is its `snapshot.json`."""

    folder: Path
    number: int
    about: Mapping[str, Any]

    @property
    def day(self) -> date:
        """The day of the run."""
        return date.fromisoformat(self.about["day"])

    @property
    def law(self) -> str:
        return str(self.about["law"])

    @cached_property
    def digest(self) -> str:
        """What the next snapshot says of this one."""
        return _digest((self.folder / ABOUT).read_bytes())

    @cached_property
    def answers(self) -> pa.Table:
        return self.table(ANSWERS)

    def table(self, name: str) -> pa.Table:
        return pq.read_table(self.folder / name)

    def files(self, kind: str) -> Path:
        """The folder of `facts` or `policy`."""
        return self.folder / kind

    def files_of(self, kind: str) -> Mapping[str, str]:
        """The digest of each file of `facts` or `policy`, as `NewSnapshot.files_of`."""
        return _within(self.about["files"], kind)

    def check(self) -> None:
        """Errors: `UsageError` where a file is another than was written."""
        for name, expected in self.about["files"].items():
            file = self.folder / name
            if not file.is_file() or _digest(file.read_bytes()) != expected:
                wrong = "is missing" if not file.is_file() else "is not what was written"
                raise UsageError(f"`{file}` {wrong}: put the snapshot back, or begin in another folder")


class Snapshots:
    """The snapshots of one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def remove_leftovers(self) -> None:
        """What runs that were killed had begun to write."""
        for left in self.folder.glob(f"{_PARTIAL}*"):
            if left.is_dir():
                shutil.rmtree(left)
            else:
                left.unlink()

    def numbers(self) -> list[int]:
        """Of the whole ones, rising: a folder has its number when all of it is on the disk."""
        found = (path for path in self.folder.iterdir() if path.name.isdecimal() and (path / ABOUT).is_file())
        return sorted(int(path.name) for path in found)

    def last(self) -> Snapshot | None:
        """The last whole one, if there is any. Errors: `UsageError` where it, or what it follows, was changed."""
        numbers = self.numbers()
        latest = self._latest()
        if latest is not None and latest not in numbers:
            raise UsageError(f"`{self.folder / LATEST}` names snapshot {latest}, which is not there: put it back")
        if not numbers:
            return None
        found = self.read(numbers[-1])
        found.check()
        before = found.about["previous"]
        if (
            before is not None
            and before["number"] in numbers
            and self.read(before["number"]).digest != before["digest"]
        ):
            raise UsageError(f"snapshot {before['number']} of `{self.folder}` was changed after it was written")
        return found

    def _latest(self) -> int | None:
        with suppress(OSError):
            text = (self.folder / LATEST).read_text(encoding="utf-8").strip()
            if not text.isdecimal():
                raise UsageError(f"`{self.folder / LATEST}` has no number of a snapshot: remove it")
            return int(text)
        return None

    def read(self, number: int) -> Snapshot:
        """Errors: `UsageError` where its `snapshot.json` cannot be read."""
        file = self.folder / str(number) / ABOUT
        try:
            about = json.loads(file.read_text(encoding="utf-8"))
        except (ValueError, OSError) as error:
            raise UsageError(f"`{file}` cannot be read ({error}): put it back, or begin in another folder") from None
        if not isinstance(about, dict) or about.get("schema") != SCHEMA:
            raise UsageError(f"`{file}` is no `{SCHEMA}`: {_NEWER}")
        return Snapshot(file.parent, number, about)

    def since(self, day: date) -> Iterator[Snapshot]:
        """Those of runs on a day or after it, the last one first."""
        for number in reversed(self.numbers()):
            found = self.read(number)
            if found.day < day:
                return
            yield found

    # ---- writing

    def begun(self, number: int) -> NewSnapshot:
        """One that is about to be written."""
        folder = self.folder / f"{_PARTIAL}{number}"
        folder.mkdir()
        return NewSnapshot(self, number, folder)

    def point_to(self, number: int) -> None:
        part = self.folder / f"{_PARTIAL}{LATEST}"
        _write(part, f"{number}\n".encode())
        part.replace(self.folder / LATEST)
        _force(self.folder)


class NewSnapshot:
    """A snapshot that is written file by file, and stands once it is finished."""

    def __init__(self, home: Snapshots, number: int, folder: Path) -> None:
        self.number = number
        self.folder = folder
        self._home = home
        self._files: dict[str, str] = {}

    def add(self, name: str, data: bytes) -> None:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        _write(file, data)
        self._files[name] = _digest(data)

    def add_table(self, name: str, table: pa.Table) -> None:
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, compression="zstd")
        self.add(name, sink.getvalue().to_pybytes())

    def files_of(self, kind: str) -> Mapping[str, str]:
        """The digest of each file of `facts` or `policy` that was added."""
        return _within(self._files, kind)

    def describe(self, about: Mapping[str, Any]) -> str:
        """The last file, which says what all the others are; gives its digest."""
        document = {"schema": SCHEMA, "number": self.number, **about, "files": dict(sorted(self._files.items()))}
        data = (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
        _write(self.folder / ABOUT, data)
        for inner in sorted(path for path in self.folder.rglob("*") if path.is_dir()):
            _force(inner)
        _force(self.folder)
        return _digest(data)

    def finish(self) -> None:
        """From here on it stands."""
        self.folder.rename(self._home.folder / str(self.number))
        _force(self._home.folder)
        self._home.point_to(self.number)


def _within(files: Mapping[str, str], kind: str) -> Mapping[str, str]:
    return {name: digest for name, digest in files.items() if name.startswith(f"{kind}/")}


def _digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _write(file: Path, data: bytes) -> None:
    with file.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())


def _force(folder: Path) -> None:
    """What a folder holds is on the disk too; where a folder cannot be opened the system sees to it."""
    with suppress(OSError):
        place = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(place)
        finally:
            os.close(place)
