"""The formatter's two laws: formatting twice changes nothing more, and the tree stays the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings

from licet.diagnostics import Source
from licet.resources import policies_folder
from licet.syntax.format import format_policy
from licet.syntax.format_expressions import Style
from licet.syntax.from_text import Parsed, parse
from tests.language.cases import cases
from tests.run.worlds import policy_texts

FILES = sorted(policies_folder().rglob("*.licet"))


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
    return [m[1].strip() for m in re.finditer(r'"[^"\n]*"|(#[^\n]*)', text) if m[1]]


@pytest.mark.parametrize("style", ["words", "symbols"])
@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_the_library(file: Path, style: Style) -> None:
    check_laws(file.read_text(encoding="utf-8"), style)


@pytest.mark.parametrize("style", ["words", "symbols"])
def test_the_corpus(style: Style) -> None:
    """Every policy of the pages that can be read whole, the bad ones too."""
    files = [file for case in cases() for file in case.files.items()]
    policies = [body.decode(errors="replace") for name, body in files if name.endswith(".licet")]
    readable = [text for text in policies if not parse(Source("x.licet", text)).diagnostics]
    for text in readable:
        check_laws(text, style)
    print(f"{len(readable)} of {len(policies)} policies of the corpus")

    assert len(readable) > 100


@settings(max_examples=150)
@given(policy_texts())
def test_generated_policies(text: str) -> None:
    check_laws(text, "words")
    check_laws(text, "symbols")
