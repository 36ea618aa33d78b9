"""Decisions as data: `licet/decision/1`, one document for each subject."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from licet.decide.decision import NOTICE, Answer, Decision, Duty, Finding, Missing, RuleLine, ScoreResult
from licet.report.escapes import for_json
from licet.values import Number, simplest

SCHEMA = "licet/decision/1"


def render(decisions: Iterable[Decision]) -> str:
    """A JSON array."""
    return for_json([document(d) for d in decisions], indent=2) + "\n"


def render_lines(decisions: Iterable[Decision]) -> str:
    """One document a line."""
    return "".join(for_json(document(d)) + "\n" for d in decisions)


def document(decision: Decision) -> dict[str, Any]:
    """The JSON document of one decision, as the schema `decision-1.json` describes it."""
    return {
        "schema": SCHEMA,
        "subject": decision.subject._asdict(),
        "as_of": decision.as_of.isoformat() if decision.as_of else None,
        "policy": {"name": decision.policy_name, "fingerprint": decision.policy_fingerprint},
        "facts": {"fingerprint": decision.facts_fingerprint},
        "engine": decision.engine,
        "decisions": [_answer(a) for a in decision.answers],
        "overall": {o.decision: {"must": o.must, "may": o.may, "from": list(o.source)} for o in decision.overall},
        "scores": {s.score: _score(s) for s in decision.scores},
        "obligations": [obligation(d) for d in decision.obligations],
        "missing": [_missing(m) for m in decision.missing],
        "not_encoded": [
            {
                "gap": g.gap,
                "title": g.title,
                "cites": list(g.cites),
                "may_be": list(g.may_be),
                "trigger": g.trigger,
                "names": list(g.names),
            }
            for g in decision.not_encoded
        ],
        "conflicts": [
            {
                "of": c.of._asdict(),
                "term": c.term,
                "values": list(c.values),
                "rules": list(c.rules),
            }
            for c in decision.conflicts
        ],
        "contradictions": [_finding(found) for found in decision.contradictions],
        "doubts": [{**_finding(found), "accepted": found.accepted or None} for found in decision.doubts],
        "assumptions": list(decision.assumptions),
        "unverified": list(decision.unverified),
        "as_read": {authority: day.isoformat() for authority, day in decision.as_read.items()},
        "notice": NOTICE,
    }


def _finding(found: Finding) -> dict[str, Any]:
    return {"check": found.check, "of": found.of._asdict(), "because": found.because}


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "decision": answer.decision,
        "jurisdiction": answer.jurisdiction,
        "must": answer.must,
        "may": answer.may,
        "determined": answer.determined,
        "details": list(answer.details),
        "possible_details": list(answer.possible_details),
        "enforced": answer.enforced,
        "enforced_range": list(answer.enforced_range),
        "rules": [_rule(line) for line in answer.rules],
    }


def _rule(line: RuleLine) -> dict[str, Any]:
    found: dict[str, Any] = {"id": line.id, "status": line.status, "cites": list(line.cites)}
    if line.stopped_at:
        found["stopped_at"] = list(line.stopped_at)
    if line.defeated_by:
        found["defeated_by"] = list(line.defeated_by)
    if line.would_hold is not None:
        found["would_hold"] = line.would_hold
    if line.certainty:
        found["source"] = line.certainty
    return found


def _score(score: ScoreResult) -> dict[str, Any]:
    return {
        "low": number(score.low),
        "high": number(score.high),
        "bands": list(score.bands),
        **({} if score.told else {"told": False}),
        "factors": [
            {
                "rule": f.rule,
                "because": f.because,
                "low": number(f.low),
                "high": number(f.high),
                "known": f.known,
                "cites": list(f.cites),
            }
            for f in score.factors
        ],
    }


def number(value: Number) -> int | float | str:
    """Whole numbers as they are; others as text, which no reader rounds."""
    value = simplest(value)
    return str(value) if isinstance(value, Fraction) else value


def obligation(duty: Duty) -> dict[str, Any]:
    """An act that somebody owes, or may owe."""
    return {
        "rule": duty.rule,
        "status": duty.status,
        "bearer": duty.bearer,
        "modal": duty.modal,
        "act": duty.act,
        "deadline": {"kind": duty.deadline_kind, "date": duty.deadline} if duty.deadline else None,
        "cites": list(duty.cites),
    }


def _missing(missing: Missing) -> dict[str, Any]:
    found: dict[str, Any] = {
        "kind": missing.kind,
        "fact": missing.fact,
        "of": {"type": missing.of[0], "id": missing.of[1]},
        "decides": list(missing.decides),
        "answers": [{"decision": name, "jurisdiction": place} for name, place in missing.answers],
    }
    if missing.law is not None:
        since = missing.law.since
        found |= {"cites": list(missing.law.cites), "note": missing.law.note, "since": since and since.isoformat()}
    if missing.state:
        found["state"] = missing.state
    if missing.ask:
        found["ask"] = missing.ask
    return found
