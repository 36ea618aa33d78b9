"""The files that a policy may name: those of its own folder and of the shipped library, and no others."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from licet.resources import policies_folder

BESIDE = "put the file beside the policy, or into its folder `lists`"


class OutsideError(Exception):
    """A path that leads out of the policy's folder. Nothing was opened."""

    def __init__(self, path: object) -> None:
        super().__init__(f"`{path}` leads out of the policy's folder, and is not opened")


@dataclass(frozen=True, slots=True)
class PolicyFolders:
    """The folders of a policy: `search` are looked into for lists in turn, and what is found stands within `roots`."""

    search: tuple[Path, ...]
    roots: tuple[Path, ...]

    @classmethod
    def of(cls, given: Iterable[Path]) -> PolicyFolders:
        """Of policy files and folders: beside each, in `lists/` there, then the library's own."""
        bases = [path if path.is_dir() else path.parent for path in given]
        search = [folder for base in bases for folder in (base / "lists", base)]
        return cls((*search, policies_folder() / "lists"), (*bases, policies_folder()))

    def find(self, named: str, *first: Path) -> Path | None:
        """The file that a policy names, looked for in the folders `first` and then in `search`.

        Errors: `OutsideError` where the path, or a link that it goes through, leads out.
        """
        if PurePosixPath(named).is_absolute() or PureWindowsPath(named).anchor or "\0" in named:
            raise OutsideError(named)
        outside = False
        for folder in (*first, *self.search):
            path = Path(os.path.normpath(folder / named))
            if not self._is_within(path):
                outside = True
            elif path.is_file():
                self.check(path)
                return path
        if outside:
            raise OutsideError(named)
        return None

    def check(self, path: Path) -> None:
        """Errors: `OutsideError` where the path goes through a link that leads out."""
        real = path.resolve()
        if not any(real.is_relative_to(root.resolve()) for root in self.roots):
            raise OutsideError(path)

    def above(self, path: Path) -> Iterator[Path]:
        """The folders that a file stands in, as far as they are the policy's."""
        for folder in path.parents:
            if self._is_within(folder):
                yield folder

    def _is_within(self, path: Path) -> bool:
        """Without looking at what is there."""
        parts = _absolute(path)
        return any(parts[: len(root)] == root for root in map(_absolute, self.roots))


def _absolute(path: Path) -> list[str]:
    """The names on the way to a path, no link followed; of texts, as it is asked for thousands of times."""
    return os.path.normcase(os.path.abspath(path)).rstrip(os.sep).split(os.sep)  # noqa: PTH100, PTH206
