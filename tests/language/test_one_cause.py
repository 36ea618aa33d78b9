"""An item that cannot be read is the one thing that is wrong: what reads the names in it is not blamed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from licet.loading.policy_files import check_files
from tests.language.cases import Case, cases, unpacked

GOOD = [
    case
    for case in cases()
    if case.path.parent.name == "good" and not case.path.name.startswith("code-") and "policy.licet" in case.files
]
BROKEN = " ]]"
TYPE = re.compile(r"^[^\"#{\n]*?: (?:set of )?(?!one\b|quantity\b)([a-z]\w+|[A-Z][a-z]\w+)", re.MULTILINE)
NAME = re.compile(r"^(?:entity|relation|term|decision|score|enumeration|code|define) (\w+)", re.MULTILINE)


def errors_of(policy: str) -> list[tuple[str, str]]:
    """Of the policy of the folder this is called in, with another text."""
    path = Path("policy.licet")
    path.write_text(policy, encoding="utf-8")
    return [(d.code, d.message) for d in check_files([path]).diagnostics if d.severity == "error"]


def misspelt(policy: str, word: re.Pattern[str], most: int) -> Iterator[str]:
    """The policy with one of the first words that a pattern finds in it written otherwise."""
    for found in islice(word.finditer(policy), most):
        yield policy[: found.end(1)] + "q" + policy[found.end(1) :]


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
        sound = check_files([path]).diagnostics
        assert not any(d.severity == "error" for d in sound)
        of_itself = {d.message for d in sound}
        for line, mutant in broken(text):
            path.write_text(mutant, encoding="utf-8")
            told = [d for d in check_files([path]).diagnostics if d.message not in of_itself]
            assert [d.span.line for d in told if d.span] == [mutant[: mutant.index(BROKEN)].count("\n") + 1], (
                line,
                [(d.code, d.message) for d in told],
            )


@pytest.mark.parametrize("case", GOOD[::4], ids=lambda case: case.path.stem)
def test_a_type_that_is_misspelt_is_one_error(case: Case) -> None:
    """What is said of it, and what it was to bring, is not told as further errors."""
    with unpacked(case.files):
        for mutant in misspelt(Path("policy.licet").read_text(encoding="utf-8"), TYPE, 3):
            assert [code for code, _ in errors_of(mutant)] == ["E030"], mutant


# a name that the core vocabulary has too is still there, and its module is not used: that is said
OWN = [case for case in GOOD if b"\nuse core." not in case.files["policy.licet"]]


@pytest.mark.parametrize("case", OWN[1::4], ids=lambda case: case.path.stem)
def test_a_name_that_is_misspelt_where_it_is_declared_is_one_error(case: Case) -> None:
    """It is told where it is used first, whatever it is looked up as there."""
    with unpacked(case.files):
        for mutant in misspelt(Path("policy.licet").read_text(encoding="utf-8"), NAME, 3):
            told = errors_of(mutant)
            is_elsewhere = [code for code, _ in told[:1]] == ["E031"]  # the name is the core vocabulary's too
            assert len(told) <= 1 or is_elsewhere, mutant
