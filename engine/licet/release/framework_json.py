"""The coverage of a framework as data: `licet/coverage/1`."""

from __future__ import annotations

from typing import Any

from licet.decide.decision import NOTICE
from licet.ir.canonical import fingerprint
from licet.release.framework_coverage import CoveredItem, FrameworkCoverage, Support
from licet.release.framework_text import NO_CONCLUSION, reviewing
from licet.report.escapes import for_json

SCHEMA = "licet/coverage/1"


def render(found: FrameworkCoverage) -> str:
    """One document."""
    return for_json(document(found), indent=2) + "\n"


def document(found: FrameworkCoverage) -> dict[str, Any]:
    """The whole of it, as the schema `coverage-1.json` describes it."""
    return {
        "schema": SCHEMA,
        "framework": {"title": found.title, "edition": found.edition, "standing": found.standing},
        "as_of": found.as_of.isoformat(),
        "counts": dict(found.counts),
        "items": [_item(item) for item in found.items],
        "strays": [{"evidence": one.evidence, "number": one.number, "hint": one.hint or None} for one in found.strays],
        "policy": {"name": found.policy.name, "fingerprint": fingerprint(found.policy)},
        "facts": {"fingerprint": found.facts.fingerprint},
        "no_conclusion": NO_CONCLUSION,
        "notice": NOTICE,
    }


def _item(item: CoveredItem) -> dict[str, Any]:
    return {
        "id": item.id,
        "number": item.text("number"),
        "part": item.text("part"),
        "subject": item.text("subject"),
        "asks": list(item.names("asks")),
        "bears_on": list(item.names("bears_on")),
        "mark": item.text("mark") or None,
        "would_need": item.text("would_need") or None,
        "remark": item.text("remark") or None,
        "status": item.status,
        "must": item.must,
        "may": item.may,
        "evidence": [_support(one) for one in item.supports],
        "lacking": [{"kind": one.kind, "why": one.why} for one in item.lacking],
        "missing": [
            {"fact": one.fact, "of": {"type": one.of[0], "id": one.of[1]}, "ask": one.ask or None}
            for one in item.missing
        ],
    }


def _support(support: Support) -> dict[str, Any]:
    return {
        "id": support.id,
        "state": support.state,
        "must": support.must,
        "may": support.may,
        "records": [{"type": one.type, "id": one.id, "kind": one.kind or None} for one in support.records],
        "because": list(support.because),
        "passed": [{"field": name, "day": day.isoformat()} for name, day in support.passed],
        "review": reviewing(support),
    }
