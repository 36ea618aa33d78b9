"""Literate cases: a Markdown page with policy, facts, commands and what they print.

Run as `python -m tests.language.cases` it rewrites every expected output; review the diff.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from licet.cli.main import main
from tests.language.made_files import made

ROOT = Path(__file__).parent.parent.parent
FOLDERS = tuple(ROOT / "fixtures" / name for name in ("language", "tables", "stories"))
_BLOCK = re.compile(r"^```(\w+)(?: ([\w./-]+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_TIME = re.compile(r"in [\d.]+ s, [\d,]+ a second")  # how long something took is not for a page to say
_DIGEST = re.compile(r"sha256:[0-9a-f]+")  # of the whole vocabulary: it would change every page with every field
_TODAY = re.compile(r"as of today, \d{4}-\d{2}-\d{2}")
_DEFAULTS = {"licet": "policy.licet", "yaml": "facts.yaml", "latin1": "policy.licet"}


@dataclass(frozen=True, slots=True)
class Case:
    """A page: its files, and its console blocks with their places in the text."""

    path: Path
    text: str

    @classmethod
    def read(cls, path: Path) -> Case:
        return cls(path, path.read_text(encoding="utf-8"))

    @property
    def files(self) -> dict[str, tuple[str, str]]:
        """The kind and the text of each file: what its blocks are called, and the page itself, a literate policy."""
        found = {"page.md": ("text", self.text)}
        for kind, name, body in _BLOCK.findall(self.text):
            if kind != "console" and (target := name or _DEFAULTS.get(kind)):
                found[target] = (kind, found.get(target, ("", ""))[1] + body)
        return found

    def consoles(self) -> Iterator[re.Match[str]]:
        return (m for m in _BLOCK.finditer(self.text) if m[1] == "console")

    def rewritten(self) -> str:
        """The page with every expected output as it comes now."""
        with unpacked(self.files):
            return _BLOCK.sub(lambda m: _console(m[3]) if m[1] == "console" else m[0], self.text)


def cases() -> list[Case]:
    """All pages, in the order in which they are read; and the one for whoever may contribute, which has a case too."""
    pages = [path for folder in FOLDERS for path in sorted(folder.glob("*/*.md"))]
    return [Case.read(path) for path in (*pages, ROOT / "docs" / "onboarding.md")]


@contextmanager
def unpacked(files: dict[str, tuple[str, str]]) -> Iterator[None]:
    """A folder with the files of a page, as the current one; what lies beside a policy may belong to it, so that it
    has one around it that holds nothing else.
    """
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as outer:
        folder = Path(outer) / "page"
        folder.mkdir()
        for file, (kind, body) in files.items():
            target = folder / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(made(kind, body))
        if "$ licet explain frontier" in files.get("page.md", ("", ""))[1]:
            (folder / "frontier").symlink_to(ROOT / "fixtures" / "frontier")
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


def _console(body: str) -> str:
    commands = [line[2:] for line in body.splitlines() if line.startswith("$ ")]
    return "```console\n" + "".join(_output(command) for command in commands) + "```"


def _output(command: str) -> str:
    words = re.findall(r'"[^"]*"|\S+', command)
    if words[0] == "cat":
        return f"$ {command}\n" + Path(words[1]).read_text(encoding="utf-8")
    assert words[0] == "licet", command
    result = CliRunner(env={"NO_COLOR": "1"}).invoke(main, [w.strip('"') for w in words[1:]], catch_exceptions=False)
    output = _TODAY.sub("as of today, …", _DIGEST.sub("sha256:…", result.output))
    lines = [_TIME.sub("in 0.1 s, … a second", line.rstrip()) for line in output.splitlines()]
    code = f"[exit code {result.exit_code}]\n" if result.exit_code else ""
    return f"$ {command}\n" + "".join(line + "\n" for line in lines) + code


def update(of: Sequence[str] = ()) -> None:
    """Writes the pages again as they come out now: all, or those of which the path has one of these texts in it."""
    changed = 0
    for case in cases():
        if of and not any(part in str(case.path) for part in of):
            continue
        text = case.rewritten()
        if text != case.text:
            case.path.write_text(text, encoding="utf-8")
            changed += 1
            sys.stdout.write(f"rewritten: {case.path.relative_to(ROOT)}\n")
    sys.stdout.write(f"{changed} pages changed; review the diff\n")


if __name__ == "__main__":
    update(sys.argv[1:])
