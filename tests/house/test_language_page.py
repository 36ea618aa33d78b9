"""The language page is the law that code cites: what is cited stands there, and what stands there is built."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from licet.resources import grammar_file
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
ANCHORS = {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in re.findall(r"(?m)^#+ (.+)$", PAGE)}


def _texts() -> Iterator[tuple[Path, str]]:
    for folder in ("engine", "tests", "docs", "policies"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".py", ".md", ".licet"):
                yield path.relative_to(ROOT), path.read_text(encoding="utf-8")


def test_what_is_cited_of_the_language_stands_there() -> None:
    cited = {(str(path), anchor) for path, text in _texts() for anchor in re.findall(r"language\.md#([\w-]+)", text)}

    assert len({anchor for _, anchor in cited}) > 10
    assert not {(path, anchor) for path, anchor in cited if anchor not in ANCHORS}


def test_the_page_names_every_word_that_begins_an_item() -> None:
    items = re.search(r"(?s)\?item:(.*?)\n\n", grammar_file().read_text(encoding="utf-8"))
    assert items is not None
    words = set(re.findall(r"\b[a-z]+\b", items.group(1))) - {"item"}

    assert {"rule", "exception", "gap"} <= words
    assert not {word for word in words if f"`{word.removesuffix('_item')}" not in PAGE}
