"""Policy text to syntax trees: the whole file first, item by item only where that fails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from lark import Token, Tree, UnexpectedInput

from licet.diagnostics import Diagnostic, Findings, Source
from licet.suggest import nearest
from licet.syntax import tree as t
from licet.syntax.from_lark import TreeBuilder
from licet.syntax.grammar import parser
from licet.syntax.hidden import without_hidden
from licet.syntax.messages import explain
from licet.syntax.nesting import without_deep

TOP_WORDS = tuple(
    "module use unit entity relation list term decision rule exception directive table score obligation "
    "property test coverage gap parameter enumeration code define check obtainable weigh".split()
)


@dataclass(frozen=True, slots=True)
class Parsed:
    """The items of one source that could be read, and everything that could not.

    `unread` has the top-level words of the items that could not be read; nothing for one without such a word.
    """

    source: Source
    items: tuple[t.Item, ...]
    diagnostics: tuple[Diagnostic, ...]
    unread: frozenset[str] = frozenset()


def parse(source: Source) -> Parsed:
    """Reads a policy text; every broken item is reported, the others are kept. Of Markdown, its `licet` blocks."""
    findings = Findings()
    unread: set[str] = set()
    text = _only_policy(source.text) if source.name.endswith(".md") else source.text
    text = without_hidden(source, text, findings)
    try:
        whole = parser().parse(text, start="start")
    except UnexpectedInput:
        items = tuple(_parse_pieces(source, text, findings, unread))
    else:
        trees = [item for item in whole.children if isinstance(item, Tree)]
        shallow: list[Token | Tree[Token]] = [i for i in trees if _is_shallow(i, source, text, 0, findings, unread)]
        items = TreeBuilder(source, 0, findings).transform(Tree(whole.data, shallow, whole.meta))
    return Parsed(source, items, findings.sorted(), frozenset(unread))


def _only_policy(markdown: str) -> str:
    """The fenced `licet` blocks, with everything else blanked out so that places stay right."""
    out = []
    inside = False
    for line in markdown.splitlines(keepends=True):
        fence = line.startswith("```")
        if fence:
            inside = not inside and line.strip() == "```licet"
        out.append(line if inside and not fence else re.sub(r"[^\n]", " ", line))
    return "".join(out)


def _parse_pieces(source: Source, whole: str, findings: Findings, unread: set[str]) -> Iterator[t.Item]:
    for offset, text in _pieces(whole):
        try:
            piece = parser().parse(text, start="item")
        except UnexpectedInput as error:
            findings.add(explain(error, parser(), source, offset, text))
            unread.add(_top_word(text))
        else:
            if _is_shallow(piece, source, text, offset, findings, unread):
                yield TreeBuilder(source, offset, findings).transform(piece)


def _is_shallow(
    item: Tree[Token], source: Source, text: str, offset: int, findings: Findings, unread: set[str]
) -> bool:
    """Whether an item is nested so little that it can be read; `text` stands at `offset` in its source."""
    found = without_deep(item, source, offset, findings)
    if not found:
        unread.add(_top_word(text[item.meta.start_pos :]))
    return found


def _top_word(piece: str) -> str:
    """The word that a piece begins with, after its comments, or the one that was meant."""
    found = re.search(r"^[ \t]*([A-Za-z]+)\b", piece, re.MULTILINE)
    return next(iter(nearest(found[1], TOP_WORDS, at_least=0.75)), "") if found else ""


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Cuts before each top-level word at column 0, and before near misses such as `ruel`."""
    cuts = {0, len(text)}
    for match in re.finditer(r"^[A-Za-z]+\b", text, re.MULTILINE):
        if match[0] in TOP_WORDS or nearest(match[0], TOP_WORDS, at_least=0.75):
            cuts.add(match.start())
    ordered = sorted(cuts)
    for start, end in pairwise(ordered):
        piece = text[start:end]
        if re.search(r"^\s*[^#\s]", piece, re.MULTILINE):
            yield start, piece
