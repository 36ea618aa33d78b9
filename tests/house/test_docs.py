"""What pages and comments say of the code is there: modules, functions, files, and the rooms in their order."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path

from tests.conftest import ROOT

ENGINE = ROOT / "engine" / "licet"
DOCS = ROOT / "docs"
_FENCES = re.compile(r"(?ms)^```.*?^```$")
_FILE = re.compile(r"(?<![\w./*-])([\w*]+/)*[\w*]+\.(?:py|lark)\b")
_FOLDER = re.compile(r"`((?:\w+/)+[\w.]*)`")
_NAME = re.compile(r"`((?:\w+\.)+(?!py`|lark`|csv`)\w+)`")
_DEFINED = re.compile(r"(?m)^(class|def) (\w+)|^    (?:def )?(\w+)(?=[(:])")
_OF_OTHERS = {"job.py", "lark.lark"}  # of a reader's own, and of Lark


def rooms() -> list[set[str]]:
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = contract["tool"]["importlinter"]["contracts"][0]["layers"]
    return [set(re.findall(r"licet\.(\w+)", layer)) for layer in layers]


def is_there(name: str) -> bool:
    """Whether `name` is a module below `licet`, or something in one, or in `licet` itself."""
    parts = name.removeprefix("licet.").split(".")
    for i in range(len(parts), -1, -1):
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
    known = {"licet"}.union(*rooms())
    return [name for name in _NAME.findall(page.read_text(encoding="utf-8")) if name.partition(".")[0] in known]


def homes() -> dict[str, set[str]]:
    """What each module and each class of the engine has, by the last part of its name."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in ENGINE.rglob("*.py"):
        owner = ""
        for sort, name, member in _DEFINED.findall(path.read_text(encoding="utf-8")):
            if name:
                owner = name if sort == "class" else ""
                found[path.stem].add(name)
            elif owner:
                found[owner].add(member)
    return found


def astray(text: str, known: Mapping[str, set[str]]) -> list[str]:
    """Names of functions and members, each with a module or class that does not have it; a letter is a variable."""
    functions = set().union(*(names for home, names in known.items() if home[0].islower()))
    dotted = [(name, *name.split(".")[-2:]) for name in _NAME.findall(text)]
    named = [(name, home, part) for name, home, part in dotted if home[0].isupper() or part in functions]
    return [
        name for name, home, part in named if len(home) > 1 and part not in known.get(home, ()) and not is_there(name)
    ]


def test_names_that_are_not_there_are_seen() -> None:
    assert is_there("run.columnar.batch.Batches.verdicts")
    assert not is_there("run.columnar.batch.Batches.nothing")
    assert not is_there("run.nowhere.evaluate")
    assert is_there("licet.load")
    assert astray("as `holds.compare` has it, and `Solver.nothing`", homes()) == ["holds.compare", "Solver.nothing"]


def test_every_module_and_function_of_a_page_is_there() -> None:
    found = {page.name: names_in(page) for page in _pages()}

    assert all(len(set(found[page])) > 40 for page in ("onboarding.md", "glossary.md"))
    assert not {page: gone for page, names in found.items() if (gone := [n for n in names if not is_there(n)])}


def test_what_a_comment_names_with_its_module_or_class_is_there() -> None:
    known = homes()
    sources = {path: path.read_text(encoding="utf-8") for path in ENGINE.rglob("*.py")}
    gone = {path.name: names for path, text in sources.items() if (names := astray(text, known))}

    assert not gone


def _pages() -> list[Path]:
    own = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "benchmarks").glob("*.md"))]
    return [*own, *sorted(DOCS.rglob("*.md"))]


def _texts() -> Iterator[tuple[Path, str]]:
    for path in (*_pages(), *sorted(ENGINE.rglob("*.py"))):
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


def test_every_folder_of_the_engine_that_a_page_or_a_comment_names_is_there() -> None:
    known = set().union(*rooms())
    named = [(path.name, name) for path, text in _texts() for name in _FOLDER.findall(text)]
    ours = [(page, name) for page, name in named if name.partition("/")[0] in known]

    assert len(ours) > 10
    assert not [(page, name) for page, name in ours if not (ENGINE / name).exists()]


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
