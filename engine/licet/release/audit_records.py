"""The audit status of a model, and the records that decided it."""

from __future__ import annotations

from datetime import date
from typing import Any

from licet.decide.decision import Decision
from licet.errors import UsageError
from licet.facts.store import Facts, Record
from licet.ir import policy as ir
from licet.ir.strata import Name, Strata
from licet.report.wrapped import hanging
from licet.values import State, Truth

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


def check_decided(decisions: tuple[Decision, ...], jurisdictions: tuple[str, ...]) -> None:
    """Errors: `UsageError` where the jurisdictions that are asked have no rule of it."""
    if not all(any(o.decision == STATUS for o in d.overall) for d in decisions):
        raise UsageError(f"no rule of {', '.join(jurisdictions)} decides `{STATUS}`")


def text(decision: Decision, facts: Facts, width: int) -> str:
    """For a screen of a width: the status, the audits and the rules that decided."""
    must, may = _status(decision)
    status = must if must == may else f"{must} to {may}"
    lines = [f"{decision.subject.id}: {status} as of {decision.as_of}"]
    records = _records(facts, decision)
    if not records:
        lines.append(f"  {_NO_RECORD}")
    for id_, record, standing in records:
        independent = {True: "independent", False: "not independent"}.get(
            record.get("independent"),  # type: ignore[call-overload]
            "independence unknown",
        )
        lines.append(
            f"  {id_}: {_said(record.get('kind'))} {_said(record.get('result'))} "
            f"on {_said(record.get('performed_on'))},"
        )
        lines.append(
            f"      valid until {_said(record.get('valid_until'))}, {independent}{_marks(decision, record, standing)}"
        )
    if rules := _rules(decision):
        lines.append(f"  decided by: {', '.join(rules)}")
    lines += [f"  missing: {m.fact} of {m.of[0]} {m.of[1]}" for m in decision.missing if STATUS in m.decides]
    return "".join(f"{part}\n" for line in lines for part in hanging(line, width))


def document(decision: Decision, facts: Facts) -> dict[str, Any]:
    """The same for a program."""
    must, may = _status(decision)
    records = _records(facts, decision)
    return {
        "model": decision.subject.id,
        "as_of": str(decision.as_of),
        "must": must,
        "may": may,
        "rules": _rules(decision),
        "records": [
            {
                "id": id_,
                **{name: _said(fact) for name, fact in record.facts.items()},
                "stands": {Truth.T: "yes", Truth.U: "unknown", Truth.F: "no"}[standing],
            }
            for id_, record, standing in records
        ],
        "note": None if records else _NO_RECORD,
    }


def _records(facts: Facts, decision: Decision) -> list[tuple[str, Record, Truth]]:
    """The audits of the model, and whether each stands: the one that decides first."""
    found = [(i, r) for i, r in facts.entities.get(AUDIT, {}).items() if r.get("model") == decision.subject.id]
    return sorted(((i, r, _stands(decision, i)) for i, r in found), key=_place)


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


def _said(fact: object) -> str:
    if isinstance(fact, bool):
        return "yes" if fact else "no"
    if isinstance(fact, State):
        return "unknown" if fact is State.ABSENT else fact.value
    return str(fact)


def _status(decision: Decision) -> tuple[str, str]:
    overall = next(o for o in decision.overall if o.decision == STATUS)
    return overall.must, overall.may


def _rules(decision: Decision) -> list[str]:
    return [
        f"{line.id.rsplit('.', 1)[-1]} {line.status}"
        for answer in decision.answers
        if answer.decision == STATUS
        for line in answer.rules
        if line.status in ("holds", "unknown")
    ]
