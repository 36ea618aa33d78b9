"""The audit status of a model, and the records that decided it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from licet.decide.decision import Decision
from licet.errors import UsageError
from licet.facts.store import Facts, Record
from licet.ir import policy as ir
from licet.ir.strata import Name, Strata
from licet.release import recorded
from licet.values import Truth

STATUS, AUDIT, STANDING = "audit_status", "Audit", "standing"
_NO_RECORD = "no audit record found"


def audited(policy: ir.Policy) -> str:
    """The entity that has an audit status. Errors: `UsageError` where these policies know of none."""
    if STATUS not in policy.decisions:
        raise UsageError(
            f"an audit status is decided by records of `{AUDIT}`: the vocabulary of these policies has no "
            f"decision `{STATUS}`"
        )
    return policy.decisions[STATUS].entity


def text(decision: Decision, facts: Facts, width: int) -> str:
    """For a screen of a width: the status, the audits and the rules that decided."""
    return recorded.on_screen(_lines(decision, facts), width)


def _lines(decision: Decision, facts: Facts) -> Iterator[str]:
    fields = decision.settled.policy.entities[AUDIT].fields
    yield f"{decision.subject.id}: {recorded.answer_words(decision, STATUS)} as of {decision.as_of}"
    records = _records(facts, decision)
    if not records:
        yield f"  {_NO_RECORD}"
    for id_, record, standing in records:
        kind, result, on, until = (
            recorded.shown(record, fields, name) for name in ("kind", "result", "performed_on", "valid_until")
        )
        independent = {True: "independent", False: "not independent"}.get(
            record.get("independent"),  # type: ignore[call-overload]
            "independence unknown",
        )
        yield f"  {id_}: {kind} {result} on {on},"
        yield f"      valid until {until}, {independent}{_marks(decision, record, standing)}"
    if rules := recorded.rules(decision, STATUS):
        yield f"  decided by: {', '.join(rules)}"
    yield from (f"  missing: {m.fact} of {m.of[0]} {m.of[1]}" for m in decision.missing if STATUS in m.decides)


def document(decision: Decision, facts: Facts) -> dict[str, Any]:
    """The same for a program."""
    records = _records(facts, decision)
    return {
        "model": decision.subject.id,
        "as_of": str(decision.as_of),
        **recorded.answer(decision, STATUS),
        "rules": recorded.rules(decision, STATUS),
        "records": [
            {
                "id": id_,
                **{name: recorded.plain(fact) for name, fact in record.facts.items()},
                "stands": {Truth.T: "yes", Truth.U: "unknown", Truth.F: "no"}[standing],
            }
            for id_, record, standing in records
        ],
        "note": None if records else _NO_RECORD,
    }


def _records(facts: Facts, decision: Decision) -> list[tuple[str, Record, Truth]]:
    """The audits of the model, and whether each stands: the one that decides first."""
    found = recorded.saying(facts, AUDIT, "model", decision.subject.id)
    return sorted(((i, r, _stands(decision, i)) for i, r in found.items()), key=_place)


def _place(found: tuple[str, Record, Truth]) -> tuple[bool, bool, str, str]:
    """What stands before what does not, what failed before what was passed, and what ends sooner before the rest."""
    id_, record, standing = found
    return standing is Truth.F, record.get("result") != "failed", str(record.get("valid_until")), id_


def _marks(decision: Decision, record: Record, standing: Truth) -> str:
    on, day = record.get("performed_on"), decision.as_of
    if standing is Truth.F and isinstance(on, date) and isinstance(day, date) and on > day:
        return ", not performed by then"
    return {Truth.T: "", Truth.U: ", superseded perhaps", Truth.F: ", superseded"}[standing]


def _stands(decision: Decision, audit: str) -> Truth:
    """Whether no later record takes the place of an audit; where these policies do not say, it stands."""
    settled = decision.settled
    if Name("term", AUDIT, STANDING, "") not in Strata.of(settled.policy).concluders:
        return Truth.T
    return settled.term(AUDIT, STANDING, None, audit).members.get(True, Truth.F)
