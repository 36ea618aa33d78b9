"""A hook of MkDocs: pages that lie elsewhere in the repository, or in docstrings, beside those in docs/."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

import licet

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "fixtures" / "language"
_FILES = {
    "index.md": ROOT / "README.md",
    "contributing.md": ROOT / "CONTRIBUTING.md",
    "changelog.md": ROOT / "CHANGELOG.md",
    "diagnostics.md": ROOT / "engine" / "licet" / "check" / "pages.md",
}
_LINKS = {  # of the README, where they lead on the site
    "](docs/decisions)": "](decisions/0001-elaboration-before-checking.md)",
    "](docs/": "](",
    "](fixtures/language/README.md": "](examples/index.md",
    "](CONTRIBUTING.md": "](contributing.md",
}
_NAMED_BLOCK = re.compile(r"(?m)^```(\w+) ([\w./-]+)$")


def on_config(config: MkDocsConfig) -> None:
    """Where the navigation names a folder, its pages in their order; the examples in that of their README."""
    _fill(config.nav)


def on_files(files: Files, config: MkDocsConfig) -> None:
    """Adds the pages."""
    for name, text in _pages():
        files.append(File.generated(config, name, content=text))


def _pages() -> Iterator[tuple[str, str]]:
    for name, path in _FILES.items():
        text = path.read_text(encoding="utf-8")
        for link, page in _LINKS.items():
            text = text.replace(link, page)
        yield name, text
    for path in sorted(EXAMPLES.rglob("*.md")):
        # a block that is a file has its name as a title
        text = _NAMED_BLOCK.sub(r'```\1 title="\2"', path.read_text(encoding="utf-8"))
        yield _example(path), text.replace("](../../../docs/", "](../../")
    yield "api.md", "\n\n".join(_python())


def _example(path: Path) -> str:
    return f"examples/{path.relative_to(EXAMPLES)}".replace("README.md", "index.md")


def _fill(nav: Any) -> None:
    for i, entry in enumerate(nav):
        for title, target in entry.items() if isinstance(entry, dict) else ():
            if target == "examples/":
                nav[i] = {title: _examples()}
            elif target == "decisions/":
                nav[i] = {title: _folder("decisions")}
            elif target == "law/":
                nav[i] = {title: sorted(_folder("law"), key=lambda name: (name != "law/README.md", name))}
            elif isinstance(target, list):
                _fill(target)


def _folder(name: str) -> list[str]:
    return [f"{name}/{path.name}" for path in sorted((ROOT / "docs" / name).glob("*.md"))]


def _examples() -> list[Any]:
    """The README first, then what it links, then a page for each diagnostic that shows it and one that does not."""
    linked = re.findall(r"\]\(((?:good|bad|explained)/[^)]+)\)", (EXAMPLES / "README.md").read_text(encoding="utf-8"))
    codes = sorted(path.relative_to(EXAMPLES) for path in EXAMPLES.glob("*/code-*.md"))
    return [
        "examples/index.md",
        *(f"examples/{name}" for name in linked),
        {"Diagnostics": [{f"{path.stem[5:]}, {path.parent}": f"examples/{path}"} for path in codes]},
    ]


def _python() -> Iterator[str]:
    """What `licet` exports: signatures and docstrings, as they are."""
    yield "# The Python interface"
    yield inspect.getdoc(licet) or ""
    for name in sorted(set(licet.__all__) - {"__version__"}):
        value = getattr(licet, name)
        yield f"## {name}"
        yield from _described(name, value)
        for member, method in vars(value).items() if inspect.isclass(value) else ():
            if not member.startswith("_") and inspect.getdoc(method) and callable(getattr(value, member)):
                yield f"### {name}.{member}"
                yield from _described(member, method)


def _described(name: str, value: Any) -> Iterator[str]:
    if inspect.isfunction(value):
        yield f"```python\n{name}{inspect.signature(value)}\n```"
    yield inspect.getdoc(value) or ""
