"""`licet rule`: the page of a diagnostic."""

from __future__ import annotations

import click

from licet.check.pages import PAGES, page
from licet.errors import UsageError
from licet.suggest import did_you_mean


@click.command()
@click.argument("code", required=False)
def rule(code: str | None) -> None:
    """Print the page of a diagnostic CODE: what it means, what to avoid, what to prefer, why.

    Example: licet rule E020
    """
    if code is None:
        for known, title in PAGES.items():
            click.echo(f"{known}  {title}")
        return
    found = page(code.upper())
    if found is None:
        help_ = did_you_mean(code.upper(), PAGES)
        raise UsageError(f"there is no diagnostic `{code}`" + (f"; {help_}" if help_ else ""))
    click.echo(found)
