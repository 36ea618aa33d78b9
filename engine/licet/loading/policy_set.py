"""The set of policy files that one of them belongs to: what it uses, what uses it, and the rest of its package."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from licet.resources import policies_folder

SUFFIX = ".licet"
_MOST_FOLDERS = 2_000  # that are looked into
_MODULE = re.compile(r"^[ \t]*module\s+([A-Za-z_]\w*(?:\.\w+)*)", re.MULTILINE)
_USE = re.compile(r"^[ \t]*use\s+([A-Za-z_]\w*(?:\.\w+)*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    modules: tuple[str, ...]
    uses: tuple[str, ...]


def top_of(file: Path) -> Path:
    """The outermost folder of the set: above the packages that the module's name begins with, and on as long as there
    are policy files.
    """
    top = _package_of(file) or file.absolute().parent
    while top.parent != top and any(top.parent.glob(f"*{SUFFIX}")):
        top = top.parent
    return top


def _package_of(file: Path) -> Path | None:
    """The folder in which the module `us.ear.weights` stands as `us/ear/weights.licet`, if it stands so."""
    read = _read(file)
    packages = read.modules[0].split(".")[:-1] if read is not None and read.modules else []
    folder = file.absolute().parent
    if packages and folder.parts[-len(packages) :] == tuple(packages):
        return Path(*folder.parts[: -len(packages)])
    return None


def siblings(given: Sequence[Path], files: Sequence[Path], *, whole: bool) -> list[Path]:
    """Further files of the sets that some policy files are from: the modules they use, and what those use.

    With `whole` also, of what is given as a file, the modules that use it and those of its own package. A file that
    declares a module which the files declare too is another version of them, and left out.
    """
    own = [read for file in files if (read := _read(file)) is not None]
    taken = {module for read in own for module in read.modules}
    wanted = {name for read in own for name in read.uses} - taken
    singles = [path for path in given if path.is_file()] if whole else []
    if not wanted and not singles:
        return []
    named = {path.absolute() for path in files}
    others: dict[str, _File] = {}
    beyond_library = singles or not all(map(shipped, wanted))
    for folder, package, top in dict.fromkeys((f.absolute().parent, _package_of(f), top_of(f)) for f in files):
        if package is None and not beyond_library:
            continue  # nothing that could be found here takes the place of what is shipped
        for read in _within(folder, top):
            # what happens to lie about never takes the place of a module that is shipped; a package's own does
            is_near = package is not None and read.path.is_relative_to(package)
            if read.path not in named and not taken & set(read.modules):
                for module in read.modules:
                    if is_near or not shipped(module):
                        others.setdefault(module, read)
    start = set(wanted)
    if singles:
        start |= set(_around({m for r in own for m in r.modules}, others))
    return [_shown(file.path) for file in dict.fromkeys(_used(start, others))]


def shipped(module: str) -> bool:
    """Whether the library has a module of this name."""
    return shipped_file(module).is_file()


def shipped_file(module: str) -> Path:
    """Where a module of this name stands in the library, if it has one."""
    return policies_folder() / (module.replace(".", "/") + SUFFIX)


def _around(own: set[str], others: Mapping[str, _File]) -> Iterator[str]:
    """Modules of the same package, and those that use one of the own, themselves or through others."""
    packages = {name.split(".")[0] for name in own if "." in name}
    yield from (name for name in others if "." in name and name.split(".")[0] in packages)
    reached, before = set(own), set[str]()
    while reached != before:
        before = set(reached)
        reached |= {name for name, file in others.items() if reached & set(file.uses)}
    yield from reached - own


def _used(start: Iterable[str], others: Mapping[str, _File]) -> Iterator[_File]:
    pending, seen = sorted(start, reverse=True), set[str]()
    while pending:
        name = pending.pop()
        if name not in seen and name in others:
            seen.add(name)
            yield others[name]
            pending += others[name].uses


def _within(folder: Path, top: Path) -> Iterator[_File]:
    """The files below a folder, then those below the one above it, and so on as far as the top."""
    for names in islice(_folders(folder, top), _MOST_FOLDERS):
        for file in names:
            if (read := _read(file)) is not None:
                yield read


def _folders(folder: Path, top: Path) -> Iterator[list[Path]]:
    """The policy files of each folder."""
    done: Path | None = None
    while True:
        for found, inner, names in os.walk(folder):
            inner[:] = sorted(n for n in inner if not n.startswith(".") and Path(found, n) != done)
            yield [Path(found, name) for name in sorted(names) if name.endswith(SUFFIX)]
        if folder == top:
            return
        done, folder = folder, folder.parent


def _read(file: Path) -> _File | None:
    """The modules of a file and what they use; None where it is not read as a policy."""
    if file.suffix != SUFFIX or file.is_symlink():
        return None
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None
    return _File(file.absolute(), tuple(_MODULE.findall(text)), tuple(_USE.findall(text)))


def _shown(path: Path) -> Path:
    """As a reader would name it from where they are."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
