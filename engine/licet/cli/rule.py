"""`licet rule`: a rule in English; `licet read` is what it was called before."""

from __future__ import annotations

from pathlib import Path

import click

from licet.check.pages import page
from licet.cli.help_page import codes, hint
from licet.cli.options import policy_option
from licet.cli.screen import text_width
from licet.explain.read import read_aloud
from licet.loading.policy_files import load_policy
from licet.names import printable
from licet.report.wrapped import wrapped

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
    for text in read_aloud(load_policy(policies), name):
        lines = text.split("\n") if "\n" in text else wrapped(text, text_width(_WIDE))
        click.echo("\n".join(printable(line.rstrip()) for line in lines) + "\n")
