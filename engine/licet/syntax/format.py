"""Policies as canonical text: one way to lay out each item, comments kept."""

from __future__ import annotations

import re
from itertools import pairwise

from licet.diagnostics import Source, Span
from licet.syntax import tree as t
from licet.syntax.format_comments import with_comments
from licet.syntax.format_expressions import WIDTH, Expressions, Style
from licet.syntax.format_items import item_lines
from licet.syntax.from_text import Parsed

_COMMENT = re.compile(r'"(?:[^"\n]|"")*"|(#[^\n]*)')
_COMPACT = (t.Use, t.Unit, t.ListDeclaration, t.Term)


def format_policy(parsed: Parsed, style: Style = "words") -> str:
    """The canonical text of a source without parse errors."""
    comments = _Comments(parsed.source)
    expressions = Expressions(style)
    out: list[str] = []
    for before, item in pairwise((None, *parsed.items)):
        assert item is not None
        leading = comments.before(item.span.start)
        if before is not None and not _belong_together(before, item):
            out.append("")
        out += leading
        if leading and comments.followed_by_gap(item.span.start):
            out.append("")
        text = parsed.source.text[item.span.start : comments.end_of(item.span)]
        out += with_comments([part for line in item_lines(item, expressions) for part in _wrapped(line)], text)
    tail = comments.before(len(parsed.source.text) + 1)
    return "\n".join([*out, *([""] if tail and out else []), *tail]) + "\n"


def _belong_together(before: t.Item, item: t.Item) -> bool:
    """Uses follow the header, and short declarations of one sort follow each other, without an empty line."""
    if isinstance(item, t.Use):
        return isinstance(before, t.Module | t.Use)
    return isinstance(item, _COMPACT) and type(before) is type(item)


_BREAK = re.compile(r'"(?:[^"\n]|"")*"|( (?=(?:and|because|cites) )|(?<! on) (?=or )|(?<=,) )')


def _wrapped(text: str) -> list[str]:
    """A long line in several, broken before connectives and after commas: layout means nothing."""
    text = text.rstrip()
    indent = len(text) - len(text.lstrip())
    lines = []
    while len(text) > WIDTH and not text.lstrip().startswith("|"):
        places = [m.start() for m in _BREAK.finditer(text) if m[1] and m.start() > indent + 8]
        fitting = [p for p in places if p <= WIDTH] or places[:1]
        if not fitting:
            break
        lines.append(text[: fitting[-1]])
        text = " " * (indent + 4) + text[fitting[-1] :].lstrip()
        indent = min(indent, len(lines[0]) - len(lines[0].lstrip()))
    return [*lines, text]


class _Comments:
    """The comments of a text, handed out once each, in order."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._left = [(m.start(1), m[1].rstrip()) for m in _COMMENT.finditer(source.text) if m[1]]

    def before(self, offset: int) -> list[str]:
        """Those that stand before a place and were not handed out yet."""
        found = [text for start, text in self._left if start < offset]
        self._left = self._left[len(found) :]
        return found

    def followed_by_gap(self, offset: int) -> bool:
        """Whether an empty line stands directly before a place."""
        return bool(re.search(r"\n[ \t]*\n[ \t]*\Z", self._source.text[:offset]))

    def end_of(self, span: Span) -> int:
        """Where an item ends, with the comments in it and the one behind it on its last line, which are handed out."""
        self.before(span.end)
        if self._left:
            start, text = self._left[0]
            if not self._source.text[span.end : start].strip(" \t"):
                self._left.pop(0)
                return start + len(text)
        return span.end
