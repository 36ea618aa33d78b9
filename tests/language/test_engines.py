"""Every engine gives what the pages of the language expect, on the whole language."""

from __future__ import annotations

from pathlib import Path

import pytest

from licet.loading.policy_files import load_policy
from licet.run.engines import NAMES
from licet.trials.examples import run_examples
from tests.language.cases import FOLDERS, Case, unpacked

PAGES = sorted(FOLDERS[0].glob("good/[0-9]*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_the_tests_of_a_page_pass_in_every_engine(page: Path) -> None:
    case = Case.read(page)
    with unpacked(case.files):
        policy = load_policy([Path("policy.licet" if "policy.licet" in case.files else "page.md")])
    if not policy.tests:
        assert page.stem == "20-layout", "a page of the language tests what it says"
    for engine in NAMES:
        results, _ = run_examples(policy, engine_name=engine)
        assert [f for r in results for f in r.failures] == [], engine
