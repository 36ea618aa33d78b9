"""`licet fmt`: policies in their canonical layout."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

import click

from licet.diagnostics import Findings, Source
from licet.errors import PolicyError
from licet.facts.policy_files import parse_file, policy_files
from licet.syntax.format import format_policy
from licet.syntax.format_expressions import Style
from licet.syntax.from_text import Parsed, parse


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
        click.echo(_formatted(parse(Source("<stdin>", sys.stdin.read())), style), nl=False)
        return
    changed = 0
    for file in policy_files(paths or (Path(),)):
        if file.suffix == ".md":
            continue  # prose around the blocks is the author's own
        findings = Findings()
        parsed = parse_file(file, findings)
        if parsed is None:
            raise PolicyError(findings.sorted())
        before, after = parsed.source.text, _formatted(parsed, style)
        if after == before:
            continue
        changed += 1
        if diff:
            lines = difflib.unified_diff(before.splitlines(), after.splitlines(), str(file), str(file), lineterm="")
            click.echo("\n".join(lines))
        elif not check_only:
            file.write_text(after, encoding="utf-8")
        if not quiet:
            click.echo(f"{'would change' if check_only or diff else 'formatted'}: {file}", err=True)
    ctx.exit(1 if changed and (check_only or diff) else 0)


def _formatted(parsed: Parsed, style: Style) -> str:
    if parsed.diagnostics:
        raise PolicyError(parsed.diagnostics)
    return format_policy(parsed, style)
