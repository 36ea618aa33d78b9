"""`licet audit-status`: whether each model has a current audit, and the record that decided."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import click

from licet.cli.options import deciding_options, load, today
from licet.cli.subjects import find_subject
from licet.decide.asked_for import check_jurisdictions
from licet.decide.decision import Decision
from licet.decide.from_outcome import decide
from licet.errors import UsageError
from licet.facts.store import Facts, Record, Subject
from licet.report.escapes import lines_for_terminal
from licet.values import State

DECISION = "audit_status"
NO_RECORD = "no audit record found"


@click.command(name="audit-status")
@click.argument("facts", type=click.Path(path_type=Path), metavar="FACTS")
@click.argument("model", required=False)
@deciding_options
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="How to print it.")
def audit_status(
    facts: Path,
    model: str | None,
    policies: tuple[Path, ...],
    as_of: date | None,
    jurisdictions: tuple[str, ...],
    engine_name: str,
    format_: str,
) -> None:
    """The audit status of MODEL, or of every model of the inventory FACTS.

    Example: licet audit-status fixtures/frontier claude-fable-5
    """
    policy, inventory = load(facts, policies)
    if DECISION not in policy.decisions:
        raise UsageError(f"these policies do not decide `{DECISION}`")
    check_jurisdictions(policy, jurisdictions)
    entity = policy.decisions[DECISION].entity
    wanted = [find_subject(policy, inventory, model, entity)] if model else list(inventory.subjects(entity))
    if not wanted:
        raise UsageError(f"there is no {entity} in the inventory")
    now = today(policy, inventory, as_of)
    decisions = decide(
        policy, inventory, wanted, as_of=as_of, today=now, engine_name=engine_name, jurisdictions=jurisdictions
    )
    if not all(any(o.decision == DECISION for o in d.overall) for d in decisions):
        raise UsageError(f"no rule of {', '.join(jurisdictions)} decides `{DECISION}`")
    if format_ == "json":
        click.echo(json.dumps([_document(d, inventory) for d in decisions], indent=2))
    else:
        for decision in decisions:
            click.echo(lines_for_terminal(_text(decision, inventory)), nl=False)
        click.echo("not legal advice")


def _records(facts: Facts, model: Subject) -> list[tuple[str, Record]]:
    """The model's audits, the latest first."""
    found = [(i, r) for i, r in facts.entities.get("Audit", {}).items() if r.get("model") == model.id]
    return sorted(found, key=lambda pair: str(pair[1].get("performed_on")), reverse=True)


def _said(fact: object) -> str:
    if isinstance(fact, bool):
        return "yes" if fact else "no"
    if isinstance(fact, State):
        return "unknown" if fact is State.ABSENT else fact.value
    return str(fact)


def _status(decision: Decision) -> tuple[str, str]:
    overall = next(o for o in decision.overall if o.decision == DECISION)
    return overall.must, overall.may


def _rules(decision: Decision) -> list[str]:
    return [
        f"{line.id.rsplit('.', 1)[-1]} {line.status}"
        for answer in decision.answers
        if answer.decision == DECISION
        for line in answer.rules
        if line.status in ("holds", "unknown")
    ]


def _text(decision: Decision, facts: Facts) -> str:
    must, may = _status(decision)
    status = must if must == may else f"{must} to {may}"
    lines = [f"{decision.subject.id}: {status} as of {decision.as_of}"]
    records = _records(facts, decision.subject)
    if not records:
        lines.append(f"  {NO_RECORD}")
    for id_, record in records:
        independent = {True: "independent", False: "not independent"}.get(
            record.get("independent"),  # type: ignore[call-overload]
            "independence unknown",
        )
        lines.append(
            f"  {id_}: {_said(record.get('kind'))} {_said(record.get('result'))} "
            f"on {_said(record.get('performed_on'))},"
        )
        lines.append(f"      valid until {_said(record.get('valid_until'))}, {independent}")
    if rules := _rules(decision):
        lines.append(f"  decided by: {', '.join(rules)}")
    lines += [f"  missing: {m.fact} of {m.of[0]} {m.of[1]}" for m in decision.missing if DECISION in m.decides]
    return "\n".join(lines) + "\n"


def _document(decision: Decision, facts: Facts) -> dict[str, Any]:
    must, may = _status(decision)
    records = _records(facts, decision.subject)
    return {
        "model": decision.subject.id,
        "as_of": str(decision.as_of),
        "must": must,
        "may": may,
        "rules": _rules(decision),
        "records": [
            {"id": id_, **{name: _said(fact) for name, fact in record.facts.items()}} for id_, record in records
        ],
        "note": None if records else NO_RECORD,
    }
