"""`licet read`: a rule in English."""

from __future__ import annotations

import textwrap
from pathlib import Path

import click

from licet.cli.options import policy_option
from licet.errors import UsageError
from licet.explain.read import check_sentence, parameter_lines, sentence
from licet.facts.policy_files import load_policy
from licet.names import printable
from licet.suggest import did_you_mean


@click.command()
@click.argument("rule")
@policy_option
def read(rule: str, policies: tuple[Path, ...]) -> None:
    """Read RULE, a check or a parameter aloud: title, subject, citations, dates, condition and conclusion in English.

    Example: licet read weights_licence
    """
    policy = load_policy(policies)
    found = [
        r
        for r in policy.rules.values()
        if rule in (r.id, r.group) or r.id.endswith(f".{rule}") or r.group.endswith(f".{rule}")
    ]
    checks = [check for check in policy.checks.values() if rule in (check.name, check.id)]
    parameters = [policy.parameters[rule]] if rule in policy.parameters else []
    if not found and not checks and not parameters:
        help_ = did_you_mean(rule, (*(r.name for r in policy.rules.values()), *policy.checks, *policy.parameters))
        raise UsageError(f"there is no rule `{rule}`" + (f"; {help_}" if help_ else ""))
    for parameter in parameters:
        click.echo("\n".join(printable(line.rstrip()) for line in parameter_lines(parameter)))
        click.echo()
    for said in (*(sentence(policy, r) for r in found), *(check_sentence(policy, check) for check in checks)):
        click.echo(textwrap.fill(printable(said), 80, break_on_hyphens=False, break_long_words=False))
        click.echo()
