"""`licet law`: what rests on a provision."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from licet.cli.asked import CommandLine
from licet.cli.options import Location, deciding_options, load_facts
from licet.cli.screen import text_width
from licet.decide.asked_for import check_jurisdictions
from licet.decide.authority_index import asked_provision, near, resting_on, with_cases
from licet.decide.from_outcome import decidable
from licet.errors import UsageError
from licet.loading.policy_files import load_policy
from licet.report import authority_index

_WIDE = 100  # columns


@click.command()
@click.argument("provision")
@click.option(
    "--facts",
    type=Location(),
    metavar="FACTS",
    help="An inventory: whom of it the rules concern, and which answers they leave open.",
)
@click.option("--tests", is_flag=True, help="Run the tests of the policies, and say in how many each rule holds.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="How to print it.")
@deciding_options
def law(
    provision: str,
    facts: Path | None,
    tests: bool,
    format_: str,
    policies: tuple[Path, ...],
    as_of: date | None,
    jurisdictions: tuple[str, ...],
    engine_name: str,
) -> None:
    """What rests on PROVISION: rules and gaps that cite it, what they read, what excepts them, and whom they concern.

    Example: licet law "742.6(a)(13)" --facts fixtures/frontier
    """
    if facts is None and (as_of is not None or jurisdictions):
        raise UsageError("`--as-of` and `--jurisdiction` are about cases: name an inventory with `--facts`")
    policy = load_policy(policies)
    asked = asked_provision(policy, provision)
    if asked is None:
        close = near(policy, provision)
        help_ = (
            f"did you mean {' or '.join(f'`{name}`' for name in close)}?"
            if close
            else ("`licet check --coverage-of-law` lists what is declared")
        )
        raise UsageError(f"nothing here cites or declares `{provision}`; {help_}")
    found = resting_on(policy, asked, tested=tests)
    if facts is not None:
        check_jurisdictions(policy, jurisdictions)
        line, inventory = CommandLine(facts, policies, as_of, jurisdictions, engine_name), load_facts(policy, facts)
        found = with_cases(found, line.decide(policy, inventory, tuple(decidable(policy, inventory))))
    if format_ == "json":
        click.echo(authority_index.render_json(found), nl=False)
    else:
        click.echo(authority_index.render(found, width=text_width(_WIDE)), nl=False)
