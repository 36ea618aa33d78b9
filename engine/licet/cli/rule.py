"""`licet rule`: a rule in English; `licet read` is what it was called before."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path

import click

from licet.check.pages import page
from licet.cli.help_page import codes, hint
from licet.cli.options import policy_option
from licet.errors import UsageError
from licet.explain.read import check_sentence, parameter_lines, sentence
from licet.facts.policy_files import load_policy
from licet.ir.policy import Policy
from licet.names import printable
from licet.suggest import did_you_mean

_WIDE = 80  # columns


@click.command()
@click.argument("rule", required=False)
@policy_option
def rule(rule: str | None, policies: tuple[Path, ...]) -> None:
    """Read RULE, a check or a parameter aloud: title, subject, citations, dates, condition and conclusion in English.

    Example: licet rule weights_licence
    """
    if rule is None:
        hint("licet rule", "licet help")
        click.echo(codes(), nl=False)
        return
    found = page(rule.upper())
    if found is None:
        _read(rule, policies)
        return
    hint(f"licet rule {rule}", f"licet help {rule}")
    click.echo(found)


@click.command(hidden=True)
@click.argument("rule")
@policy_option
def read(rule: str, policies: tuple[Path, ...]) -> None:
    """What `licet rule` was called.

    Example: licet read weights_licence
    """
    hint(f"licet read {rule}", f"licet rule {rule}")
    _read(rule, policies)


def _read(name: str, policies: tuple[Path, ...]) -> None:
    policy = load_policy(policies)
    told = list(_told(policy, name))
    if not told:
        known = (*(r.name for r in policy.rules.values()), *policy.checks, *policy.parameters)
        help_ = did_you_mean(name, known)
        raise UsageError(f"there is no rule `{name}`" + (f"; {help_}" if help_ else ""))
    for text in told:
        click.echo(text + "\n")


def _told(policy: Policy, name: str) -> Iterator[str]:
    """Whatever has the name, or this name in its module: parameters, then rules, then checks."""
    if name in policy.parameters:
        yield "\n".join(printable(line.rstrip()) for line in parameter_lines(policy.parameters[name]))
    for one in policy.rules.values():
        if name in (one.id, one.group) or one.id.endswith(f".{name}") or one.group.endswith(f".{name}"):
            yield _filled(sentence(policy, one))
    for check in policy.checks.values():
        if name in (check.name, check.id):
            yield _filled(check_sentence(policy, check))


def _filled(text: str) -> str:
    return textwrap.fill(printable(text), _WIDE, break_on_hyphens=False, break_long_words=False)
