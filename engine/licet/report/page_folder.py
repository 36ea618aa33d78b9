"""A folder with a page for each subject: what its files are called, and that it is whole and holds nothing else."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from licet.errors import UsageError
from licet.facts.store import Subject
from licet.values import first_of

INDEX = "index.html"
SUFFIXES: Mapping[str, str] = {"html": ".html", "markdown": ".md", "json": ".json"}
_PLAIN = re.compile(r"[a-z0-9._-]{1,80}")  # what every file system takes, and tells apart
_HASH = re.compile(r"[0-9a-f]{16}")
_LINK = re.compile(r'href="([a-z0-9._-]+)"')  # of an index
_MOST = 3  # other things that an error names


def file_names(subjects: Sequence[Subject], format_: str) -> dict[Subject, str]:
    """`transfer-t-17.html`; a hash of type and id where an id has other characters, or another has the name already."""
    names: dict[Subject, str] = {}
    taken: set[str] = set()
    for subject in subjects:
        stem = f"{subject.type.lower()}-{subject.id}"
        if not _PLAIN.fullmatch(stem) or _HASH.fullmatch(subject.id) or stem in taken:
            stem = f"page-{hashlib.sha256(f'{subject.type}/{subject.id}'.encode()).hexdigest()[:16]}"
        taken.add(stem)
        names[subject] = stem + SUFFIXES[format_]
    return names


def check_folder(folder: Path, names: Collection[str], *, replace: bool) -> None:
    """Errors: `UsageError` where a folder cannot be made there, or holds anything; with `replace`, anything but pages.

    Pages are the files `names`, and those that an index there leads to.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"DIR `{folder}` is a file; name a folder")
    if not folder.parent.is_dir():
        raise UsageError(f"there is no folder `{folder.parent}`")
    there = _held(folder)
    others = sorted(there - {INDEX, *names} - _linked(folder))
    if others:
        named = first_of([f"`{name}`" for name in others], _MOST)
        raise UsageError(f"DIR `{folder}` holds other things ({named}); name a new folder, or an empty one")
    if there and not replace:
        raise UsageError(f"DIR `{folder}` holds pages already; name another folder, or add --replace")


@contextmanager
def whole_folder(folder: Path, names: Collection[str]) -> Iterator[Path]:
    """Another folder to write `names` and the index in; at the end they are moved to `folder` in place of older pages.

    On an error `folder` stays as it was. The index goes first and comes last: none leads to pages of another run.
    """
    for left in folder.parent.glob(f".{folder.name}.*.part"):
        if re.fullmatch(r"[0-9]+", left.name.removeprefix(f".{folder.name}.").removesuffix(".part")):
            shutil.rmtree(left, ignore_errors=True)
    part = folder.parent / f".{folder.name}.{os.getpid()}.part"
    part.mkdir()
    try:
        yield part
        older = _held(folder) - {INDEX, *names}
        (folder / INDEX).unlink(missing_ok=True)
        for name in (*older, *names):
            with suppress(FileNotFoundError):
                (part / name).replace(folder / name) if name in names else (folder / name).unlink()
        (part / INDEX).replace(folder / INDEX)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _held(folder: Path) -> set[str]:
    """What is in a folder, but for the lock of a run on its index."""
    return {path.name for path in folder.iterdir()} - {f".{INDEX}.lock"} if folder.is_dir() else set()


def _linked(folder: Path) -> set[str]:
    """Pages that an index of ours leads to."""
    try:
        text = (folder / INDEX).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return set()
    return set(_LINK.findall(text)) if '<meta name="generator" content="Licet' in text else set()
