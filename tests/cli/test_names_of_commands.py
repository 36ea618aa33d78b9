"""`licet rule` reads a rule and `licet help` prints a page; what they were called before goes on, with a hint."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result

from licet.check.pages import PAGES
from licet.cli.main import main
from tests.cli.lines import POLICY
from tests.language.cases import unpacked


@pytest.fixture(autouse=True)
def _folder() -> Iterator[None]:
    with unpacked({"policy.licet": ("text", POLICY)}):
        yield


def licet(*words: str) -> Result:
    return CliRunner().invoke(main, list(words), catch_exceptions=False)


def test_a_rule_is_read_by_either_name() -> None:
    done = licet("rule", "big", "--policy", "policy.licet")
    before = licet("read", "big", "--policy", "policy.licet")

    assert done.stdout.startswith("Rule big")
    assert done.stderr == ""
    assert before.stdout == done.stdout
    assert before.stderr == "hint: `licet read big` is called `licet rule big` now\n"


def test_a_page_is_printed_by_either_name() -> None:
    done = licet("help", "e020")

    assert done.stdout.startswith("E020 ")
    assert done.stderr == ""
    assert licet("rule", "E020").stdout == done.stdout
    assert licet("rule", "E020").stderr == "hint: `licet rule E020` is called `licet help E020` now\n"


def test_every_page_is_listed() -> None:
    listed = licet("help").stdout

    assert [line.split()[0] for line in listed.splitlines()] == list(PAGES)
    assert licet("rule").stdout == listed


def test_help_knows_commands() -> None:
    assert licet("help", "decide").stdout == licet("decide", "--help").stdout
    assert "did you mean `decide`?" in licet("help", "decid").stderr
    assert "did you mean `E0" in licet("help", "E02O").stderr


@pytest.mark.parametrize("words", [("help", "big"), ("rule", "E999"), ("rule", "bigg")])
def test_what_is_neither_is_refused_with_the_way(words: tuple[str, str]) -> None:
    done = licet(*words, *(("--policy", "policy.licet") if words[0] == "rule" else ()))

    assert done.exit_code == 2
    assert {
        "big": "`licet rule big` reads a rule",
        "E999": "there is no rule `E999`",
        "bigg": "did you mean `big`?",
    }[words[1]] in done.stderr


def test_the_old_name_of_rule_is_not_listed() -> None:
    assert "  read " not in licet("--help").stdout
