"""`licet gate`: whether an action about a thing needs anything, in one line and an exit code."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from licet.cli.options import Day, Location, inventory_options, jurisdiction_option, load_for_day, policy_option
from licet.cli.subjects import find_thing
from licet.decide.action_gate import verdict_on
from licet.report import gate_json, gate_text

_EXIT = {"passed": 0, "needed": 1, "open": 3}


@click.command()
@click.argument("facts", type=Location(), metavar="FACTS")
@click.option("--model", "--of", "of", required=True, metavar="ID", help="What it is done with: an id, or Type:id.")
@click.option(
    "--action",
    required=True,
    metavar="NAME",
    help="What is done: a term that the policies conclude; those of the library are publish, deploy and transfer.",
)
@click.option(
    "--allow",
    multiple=True,
    metavar="OUTCOME",
    help="The gravest outcome that passes; once for each decision. Default: the most lenient one.",
)
@click.option(
    "--decision",
    "decisions",
    multiple=True,
    metavar="NAME",
    help="Only this decision, also one about the model itself; may be repeated. Default: all about the action.",
)
@click.option("--as-of", type=Day(), help="The first day on which it may happen. Default: the inventory's, else today.")
@click.option("--format", "format_", type=click.Choice(("text", "json")), default="text", help="Default: text.")
@jurisdiction_option
@policy_option
@inventory_options
@click.pass_context
def gate(
    ctx: click.Context,
    facts: Path,
    of: str,
    action: str,
    allow: tuple[str, ...],
    decisions: tuple[str, ...],
    as_of: date | None,
    format_: str,
    jurisdictions: tuple[str, ...],
    policies: tuple[Path, ...],
) -> None:
    """Whether an action with a model of the inventory FACTS needs anything, for a pipeline.

    Every recorded transfer that is the action, or may be, is decided, on no day before
    the day of the gate. Exit code 0 if each answer is certain and at most what is
    allowed; 1 if one is more; 3 if that is not known, or nothing is recorded; 2 for
    usage and for facts or policies that cannot be read.

    Example: licet gate fixtures/frontier --model demo-small --action transfer --jurisdiction US
    """
    policy, inventory, day = load_for_day(facts, policies, jurisdictions, as_of)
    found = verdict_on(
        policy,
        inventory,
        find_thing(policy, inventory, of),
        action,
        day,
        allow=allow,
        decisions=decisions,
        jurisdictions=jurisdictions,
    )
    text = gate_json.render(policy, inventory, found) if format_ == "json" else gate_text.render(found)
    click.echo(text, nl=False)
    ctx.exit(_EXIT[found.word])
