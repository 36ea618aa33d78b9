"""The files of a policy, wherever they stand, as they can be kept in one folder and read again from there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from licet.loading.policy_files import files_read
from licet.loading.policy_set import top_of
from licet.resources import policies_folder

_NAMED = re.compile(r'\bfrom\s+"([^"\n]+)"|^inherits:\s*(\S+)\s*$', re.MULTILINE)  # in a policy; in a list


def files_to_keep(paths: Sequence[Path]) -> Mapping[str, Path]:
    """Each file by its place in the copy: `0/us/ear/weights.licet`, a number for each folder that they stand in."""
    given = [path if path.is_dir() else path.parent for path in paths]
    policies = files_read(paths)
    tops = [top_of(file) for file in policies if not any(_stands_in(file, base) for base in given)]
    bases = list(dict.fromkeys(base.resolve() for base in (*given, policies_folder(), *tops)))
    found: dict[str, Path] = {}
    waiting = [file.resolve() for file in policies]
    linked = [file.parent for file in waiting if not any(_stands_in(file, base) for base in bases)]
    bases += dict.fromkeys(linked)  # of files that were named by a link
    while waiting:
        file = waiting.pop()
        number, base = next((i, base) for i, base in enumerate(bases) if _stands_in(file, base))
        place = f"{number}/{file.relative_to(base).as_posix()}"
        if place not in found:
            found[place] = file
            waiting += _named_in(file, bases)
    return dict(sorted(found.items()))


def kept_policy(folder: Path) -> list[Path]:
    """What to load a kept policy from."""
    places = sorted(folder.iterdir(), key=lambda path: int(path.name))
    return [path for path in places if any(path.rglob("*.licet")) or any(path.rglob("*.md"))]


def _named_in(file: Path, bases: Sequence[Path]) -> Iterator[Path]:
    """Lists, tables and parameters that it names, wherever one of this name stands in the policy's folders."""
    text = file.read_text(encoding="utf-8", errors="replace")
    for match in _NAMED.finditer(text):
        for folder in (file.parent, *(place for base in bases for place in (base / "lists", base))):
            other = (folder / (match[1] or match[2])).resolve()
            if other.is_file() and any(_stands_in(other, base) for base in bases):
                yield other


def _stands_in(file: Path, base: Path) -> bool:
    return file.resolve().is_relative_to(base.resolve())
