"""Earned defaults: their range leaves room for every completion, is no wider than it must be, and never flips back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import CliRunner

from licet.cli.main import main
from licet.facts.store import Record
from licet.run.reference.bounds import Bounds, Claim, bounds
from licet.values import State, Truth
from tests.run.test_outcomes import ENGINES, answers, policy_of

OUTCOMES = range(3)
TRUTHS = (Truth.F, Truth.U, Truth.T)
Case = tuple[tuple[tuple[int, Truth], ...], int, int, Truth, bool]  # claims, default, what else, not earned, open


def cases() -> Iterator[Case]:
    """Up to two rules, each with an outcome and a truth, and a default; what is open is the gravest outcome."""
    claims = [(outcome, truth) for outcome in OUTCOMES for truth in TRUTHS]
    for number in range(3):
        for some in product(claims, repeat=number):
            for default, unearned, truth in product(OUTCOMES, OUTCOMES, TRUTHS):
                yield some, default, unearned, truth, False
                yield some, default, OUTCOMES[-1], truth, True


def answered(case: Case) -> Bounds:
    """As an engine does: what is open is never certain, and no default is read where something concludes."""
    some, default, unearned, truth, is_open = case
    claims = [Claim(outcome, effective) for outcome, effective in some]
    own = min(truth, Truth.U) if is_open else truth
    needless = any(claim.is_certain for claim in claims)
    return bounds([*claims, Claim(unearned, Truth.F if needless else own, default=True)], default)


def completions(case: Case) -> set[int]:
    """Every outcome that may come out once all is known."""
    some, default, unearned, truth, is_open = case
    found = set()
    for settled in product(*(_ways(effective) for _, effective in some)):
        stated = [outcome for (outcome, _), holds in zip(some, settled, strict=True) if holds]
        if stated:
            found.add(max(stated))
            continue
        for not_earned in _ways(truth):
            found |= set(range(default, len(OUTCOMES))) if is_open and not_earned else set()
            found |= {unearned} if not is_open and not_earned else set()
            found |= {default} if not not_earned else set()
    return found


def _ways(truth: Truth) -> Sequence[bool]:
    return {Truth.T: (True,), Truth.F: (False,), Truth.U: (True, False)}[truth]


def test_the_range_is_the_least_that_leaves_room_for_every_completion() -> None:
    for case in cases():
        found, possible = answered(case), completions(case)
        assert (found.must, found.may) == (min(possible), max(possible)), case


def test_knowing_more_only_narrows() -> None:
    for case in cases():
        some, default, unearned, truth, is_open = case
        before = answered(case)
        for i, (outcome, effective) in enumerate(some):
            for known in _ways(effective):
                after = answered(
                    ((*some[:i], (outcome, Truth.T if known else Truth.F), *some[i + 1 :]), *case[1:])  # type: ignore[arg-type]
                )
                assert before.must <= after.must <= after.may <= before.may, case
        for known in _ways(truth):
            after = answered((some, default, unearned, Truth.T if known else Truth.F, is_open))
            assert before.must <= after.must <= after.may <= before.may, case


RULES = """
decision gamma of x: Thing "gamma" outcomes c0 < c1 < c2 otherwise c0 only when x.g
decision delta of x: Thing "delta" outcomes d0 < d1 < d2 otherwise d1 only when x.g else d0
rule r for x: Thing when x.f then gamma of x is c1 and delta of x is d2
rule s for x: Thing when x.f then alpha of x is a0
exception e to r for x: Thing when x.h then gamma of x is c0
rule reads for x: Thing when gamma of x is at least c1 then alpha of x is a2
"""
YES, NO, OPEN = True, False, State.ABSENT


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_reads_a_default_only_where_no_rule_concludes(engine: str) -> None:
    policy = policy_of(RULES)

    def of(f: object, g: object, h: object) -> tuple[tuple[str, str], ...]:
        facts = {name: fact for name, fact in (("f", f), ("g", g), ("h", h)) if fact is not OPEN}
        found = answers(engine, policy, Record(facts))  # type: ignore[arg-type]
        return found["gamma"], found["delta"], found["alpha"]

    assert of(NO, YES, NO) == (("c0", "c0"), ("d1", "d1"), ("a0", "a0"))
    assert of(NO, NO, NO) == (("c0", "c2"), ("d0", "d0"), ("a0", "a2"))
    assert of(NO, OPEN, NO) == (("c0", "c2"), ("d0", "d1"), ("a0", "a2"))
    assert of(YES, OPEN, NO) == (("c1", "c1"), ("d2", "d2"), ("a2", "a2"))
    assert of(OPEN, YES, NO) == (("c0", "c1"), ("d1", "d2"), ("a0", "a2"))
    assert of(OPEN, NO, NO) == (("c0", "c2"), ("d0", "d2"), ("a0", "a2"))
    assert of(YES, NO, OPEN) == (("c0", "c1"), ("d0", "d2"), ("a0", "a2"))  # a floor of gamma, none of delta
    assert of(YES, NO, YES) == (("c0", "c0"), ("d0", "d0"), ("a0", "a0"))


POLICY = """
module demo "Demo" jurisdiction US
use core.decisions
decision release of t: Transfer "release" outcomes free < notify < licence
  otherwise free only when t.destination is CH
rule weights for t: Transfer when t.kind is release then release of t is licence because "weights"
"""
FACTS = """
Transfer:
  - {id: earned, date: 2026-01-01, kind: export, destination: CH}
  - {id: unearned, date: 2026-01-01, kind: export, destination: FR}
"""


def test_the_workbook_says_why(tmp_path: Path) -> None:
    (tmp_path / "policy.licet").write_text(POLICY, encoding="utf-8")
    (tmp_path / "facts.yaml").write_text(FACTS, encoding="utf-8")
    out = tmp_path / "out.xlsx"
    words = ["decide", str(tmp_path / "facts.yaml"), "--policy", str(tmp_path / "policy.licet"), "-o", str(out)]
    assert CliRunner().invoke(main, words, catch_exceptions=False).exit_code == 0
    with ZipFile(out) as book:
        said = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))

    assert "the one rule that asks for more does not apply: weights" in said
    assert "at most licence, if it applies: free is not earned" in said
