"""An item that cannot be read is the one thing that is wrong: what reads the names in it is not blamed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from licet.facts.policy_files import check_files
from tests.language.cases import Case, cases, unpacked

GOOD = [
    case
    for case in cases()
    if case.path.parent.name == "good" and not case.path.name.startswith("code-") and "policy.licet" in case.files
]
BROKEN = " ]]"


def broken(policy: str) -> Iterator[tuple[str, str]]:
    """The first item of each kind: its first line, and the policy in which that line does not parse."""
    seen = {"module", "use"}
    for item in re.finditer(r"^[a-z]+ [^#\n]*", policy, re.MULTILINE):
        kind = item[0].split()[0]
        if kind not in seen:
            seen.add(kind)
            yield item[0], policy[: item.end()] + BROKEN + policy[item.end() :]


@pytest.mark.parametrize("case", GOOD, ids=lambda case: case.path.stem)
def test_an_item_that_cannot_be_read_is_one_error(case: Case) -> None:
    with unpacked(case.files):
        path = Path("policy.licet")
        text = path.read_text(encoding="utf-8")
        assert not any(d.severity == "error" for d in check_files([path]).diagnostics)
        for line, mutant in broken(text):
            path.write_text(mutant, encoding="utf-8")
            errors = [d for d in check_files([path]).diagnostics if d.severity == "error"]
            assert [d.span.line for d in errors if d.span] == [mutant[: mutant.index(BROKEN)].count("\n") + 1], (
                line,
                [(d.code, d.message) for d in errors],
            )
