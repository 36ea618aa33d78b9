"""The literate cases are the language's specification: each prints what its page says."""

from __future__ import annotations

import pytest

from tests.language.cases import ROOT, Case, cases


@pytest.mark.parametrize("case", cases(), ids=lambda c: str(c.path.relative_to(ROOT / "fixtures")))
def test_page(case: Case) -> None:
    assert list(case.consoles()), "a page without a command checks nothing"
    assert case.rewritten() == case.text


def test_no_page_shows_a_stack_trace_or_a_terminal() -> None:
    """What a user reads names no Python type, no file of ours and no terminal of the grammar."""
    for case in cases():
        for block in case.consoles():
            for word in ("Traceback", "site-packages", "lark", "NoneType", "KeyError", "RPAR", "LABEL", "$END"):
                assert word not in block[3], (case.path, word)
