"""Answers over time as data: `licet/steps/1`, a document for each decision about each subject."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from licet.decide.decision import NOTICE
from licet.decide.steps import AnswerOnDay, Answers, OverTime, Stretch
from licet.facts.store import Facts
from licet.ir.policy import Policy
from licet.report.escapes import for_json
from licet.report.steps_words import governing_day
from licet.run.reference.clock import Cause

SCHEMA = "licet/steps/1"


def render(policy: Policy, facts: Facts, found: Iterable[OverTime]) -> str:
    """A JSON array."""
    return for_json(list(_documents(policy, facts, found)), indent=2) + "\n"


def render_lines(policy: Policy, facts: Facts, found: Iterable[OverTime]) -> str:
    """One document a line."""
    return "".join(for_json(document) + "\n" for document in _documents(policy, facts, found))


def _documents(policy: Policy, facts: Facts, found: Iterable[OverTime]) -> Iterator[dict[str, Any]]:
    """As the schema `steps-1.json` describes them."""
    for one in found:
        yield {
            "schema": SCHEMA,
            "subject": one.subject._asdict(),
            "decision": one.decision,
            "own_day": governing_day(policy, facts, one.subject),
            "steps": [
                {"from": step.start.isoformat(), "to": last.isoformat(), **step_told(step)}
                for step, last in one.spans()
            ],
            "notice": NOTICE,
        }


def step_told(step: Stretch) -> dict[str, Any]:
    """The answers, and why they are others than before."""
    return {
        **answers_told(step.answers),
        "because": [cause_told(cause) for cause in step.because.causes],
        "undoing": [[cause_told(cause) for cause in one] for one in step.because.undoing],
        "either": step.because.either,
    }


def answers_told(answers: Answers) -> dict[str, Any]:
    """Overall, and by jurisdiction."""
    overall, *places = answers
    return {
        **_range(overall),
        "jurisdictions": [
            {
                "jurisdiction": answer.jurisdiction,
                **_range(answer),
                "details": list(answer.details),
                "possible_details": list(answer.possible_details),
            }
            for answer in places
        ],
    }


def _range(answer: AnswerOnDay) -> dict[str, Any]:
    return {"must": answer.must, "may": answer.may, "enforced": list(answer.enforced)}


def cause_told(cause: Cause) -> dict[str, Any]:
    """What turned, as documents have it."""
    return {"kind": cause.kind, "of": cause.of, "field": cause.field or None, "role": cause.role or None}
