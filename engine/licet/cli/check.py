"""`licet check`: findings in policies, or in an inventory."""

from __future__ import annotations

from collections.abc import Sized
from pathlib import Path

import click

from licet.facts.inventory import check_facts
from licet.facts.policy_files import check_files, load_policy
from licet.report.diagnostics import FORMATS
from licet.report.diagnostics_full import summary


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option("--facts", type=click.Path(path_type=Path), metavar="FACTS", help="Check an inventory, without deciding.")
@click.option("--format", "format_", type=click.Choice(list(FORMATS)), default="full", help="How findings are printed.")
@click.option("--quiet", is_flag=True, help="Print findings only.")
@click.pass_context
def check(ctx: click.Context, paths: tuple[Path, ...], facts: Path | None, format_: str, quiet: bool) -> None:
    """Check policies: syntax, names, types, units, dates, defeat and strata.

    Without a PATH the shipped library is checked. Exit code 1 if there are errors.

    Example: licet check my-policies/ --format concise
    """
    if facts is None:
        checked = check_files(paths)
        found = checked.diagnostics
        what = f"{_count(checked.policy.rules, 'rule')} in {_count(checked.policy.modules, 'module')}"
    else:
        policy = load_policy(paths)
        read, found = check_facts(facts, policy)
        records = sum(map(len, read.entities.values())) + sum(map(len, read.relations.values()))
        what = f"{records} record" + ("" if records == 1 else "s")
    if found or format_ == "json":
        click.echo(FORMATS[format_](found), nl=False)
    if not quiet:
        click.echo(f"{what}: {summary(found)}", err=True)
    ctx.exit(1 if any(d.severity == "error" for d in found) else 0)


def _count(things: Sized, word: str) -> str:
    return f"{len(things)} {word}" + ("" if len(things) == 1 else "s")
