"""`licet audit-status`: whether each model has a current audit, and the record that decided."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import click

from licet.cli.options import deciding_options, load, today
from licet.cli.outputs import text_width
from licet.cli.subjects import find_subject
from licet.decide.asked_for import check_jurisdictions
from licet.decide.decision import NOTICE
from licet.decide.from_outcome import decide
from licet.errors import UsageError
from licet.release import audit_records

_WIDE = 100  # columns


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
    entity = audit_records.audited(policy)
    check_jurisdictions(policy, jurisdictions)
    wanted = [find_subject(policy, inventory, model, entity)] if model else list(inventory.subjects(entity))
    if not wanted:
        raise UsageError(f"there is no {entity} in the inventory")
    now = today(policy, inventory, as_of)
    decisions = decide(
        policy, inventory, wanted, as_of=as_of, today=now, engine_name=engine_name, jurisdictions=jurisdictions
    )
    audit_records.check_decided(decisions, jurisdictions)
    if format_ == "json":
        click.echo(json.dumps([audit_records.document(d, inventory) for d in decisions], indent=2))
    else:
        for decision in decisions:
            click.echo(audit_records.text(decision, inventory, text_width(_WIDE)), nl=False)
        click.echo(NOTICE)
