"""`licet roster`: who may touch what, how releases to them are decided, and what is due."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import click

from licet.cli.asked import CommandLine
from licet.cli.options import deciding_options
from licet.cli.outputs import text_width
from licet.cli.subjects import find_subject
from licet.decide.decision import NOTICE
from licet.release import roster as rows

_WIDE = 100  # columns


@click.command(name="roster")
@click.argument("facts", type=click.Path(path_type=Path), metavar="FACTS")
@click.argument("person", required=False)
@deciding_options
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="How to print it.")
def roster(
    facts: Path,
    person: str | None,
    policies: tuple[Path, ...],
    as_of: date | None,
    jurisdictions: tuple[str, ...],
    engine_name: str,
    format_: str,
) -> None:
    """Who has access to what in the inventory FACTS, or what PERSON has: why, whether a release is on record and how it
    is decided, and what is due.

    Example: licet roster fixtures/frontier person-05
    """
    asked = CommandLine(facts, policies, as_of, jurisdictions, engine_name)
    policy, inventory = asked.load()
    entity = rows.holder(policy)
    wanted = [find_subject(policy, inventory, person, entity)] if person else list(inventory.subjects(entity))
    decided = {d.subject: d for d in asked.decide(policy, inventory, rows.to_decide(inventory, wanted))}
    persons = [decision for subject, decision in decided.items() if subject.type == entity]
    if format_ == "json":
        found = [rows.document(d, inventory, decided) for d in persons]
        click.echo(json.dumps({"schema": "licet/roster/1", "persons": found, "notice": NOTICE}, indent=2))
        return
    for decision in persons:
        click.echo(rows.text(decision, inventory, decided, text_width(_WIDE)), nl=False)
    if not persons:
        click.echo("no access is on record")
    click.echo(NOTICE)
