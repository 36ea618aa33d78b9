"""`licet licences`: what licences that are held still carry, shipment by shipment, and what their conditions ask."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import click

from licet.cli.asked import CommandLine
from licet.cli.options import day_for_undated, deciding_options
from licet.cli.outputs import text_width
from licet.cli.subjects import find_subject
from licet.decide.decision import NOTICE
from licet.release import licences as held

_WIDE = 100  # columns


@click.command(name="licences")
@click.argument("facts", type=click.Path(path_type=Path), metavar="FACTS")
@click.argument("licence", required=False)
@deciding_options
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="How to print it.")
def licences(
    facts: Path,
    licence: str | None,
    policies: tuple[Path, ...],
    as_of: date | None,
    jurisdictions: tuple[str, ...],
    engine_name: str,
    format_: str,
) -> None:
    """What the licences of the inventory FACTS, or LICENCE, still carry: units and value that are left, shipments by
    day, those that race for one balance, and conditions to be told or acknowledged.

    Example: licet licences fixtures/frontier licence-06
    """
    asked = CommandLine(facts, policies, as_of, jurisdictions, engine_name)
    policy, inventory = asked.load()
    held.check_policy(policy)
    wanted = (
        [find_subject(policy, inventory, licence, types=[held.LICENCE])]
        if licence
        else list(inventory.subjects(held.LICENCE))
    )
    day = as_of or inventory.as_of or day_for_undated(policy, (), as_of)
    decided = {d.subject: d for d in asked.decide(policy, inventory, held.to_decide(inventory, wanted))}
    found = [held.document(policy, inventory, one, day, decided) for one in sorted(wanted)]
    if format_ == "json":
        click.echo(json.dumps({"schema": "licet/licences/1", "licences": found, "notice": NOTICE}, indent=2))
        return
    click.echo(f"as of {day}")
    for one in found:
        click.echo(held.text(one, text_width(_WIDE)), nl=False)
    if not found:
        click.echo("no licence is on record")
    click.echo(NOTICE)
