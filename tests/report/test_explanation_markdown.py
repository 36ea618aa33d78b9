"""Explanations in Markdown: a host shows the layers of the terminal's text, and nothing that files say is markup."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from licet.cli.main import main
from licet.names import printable
from licet.report.escapes import for_markdown
from tests.conftest import ROOT

HOST = MarkdownIt("gfm-like", {"html": True})
HOSTILE = [
    "`code`", "``", "a `b", "x ``` y", "a\\`b", "\\", "ends with \\", "| a | b |", "[here](https://evil.example)",
    "![x](y.png)", "<script>alert(1)</script>", "<!-- gone", "&lt;b&gt; &#64;", "*bold* _it_ __b__ ~~gone~~", "# Title",
    "#12", "fixes #12", "owner/repo#7", "@somebody", "who@example.org", "https://evil.example/x", "www.evil.example",
    "evil.com", "GH-7", "!9", "$x$", "$$x$$", ":smile:", "---", "- - -", "***", "===", "+ x", "- x", "1. x", "12) x",
    "> quoted", "~~~", "[ ] done", "[x]: https://evil.example", "[^1]: note", "a\nb\n\n# c", "a  \nb", "\ta",
    "    code", "\u202egnp.exe", "\u2066x\u2069", "a\u200bb", "\x1b[2J", "a\u2028b", "{{ secret }}", "^up^", "x #",
    "a`@`b", "`@",
]  # fmt: skip
OURS = {"h1", "h2", "h3", "p", "ul", "li", "code"}


class Rendered(HTMLParser):
    def __init__(self, markdown: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.text = ""
        self.feed(HOST.render(markdown))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag if not attrs else f"{tag} {attrs}")

    def handle_comment(self, data: str) -> None:
        self.tags.add("comment")

    def handle_data(self, data: str) -> None:
        self.text += data


def spaced(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def assert_reads_as_itself(text: str) -> None:
    """Fails where a text that is written into Markdown is shown as another, or as markup, wherever it stands."""
    shown = for_markdown(text)
    assert "\n" not in shown
    for before in ("", "- ", "## ", "Words\n\n  - "):
        rendered = Rendered(before + shown + "\n")
        assert rendered.tags <= OURS, shown
        assert spaced(rendered.text.removeprefix("Words")) == spaced(printable(text.replace("\n", " "))), shown


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text(text: str) -> None:
    assert_reads_as_itself(text)


@given(
    st.lists(st.one_of(st.sampled_from(HOSTILE), st.text("`\\*_[]()<>!#|~$&@:./- \nab1\u202e", max_size=8)), max_size=5)
)
def test_any_text_is_text(parts: list[str]) -> None:
    assert_reads_as_itself(" ".join(parts))
    assert_reads_as_itself("".join(parts))


@pytest.mark.parametrize(
    "word", ["@somebody", "#12", "owner/repo#7", ":smile:", "GH-7", "!9", "$1", "a@b.org", "www.x.org"]
)
def test_what_a_host_would_link_after_reading_is_code(word: str) -> None:
    """Hosts look for these in what Markdown leaves as text, where no backslash is left."""
    assert for_markdown(f"see {word} now") == f"see `{word}` now"


def explain(*words: Any) -> str:
    done = CliRunner().invoke(main, ["explain", "--no-check", *map(str, words)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("id_", ["t-opaque", "t-affiliate-2"])
def test_it_says_what_the_terminal_says(id_: str) -> None:
    words = (ROOT / "fixtures" / "frontier", id_, "--jurisdiction", "US")
    rendered = Rendered(explain(*words, "--format", "markdown"))
    heard = re.findall(r"\w+", rendered.text.lower())

    assert rendered.tags <= OURS
    assert heard == re.findall(r"\w+", explain(*words).lower())


def test_an_inventory_of_others_is_no_markup(tmp_path: Path) -> None:
    nasty = "[x](https://evil.example) <img src=x> `a` @somebody\n# Title\n| a |\n\n- item \u202e"
    transfer = {
        "id": "*t* #1",
        "date": "2025-09-01",
        "made_under": nasty,
        "source": nasty,
        "item": "m",
        "destination": "CH",
    }
    model = {"id": "m", "name": nasty, "training_compute": "1e27", "weights_published": "no", "source": nasty}
    (tmp_path / "all.json").write_text(json.dumps({"Transfer": [transfer], "Model": [model]}), encoding="utf-8")
    out = tmp_path / "sheet.md"
    explain(tmp_path / "all.json", "*t* #1", "--as-of", "2026-06-15", "--jurisdiction", "US", "-o", out)
    markdown = out.read_text(encoding="utf-8")
    rendered = Rendered(markdown)

    assert rendered.tags <= OURS
    assert "Transfer *t* #1 as of" in rendered.text
    assert "<img src=x>" in rendered.text
    assert all(c.isprintable() or c == "\n" for c in markdown)
