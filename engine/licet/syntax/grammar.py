"""The parser that the grammar file describes, built once and saved between runs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache

from lark import Lark, Token
from lark.lark import PostLex

from licet.resources import cache_folder, grammar_file


class WholeWords(PostLex):
    """A keyword is a whole word: `ruleset` is a name, never `rule` and `set`."""

    always_accept = ("NAME",)

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        return stream


@lru_cache(maxsize=1)
def parser() -> Lark:
    """The LALR(1) parser with its two entrances, `start` and `item`."""
    return build(cache=_saved_grammar())


def build(*, strict: bool = False, cache: str | None = None) -> Lark:
    """A fresh parser; `strict` refuses every conflict and every pair of terminals that collide."""
    text = grammar_file().read_text(encoding="utf-8")
    try:
        return _lark(text, strict=strict, cache=cache)
    except OSError:  # the cache folder cannot be written: slower, not wrong
        return _lark(text, strict=strict, cache=None)


def _lark(text: str, *, strict: bool, cache: str | None) -> Lark:
    return Lark(
        text,
        parser="lalr",
        lexer="contextual",
        start=["start", "item"],
        postlex=WholeWords(),
        propagate_positions=True,
        maybe_placeholders=False,
        strict=strict,
        cache=cache or False,
    )


def _saved_grammar() -> str | None:
    folder = cache_folder()
    if folder is None:
        return None
    digest = hashlib.sha256(grammar_file().read_bytes()).hexdigest()[:16]
    return str(folder / f"grammar-{digest}.pickle")
