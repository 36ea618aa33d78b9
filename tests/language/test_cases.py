"""The literate cases are the language's specification: each prints what its page says."""

from __future__ import annotations

import re

import pytest

from licet.check.pages import PAGES
from tests.language.cases import FOLDERS, ROOT, Case, cases

FOLDER = FOLDERS[0]
LANGUAGE = [case for case in cases() if case.path.is_relative_to(FOLDER)]


@pytest.mark.parametrize("case", cases(), ids=lambda c: str(c.path.relative_to(ROOT)))
def test_page(case: Case) -> None:
    assert list(case.consoles()), "a page without a command checks nothing"
    assert case.rewritten() == case.text


def test_the_readme_leads_through_every_page_that_teaches() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    linked = re.findall(r"\]\(((?:good|bad|explained)/[^)]+)\)", readme)
    taught = {str(c.path.relative_to(FOLDER)) for c in LANGUAGE if not c.path.name.startswith("code-")}

    assert len(linked) == len(set(linked))
    assert set(linked) == taught
    assert linked == sorted(linked, key=lambda name: (not name.startswith("good"), name))


def test_every_code_has_a_page_that_shows_it_and_one_that_does_not() -> None:
    pages = {str(c.path.relative_to(FOLDER)): c.text for c in LANGUAGE}
    for code in PAGES:
        assert f"[{code}]" in pages[f"bad/code-{code}.md"], code
        assert f"[{code}]" not in pages[f"good/code-{code}.md"], code


def test_there_are_at_least_120_cases() -> None:
    print(f"{len(LANGUAGE)} pages, {sum(len(list(c.consoles())) for c in LANGUAGE)} command blocks")

    assert len(LANGUAGE) >= 120


def test_no_page_shows_a_stack_trace_or_a_terminal() -> None:
    """What a user reads names no Python type, no file of ours and no terminal of the grammar."""
    for case in cases():
        for block in case.consoles():
            for word in ("Traceback", "site-packages", "lark", "NoneType", "KeyError", "RPAR", "LABEL", "$END"):
                assert word not in block[3], (case.path, word)
