"""`licet help`: the page of a diagnostic, or the help of a command."""

from __future__ import annotations

import click

from licet.check.pages import PAGES, page
from licet.errors import UsageError
from licet.suggest import did_you_mean


@click.command(name="help")
@click.argument("code", required=False)
@click.pass_context
def help_(ctx: click.Context, code: str | None) -> None:
    """Print the page of a diagnostic CODE: what it means, what to avoid, what to prefer, why.

    Without a CODE all are listed; the name of a command prints its help.

    Example: licet help E020
    """
    if code is None:
        click.echo(codes(), nl=False)
        return
    group = ctx.find_root().command
    assert isinstance(group, click.Group)
    command = group.get_command(ctx, code)
    found = page(code.upper())
    if found is not None:
        click.echo(found)
    elif command is not None:
        with click.Context(command, info_name=code, parent=ctx.parent, **group.context_settings) as own:
            click.echo(command.get_help(own))
    else:
        near = did_you_mean(code.upper(), PAGES) or did_you_mean(code, group.list_commands(ctx))
        said = f"there is no diagnostic and no command `{code}`" + (f"; {near}" if near else "")
        raise UsageError(f"{said}; `licet rule {code}` reads a rule")


def codes() -> str:
    """Every diagnostic with its title, a line each."""
    return "".join(f"{code}  {title}\n" for code, title in PAGES.items())


def hint(old: str, new: str) -> None:
    """Says on stderr what a command is called now."""
    click.echo(f"hint: `{old}` is called `{new}` now", err=True)
