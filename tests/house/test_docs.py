"""What pages and comments say of the code is there: modules, functions, files, and the rooms in their order."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from tests.conftest import ROOT

ENGINE = ROOT / "engine" / "licet"
DOCS = ROOT / "docs"
_FENCES = re.compile(r"(?ms)^```.*?^```$")
_FILE = re.compile(r"(?<![\w./*-])([\w*]+/)*[\w*]+\.(?:py|lark)\b")
_NAME = re.compile(r"`((?:\w+\.)+\w+)`")
_OF_OTHERS = {"job.py", "lark.lark"}  # of a reader's own, and of Lark


def rooms() -> list[set[str]]:
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = contract["tool"]["importlinter"]["contracts"][0]["layers"]
    return [set(re.findall(r"licet\.(\w+)", layer)) for layer in layers]


def is_there(name: str) -> bool:
    """Whether `name` is a module below `licet`, or something in one."""
    parts = name.split(".")
    for i in range(len(parts), 0, -1):
        try:
            found = import_module(".".join(["licet", *parts[:i]]))
        except ModuleNotFoundError:
            continue
        for part in parts[i:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


def names_in(page: Path) -> list[str]:
    known = set().union(*rooms())
    return [name for name in _NAME.findall(page.read_text(encoding="utf-8")) if name.partition(".")[0] in known]


def test_names_that_are_not_there_are_seen() -> None:
    assert is_there("run.columnar.batch.Batches.verdicts")
    assert not is_there("run.columnar.batch.Batches.nothing")
    assert not is_there("run.nowhere.evaluate")


@pytest.mark.parametrize("page", ["onboarding.md", "glossary.md"])
def test_every_module_and_function_of_a_page_is_there(page: str) -> None:
    names = names_in(DOCS / page)

    assert len(set(names)) > 40
    assert not [name for name in names if not is_there(name)]


def _texts() -> Iterator[tuple[Path, str]]:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]
    for path in (*pages, *sorted(ENGINE.rglob("*.py")), *sorted((ROOT / "benchmarks").glob("*.md"))):
        text = path.read_text(encoding="utf-8")
        yield path, _FENCES.sub("", text) if path.suffix == ".md" else text


def test_every_file_of_the_code_that_a_page_or_a_comment_names_is_there() -> None:
    """By its path from the root, from the engine or from beside the page; by its name alone, if some file has it."""
    folders = (ROOT, ROOT / "engine", ENGINE)
    own = {path.name for top in ("engine", "tests", "benchmarks", "grammar") for path in (ROOT / top).rglob("*.*")}
    found, gone = 0, []
    for path, text in _texts():
        for match in _FILE.finditer(text):
            file = match[0]
            known = file in own | _OF_OTHERS or any(any(folder.glob(file)) for folder in (*folders, path.parent))
            found += 1
            if not known:
                gone.append((str(path.relative_to(ROOT)), file))

    assert found > 50
    assert not gone


def test_the_picture_of_the_rooms_is_the_import_contract() -> None:
    page = (DOCS / "onboarding.md").read_text(encoding="utf-8")
    picture = re.search(r"(?s)```text\n(.*?)```", page)
    assert picture is not None
    known = set().union(*rooms())
    shown = [{word for word in re.split(r"  +", line)[:5] if word in known} for line in picture[1].splitlines()]

    assert shown == rooms()


def test_the_glossary_is_in_order_and_has_each_word_once() -> None:
    words = re.findall(r"(?m)^\| ([^|]+?) \| [^|]+ \| [^|]+ \|$", (DOCS / "glossary.md").read_text(encoding="utf-8"))[
        1:
    ]
    words = [word for word in words if not word.startswith("-")]

    assert len(words) >= 40
    assert words == sorted(set(words))
