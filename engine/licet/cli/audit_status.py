"""`licet audit-status`: whether each model has a current audit, and the record that decided."""

from __future__ import annotations

import click

from licet.cli.asked import CommandLine
from licet.cli.record_lists import WIDE, listing
from licet.cli.screen import text_width
from licet.cli.subjects import find_subject
from licet.decide.decision import NOTICE
from licet.errors import UsageError
from licet.release import audit_records
from licet.report.escapes import for_json


@listing("audit-status", of="MODEL")
def audit_status(asked: CommandLine, only: str | None, format_: str) -> None:
    """The audit status of MODEL, or of every model of the inventory FACTS.

    Example: licet audit-status fixtures/frontier claude-fable-5
    """
    policy, inventory = asked.load()
    entity = audit_records.audited(policy)
    wanted = [find_subject(policy, inventory, only, entity)] if only else list(inventory.subjects(entity))
    if not wanted:
        raise UsageError(f"there is no {entity} in the inventory")
    decisions = asked.decide(policy, inventory, wanted)
    if format_ == "json":
        click.echo(for_json([audit_records.document(d, inventory) for d in decisions], indent=2))
        return
    width = text_width(WIDE)
    click.echo("".join(audit_records.text(d, inventory, width) for d in decisions) + NOTICE)
