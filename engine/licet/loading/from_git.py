"""A policy as a commit has it: objects are read, nothing is checked out, and no hook or filter runs."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from licet.errors import UsageError

PREFIX = "git:"
_KINDS = frozenset(".licet .md .yaml .yml .csv .tsv .xlsx .xlsm .json .txt".split())  # what a policy may be read from
_ENVIRONMENT = {"LC_ALL": "C", "GIT_NO_LAZY_FETCH": "1"}  # one language, and nothing over the network
_FILES = ("100644", "100755")  # no links, and no other repositories


@dataclass(frozen=True, slots=True)
class CommitPath:
    """A path of a commit, as `git:REF:PATH` names it; without a path, the one that the caller has in mind."""

    ref: str
    path: str

    @classmethod
    def read(cls, text: str, otherwise: str) -> CommitPath:
        """Errors: `UsageError` where no commit is named."""
        ref, _, path = text.removeprefix(PREFIX).partition(":")
        if not ref or ref.startswith("-"):
            raise UsageError(
                f"`{text}` names no commit; write `git:REF` or `git:REF:PATH`, for example git:main:policies"
            )
        return cls(ref, path or otherwise)


@contextmanager
def policy_of_commit(asked: CommitPath) -> Iterator[tuple[Path, str]]:
    """The path in a folder that holds what the commit has, and the commit. Errors: `UsageError`."""
    commit = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{asked.ref}^{{commit}}").decode().strip()
    below = _git("rev-parse", "--show-prefix").decode().strip()
    path = os.path.normpath(PurePosixPath(below, asked.path))
    if path.startswith("..") or PurePosixPath(path).is_absolute():
        raise UsageError(f"`{asked.path}` leads out of the repository")
    with TemporaryDirectory() as outer:
        folder = Path(outer, "commit")  # with one around it that holds nothing else: what lies beside belongs to it
        folder.mkdir()
        for name, blob in _blobs(commit):
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(_git("cat-file", "blob", blob))
        if not (folder / path).exists():
            raise UsageError(f"there is no policy `{asked.path}` in {asked.ref} (commit {commit[:12]})")
        yield folder / path, commit


def _blobs(commit: str) -> Iterator[tuple[str, str]]:
    """The files that policies are read from, each with its object."""
    for entry in _git("ls-tree", "-r", "-z", "--full-tree", commit).decode("utf-8", "surrogateescape").split("\0"):
        head, _, name = entry.partition("\t")
        parts = PurePosixPath(name).parts
        if name and head.split()[0] in _FILES and PurePosixPath(name).suffix.lower() in _KINDS and ".." not in parts:
            yield name, head.split()[2]


def _git(*words: str) -> bytes:
    """What git prints. Errors: `UsageError` with what it says."""
    try:
        done = subprocess.run(["git", *words], capture_output=True, check=False, env={**os.environ, **_ENVIRONMENT})  # noqa: S603, S607 - no shell
    except FileNotFoundError:
        raise UsageError("git is not installed; name a folder or a file instead of `git:…`") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().removeprefix("fatal: ")
        if words[0] == "rev-parse" and not said:
            ref = words[-1].removesuffix("^{commit}")
            said = f"there is no commit `{ref}`; `git log --oneline` and `git branch` show what there is"
        raise UsageError(f"git: {said.partition(chr(10))[0]}")
    return done.stdout
