"""The library over time: steps are what `licet decide --as-of` says on each day, and their documents fit the schema."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from jsonschema.validators import validator_for

from licet.decide.decision import Decision
from licet.decide.from_outcome import decidable, decide
from licet.decide.steps import OverTime, Stretch, steps
from licet.facts.store import Facts, Subject
from licet.ir.policy import Policy
from licet.report import steps_json
from licet.report.steps_words import because_words
from licet.resources import schema_file

TURNING = [
    date(2025, 5, 15),  # weights need a licence
    date(2025, 11, 10),  # the stay of the affiliates rule begins
    date(2026, 6, 14),  # the letters of June 2026 begin and end
    date(2026, 11, 10),  # that stay ends
]
A_FEW = [Subject("Transfer", name) for name in ("t-swiss", "t-affiliate-3", "t-fable-foreign", "t-opaque", "t-japan")]


def said(decision: Decision, name: str) -> object:
    """What a decision says of one question, as far as steps say it."""
    overall = next(o for o in decision.overall if o.decision == name)
    places = [
        (a.jurisdiction, a.must, a.may, a.enforced_range, a.details, a.possible_details)
        for a in decision.answers
        if a.decision == name
    ]
    return overall.must, overall.may, places


def of_step(step: Stretch) -> object:
    overall, *places = step.answers
    own = [(a.jurisdiction, a.must, a.may, a.enforced, a.details, a.possible_details) for a in places]
    return overall.must, overall.may, own


def check(library: Policy, frontier: Facts, subjects: Sequence[Subject], around: Sequence[int]) -> tuple[OverTime, ...]:
    """Some days around each turn; what lies between is passed over in one go."""
    found = steps(library, frontier, subjects, TURNING[0] + timedelta(around[0]), TURNING[-1] + timedelta(around[-1]))
    for turning in TURNING:
        for day in (turning + timedelta(n) for n in around):
            decisions = {d.subject: d for d in decide(library, frontier, subjects, as_of=day)}
            for one in found:
                step = next(step for step, last in one.spans() if step.start <= day <= last)
                assert of_step(step) == said(decisions[one.subject], one.decision), (one.subject, day)
    return found


def test_the_library_turns_when_it_is_decided_otherwise(library: Policy, frontier: Facts) -> None:
    found = check(library, frontier, A_FEW, (-1, 0))

    assert all(len(one.steps) > 1 for one in found)
    assert all(one.tried < 30 for one in found)  # of 546 days


@pytest.mark.slow
def test_the_whole_inventory_turns_when_it_is_decided_otherwise(library: Policy, frontier: Facts) -> None:
    """An eighth of it; `benchmarks/days.py` asks the whole."""
    found = check(library, frontier, list(decidable(library, frontier))[::8], (-9, -1, 0))

    assert sum(len(one.steps) > 1 for one in found) > 12
    assert sum(one.tried for one in found) < 12 * len(found)


def test_a_letter_binds_the_model_that_it_names(library: Policy, frontier: Facts) -> None:
    """On the day of the letter those of two models turn; each answer is another because of its own."""
    first, last = date(2026, 6, 11), date(2026, 6, 13)
    asked = {"t-fable-foreign": "claude fable 5", "t-mythos-foreign": "claude mythos 5"}
    found = steps(library, frontier, [Subject("Transfer", name) for name in asked], first, last)

    told = {one.subject.id: because_words(library, one.steps[1].because) for one in found}
    assert told == {name: f"june_2026 {model} is now in force" for name, model in asked.items()}


def test_documents_fit_the_schema(library: Policy, frontier: Facts) -> None:
    found = steps(library, frontier, A_FEW, TURNING[0], TURNING[-1])
    schema = json.loads(schema_file("steps-1.json").read_text(encoding="utf-8"))
    kind = validator_for(schema)
    kind.check_schema(schema)

    documents = json.loads(steps_json.render(library, frontier, found))
    assert len(documents) == len(A_FEW)
    for document in documents:
        kind(schema).validate(document)
        assert all(step["because"] for step in document["steps"][1:])
    with pytest.raises(Exception, match="because"):
        kind(schema).validate({**documents[0], "steps": [{"from": "2026-01-01"}]})
