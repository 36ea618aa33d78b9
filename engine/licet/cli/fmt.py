"""`licet fmt`: policies in their canonical layout."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

import click

from licet.diagnostics import Source
from licet.loading.policy_layout import formatted, laid_out
from licet.syntax.format_expressions import Style
from licet.syntax.from_text import parse


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, allow_dash=True), metavar="[PATH]...")
@click.option("--check", "check_only", is_flag=True, help="Write nothing; exit code 1 if a file would change.")
@click.option("--diff", is_flag=True, help="Write nothing; print what would change.")
@click.option("--style", type=click.Choice(["words", "symbols"]), default="words", help="`is at least` or `>=`.")
@click.option("--quiet", is_flag=True, help="Say nothing about files.")
@click.pass_context
def fmt(ctx: click.Context, paths: tuple[Path, ...], check_only: bool, diff: bool, style: Style, quiet: bool) -> None:
    """Lay out policies in the one canonical way; comments stay. `-` reads stdin and prints.

    Example: licet fmt --check my-policies/
    """
    if [str(p) for p in paths] == ["-"]:
        click.echo(formatted(parse(Source("<stdin>", sys.stdin.read())), style), nl=False)
        return
    changed = 0
    for one in laid_out(paths or (Path(),), style):
        if one.after == one.before:
            continue
        file, before, after = one.file, one.before, one.after
        changed += 1
        if diff:
            lines = difflib.unified_diff(before.splitlines(), after.splitlines(), str(file), str(file), lineterm="")
            click.echo("\n".join(lines))
        elif not check_only:
            file.write_text(after, encoding="utf-8")
        if not quiet:
            click.echo(f"{'would change' if check_only or diff else 'formatted'}: {file}", err=True)
    ctx.exit(1 if changed and (check_only or diff) else 0)
