"""What a decision says beside its answers is the same from the columns of all subjects and followed for each alone."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from benchmarks.growth import SHAPES, checked
from hypothesis import given, settings

from licet.decide.from_outcome import decide
from licet.facts.store import Facts
from licet.ir.policy import Policy
from licet.report.decision_json import document
from licet.run.reference import interpreter as reference
from tests.examples import each_once, examples
from tests.run.worlds import DATES, compiled, policy_texts, worlds


def said(policy: Policy, facts: Facts, as_of: date | None, engine: str | None) -> list[dict[str, Any]]:
    """The documents of all decisions; without an engine, by the reference and each subject followed alone."""
    if engine is None:
        decisions = decide(policy, facts, as_of=as_of, evaluate=reference.evaluate)
    else:
        decisions = decide(policy, facts, as_of=as_of, engine_name=engine)
    return [{**document(decision), "engine": ""} for decision in decisions]


@pytest.mark.slow
@settings(max_examples=examples(100))
@given(policy_texts(), worlds(), DATES)
@each_once
def test_the_columns_say_what_is_found_by_following(text: str, facts: Facts, as_of: date | None) -> None:
    policy = compiled(text)
    if policy is not None:
        assert said(policy, facts, as_of, "columnar") == said(policy, facts, as_of, None), f"{text}\n{facts}"


@pytest.mark.parametrize("engine", ["columnar", "reference", "forward"])
@pytest.mark.parametrize("shape", SHAPES)
def test_subjects_on_many_days(shape: str, engine: str) -> None:
    case = SHAPES[shape][0](12)
    policy = checked(case.policy)

    assert said(policy, case.facts, None, engine) == said(policy, case.facts, None, None)
