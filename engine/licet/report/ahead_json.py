"""What falls due as data: `licet/ahead/1`."""

from __future__ import annotations

from typing import Any

from licet.changes.law import law_digest
from licet.decide.ahead import Ahead, DutyAhead, PlannedAhead, TurningAnswer
from licet.decide.decision import NOTICE
from licet.ir.policy import Policy
from licet.report.steps_json import answers_told, cause_told, step_told

SCHEMA = "licet/ahead/1"


def document(policy: Policy, found: Ahead, inventory: str) -> dict[str, Any]:
    """As the schema `ahead-1.json` describes it."""
    return {
        "schema": SCHEMA,
        "inventory": inventory,
        "law": law_digest(policy),
        "from": found.first.isoformat(),
        "to": found.last.isoformat(),
        "as_if": found.as_if,
        "subjects": found.subjects,
        "without_own_day": found.passing,
        "answers": [_turning(one) for one in found.answers],
        "planned": [_planned(one) for one in found.planned],
        "duties": [_duty(one) for one in (*found.duties, *found.undated)],
        "days": [{"day": one.day.isoformat(), **cause_told(one.cause)} for one in found.days],
        "readings": [
            {
                "day": one.day.isoformat(),
                "authority": one.authority,
                "module": one.module,
                "as_read": one.as_read.isoformat(),
            }
            for one in found.readings
        ],
        "notice": NOTICE,
    }


def _turning(one: TurningAnswer) -> dict[str, Any]:
    return {
        "day": one.day.isoformat(),
        "subject": one.subject._asdict(),
        "decision": one.decision,
        "before": answers_told(one.before.answers),
        **step_told(one.after),
    }


def _planned(one: PlannedAhead) -> dict[str, Any]:
    return {
        "day": one.day.isoformat(),
        "subject": one.subject._asdict(),
        "decision": one.decision,
        **answers_told(one.answers),
    }


def _duty(one: DutyAhead) -> dict[str, Any]:
    duty = one.duty
    return {
        "day": None if one.day is None else one.day.isoformat(),
        "subject": one.subject._asdict(),
        "rule": duty.rule,
        "status": duty.status,
        "bearer": duty.bearer,
        "modal": duty.modal,
        "act": duty.act,
        "deadline": {"kind": duty.deadline_kind, "date": duty.deadline},
        "cites": list(duty.cites),
    }
