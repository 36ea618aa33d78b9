"""What a run over an inventory comes to, as data for whoever started it: `licet/summary/1`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from typing import Any

from licet.decide.decision import NOTICE
from licet.decide.grounds.laws import DEFAULT, GAP, LIST, PARAMETER, RULE
from licet.decide.table.counts import Tally, most
from licet.ir import policy as ir
from licet.ir.canonical import fingerprint
from licet.report.escapes import for_json

SCHEMA = "licet/summary/1"
_LAW = (RULE, LIST, PARAMETER, GAP, DEFAULT)
_STATUSES = ("holds", "unknown")


@dataclass(frozen=True, slots=True)
class RunNotes:
    """What a run was asked, and what it left out. `as_of` is the day that was named for all; `day` that of subjects
    without any of their own.
    """

    facts_fingerprint: str
    engine: str
    as_of: date | None
    day: date | None
    jurisdictions: tuple[str, ...]
    rejected: int
    seconds: float


def render(policy: ir.Policy, tally: Tally, notes: RunNotes) -> str:
    """The document as a text of JSON."""
    return for_json(document(policy, tally, notes), indent=2) + "\n"


def document(policy: ir.Policy, tally: Tally, notes: RunNotes) -> dict[str, Any]:
    """As the schema `summary-1.json` describes it: answers from the gravest on, all else the most frequent first."""
    decided = sum(tally.rows.values())
    return {
        "schema": SCHEMA,
        "licet": version("licet"),
        "engine": notes.engine,
        "policy": {"name": policy.name, "fingerprint": fingerprint(policy)},
        "facts": {"fingerprint": notes.facts_fingerprint},
        "as_of": notes.as_of and notes.as_of.isoformat(),
        "day": notes.day and notes.day.isoformat(),
        "jurisdictions": list(notes.jurisdictions),
        "seconds": round(notes.seconds, 3),
        "rows": {
            "read": decided + notes.rejected,
            "decided": decided,
            "rejected": notes.rejected,
            "by_type": dict(tally.rows),
        },
        "decisions": list(_decisions(policy, tally)),
        "missing": [
            {"type": type_, "fact": fact, "rows": n} for (type_, fact), n in _ranked(tally.missing) if not _law(type_)
        ],
        "law": [
            {"type": kind, "name": name, "fact": fact, "rows": n}
            for (type_, fact), n in _ranked(tally.missing)
            for kind, name in _law(type_)
        ],
        "conflicts": [
            {"type": type_, "term": term, "values": values, "rules": rules, "rows": n}
            for (type_, term, values, rules), n in _ranked(tally.conflicts)
        ],
        **{kind: _named(tally, kind) for kind in ("contradictions", "doubts")},
        **{
            kind: [{"name": name, "rows": n} for (found, name), n in _ranked(tally.rests) if found == kind]
            for kind in ("assumptions", "unverified")
        },
        "rules": [
            {"rule": rule, **{status: tally.rules.get((rule, status), 0) for status in _STATUSES}}
            for rule in sorted({rule for rule, _ in tally.rules})
        ],
        "notice": NOTICE,
    }


def _decisions(policy: ir.Policy, tally: Tally) -> Iterator[dict[str, Any]]:
    for decision in policy.decisions.values():
        rank = decision.outcomes.index
        rows = [(must, may, n) for (name, must, may), n in tally.outcomes.items() if name == decision.name]
        rows.sort(key=lambda row: (-rank(row[1]), -rank(row[0])))
        if rows:
            yield {
                "decision": decision.name,
                "of": decision.entity,
                "rows": sum(n for _, _, n in rows),
                "open": sum(n for must, may, n in rows if must != may),
                "outcomes": [{"must": must, "may": may, "rows": n} for must, may, n in rows],
            }


def _named(tally: Tally, kind: str) -> list[dict[str, Any]]:
    return [{"check": name, "rows": n} for (found, name), n in _ranked(tally.checks) if found == kind]


def _law(type_: str) -> list[tuple[str, str]]:
    """The kind and the name of law; empty for an entity or a relation, whose names have no spaces."""
    kind, _, name = type_.partition(" ")
    return [(kind, name)] if name and kind in _LAW else []


def _ranked(counter: Mapping[Any, int]) -> list[tuple[Any, int]]:
    return most(counter, len(counter))
