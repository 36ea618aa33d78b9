"""`licet plan`: what would lawfully make the answer for one subject milder."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import get_args

import click

from licet.cli.options import Day, Location, inventory_options, jurisdiction_option, load_for_day, policy_option
from licet.cli.screen import text_width
from licet.cli.subjects import find_subject
from licet.explain.ways import Audience
from licet.explain.ways import plan as plan_for
from licet.report import plan_json, plan_text
from licet.report.escapes import for_json

_WIDE = 140  # columns


@click.command()
@click.argument("facts", type=Location(), metavar="FACTS")
@click.argument("subject")
@policy_option
@click.option("--to", metavar="OUTCOME", help="The gravest outcome that is asked for. Default: the most lenient one.")
@click.option("--decision", metavar="NAME", help="Only this decision, for example licensing.")
@click.option("--as-of", type=Day(), help="The day on which it is planned. Default: the inventory's, else today.")
@jurisdiction_option
@inventory_options
@click.option(
    "--audience",
    type=click.Choice(get_args(Audience)),
    default="applicant",
    help="Who reads it: what each thing that is found out would bring is told to a reviewer alone.",
)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="How to print it.")
def plan(
    facts: Path,
    subject: str,
    policies: tuple[Path, ...],
    to: str | None,
    decision: str | None,
    as_of: date | None,
    jurisdictions: tuple[str, ...],
    audience: str,
    format_: str,
) -> None:
    """What would lawfully bring the answer about SUBJECT (an id, or Type:id) to at most OUTCOME.

    Three things alone: records to obtain from an authority, if it grants them; facts
    to find out, whatever they turn out to be; a day to wait for. It is for what has
    not taken place: what has is refused.

    Example: licet plan fixtures/frontier t-nuclear --jurisdiction US --as-of 2026-09-01
    """
    policy, inventory, day = load_for_day(facts, policies, jurisdictions, as_of)
    found = plan_for(
        policy,
        inventory,
        find_subject(policy, inventory, subject),
        day,
        to=to,
        decision=decision,
        jurisdictions=jurisdictions,
        audience=audience,
    )
    document = plan_json.document(found)
    if format_ == "json":
        click.echo(for_json(document, indent=1))
    else:
        click.echo(plan_text.render(document, width=text_width(_WIDE)), nl=False)
