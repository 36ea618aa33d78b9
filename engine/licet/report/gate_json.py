"""The verdict of a gate as data: `licet/gate/1`."""

from __future__ import annotations

from typing import Any

from licet.decide.action_gate import ActionVerdict, Obstacle
from licet.decide.decision import NOTICE
from licet.facts.store import Facts
from licet.ir.canonical import fingerprint
from licet.ir.policy import Policy
from licet.report.escapes import for_json

SCHEMA = "licet/gate/1"


def render(policy: Policy, facts: Facts, found: ActionVerdict) -> str:
    """One document."""
    return for_json(document(policy, facts, found), indent=2) + "\n"


def document(policy: Policy, facts: Facts, found: ActionVerdict) -> dict[str, Any]:
    """The whole of it, as the schema `gate-1.json` describes it: every reason, also of what decided nothing here."""
    return {
        "schema": SCHEMA,
        "verdict": found.word,
        "of": found.thing._asdict(),
        "action": found.action,
        "as_of": found.as_of.isoformat(),
        "allowed": dict(found.allowed),
        "jurisdictions": list(found.places),
        "subjects": [subject._asdict() for subject in found.subjects],
        "obstacles": [_obstacle(one) for one in found.obstacles],
        "policy": {"name": policy.name, "fingerprint": fingerprint(policy)},
        "facts": {"fingerprint": facts.fingerprint},
        "notice": NOTICE,
    }


def _obstacle(obstacle: Obstacle) -> dict[str, Any]:
    answer = obstacle.answer
    return {
        "verdict": obstacle.word,
        "subject": None if obstacle.subject is None else obstacle.subject._asdict(),
        "answer": None
        if answer is None
        else {
            "decision": answer.decision,
            "jurisdiction": answer.jurisdiction,
            "must": answer.must,
            "may": answer.may,
            "enforced": list(answer.enforced_range),
        },
        "reasons": [{"text": text, "cites": list(cites)} for text, cites in obstacle.texts],
    }
