"""The formatter's two laws: formatting twice changes nothing more, and the tree stays the same."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.diagnostics import Source
from licet.resources import policies_folder
from licet.syntax.format import format_policy
from licet.syntax.format_expressions import Style
from licet.syntax.from_text import Parsed, parse
from tests.examples import examples
from tests.language.cases import cases
from tests.run.worlds import VOCABULARY, policy_texts

FILES = sorted(policies_folder().rglob("*.licet"))


@lru_cache(16)  # of one text in several styles
def read(text: str) -> Parsed:
    parsed = parse(Source("x.licet", text))
    assert not parsed.diagnostics, (parsed.diagnostics[0].message, text)
    return parsed


def check_laws(text: str, style: Style) -> None:
    before = read(text)
    once = format_policy(before, style)
    after = read(once)

    assert after.items == before.items
    assert format_policy(after, style) == once
    assert sorted(comments(once)) == sorted(comments(text))


def comments(text: str) -> list[str]:
    return [m[1].strip() for m in re.finditer(r'"(?:[^"\n]|"")*"|(#[^\n]*)', text) if m[1]]


@pytest.mark.parametrize("style", ["words", "symbols"])
@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_the_library(file: Path, style: Style) -> None:
    check_laws(file.read_text(encoding="utf-8"), style)


@pytest.mark.parametrize("style", ["words", "symbols"])
def test_the_corpus(style: Style) -> None:
    """Every policy of the pages that can be read whole, the bad ones too."""
    files = [file for case in cases() for file in case.files.items()]
    policies = [text for name, (_, text) in files if name.endswith(".licet")]
    readable = [text for text in policies if not parse(Source("x.licet", text)).diagnostics]
    for text in readable:
        check_laws(text, style)
    print(f"{len(readable)} of {len(policies)} policies of the corpus")

    assert len(readable) > 100


@pytest.mark.slow
@settings(max_examples=examples(90))
@given(policy_texts())
def test_generated_policies(text: str) -> None:
    check_laws(drawn(text), "words")
    check_laws(drawn(text), "symbols")


def drawn(text: str) -> str:
    """The modules that were drawn, without the vocabulary, which is the same each time."""
    return text[text.index("module one") :]


@pytest.mark.parametrize("style", ["words", "symbols"])
def test_the_vocabulary_of_generated_policies(style: Style) -> None:
    check_laws(VOCABULARY, style)
    check_planted(VOCABULARY, Random(7))


# ---- comments planted everywhere

_TOKEN = re.compile(
    r'"(?:[^"\n]|"")*"|#[^\n]*|'
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}|10\^[0-9]+|[0-9][0-9_]*(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?:[ \t]*%)?"
    r"|\((?:[a-z]|[ivx]{2,5}|[0-9]{1,2})\)|@\w+|\w+\(|\w+|>=|<=|!=|=>|[^\w\s]"
)


def neighbours(text: str) -> tuple[list[str], dict[str, tuple[int, bool]]]:
    """The tokens of a text; for each comment how many stand before it, and whether the last of them on its line."""
    tokens: list[str] = []
    found: dict[str, tuple[int, bool]] = {}
    end = 0
    for match in _TOKEN.finditer(text):
        if match[0].startswith("#"):
            found[match[0].rstrip()] = len(tokens), bool(tokens) and "\n" not in text[end : match.start()]
        else:
            tokens.append(match[0])
        end = match.end()
    return tokens, found


def planted(text: str, random: Random, number: int) -> str:
    """The text with comments between its tokens, behind one or on lines of their own."""
    ends = [m.end() for m in _TOKEN.finditer(text)]
    for i, place in enumerate(sorted(random.sample(ends, min(number, len(ends))), reverse=True)):
        gap = "\n" if random.random() < 0.5 else ""
        text = f"{text[:place]} {gap} # planted {i}\n {text[place:]}"
    return text


def check_planted(text: str, random: Random) -> None:
    canonical = format_policy(read(text))
    tokens, own = neighbours(canonical)
    if own:
        return
    source = planted(canonical, random, 1 + len(tokens) // 12)
    once = format_policy(read(source))
    after = read(once)

    assert after.items == read(text).items
    assert format_policy(after) == once
    assert neighbours(once) == (tokens, neighbours(source)[1])


def test_comments_stay_with_what_they_stand_beside() -> None:
    """Behind their token or above it, in every policy of the pages."""
    random = Random(7)
    policies = [text for case in cases() for name, (_, text) in case.files.items() if name.endswith(".licet")]
    readable = [text for text in policies if not parse(Source("x.licet", text)).diagnostics]
    for text in readable:
        check_planted(text, random)
    assert len(readable) > 100


@pytest.mark.slow
@settings(max_examples=examples(60))
@given(policy_texts(), st.randoms(use_true_random=False))
def test_comments_stay_where_clauses_are_put_in_order(text: str, random: Random) -> None:
    check_planted(drawn(text), random)
    commented = planted(drawn(text), random, 12)
    check_laws(commented, "words")
    check_laws(commented, "symbols")


def test_a_comment_follows_a_clause_that_moves() -> None:
    text = (
        'module m "M" # head\n'
        "rule r # name\n"
        "  tagged @a # tag\n"
        "  # the subject\n"
        "  for c: C\n"
        "  when c.red = yes # one\n"
        "    and (c.light) # two\n"
        "  # own\n"
        "  then c is heavy # end\n"
        "# tail\n"
    )
    assert format_policy(read(text)) == (
        'module m "M"  # head\n'
        "\n"
        "rule r  # name\n"
        "  # the subject\n"
        "  for c: C\n"
        "  tagged @a  # tag\n"
        "  when c.red is yes  # one\n"
        "      and c.light  # two\n"
        "  # own\n"
        "  then c is heavy  # end\n"
        "\n"
        "# tail\n"
    )
