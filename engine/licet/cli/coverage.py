"""`licet coverage`: what records show of each item of a framework."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from licet.cli.options import (
    Day,
    Location,
    day_asked,
    engine_option,
    inventory_options,
    load_facts,
    policy_option,
    verbose_option,
)
from licet.cli.outputs import claimed_outputs, deliver
from licet.cli.screen import text_width
from licet.errors import UsageError
from licet.loading.policy_files import load_policy
from licet.release import framework_book, framework_json, framework_page, framework_text
from licet.release import framework_coverage as coverage_of
from licet.report.decisions import BINARY, asked_format
from licet.report.result_file import whole_file

_FORMATS = ("text", "json", "html", "xlsx")
_WIDE = 100  # columns


@click.command()
@click.argument("framework", metavar="FRAMEWORK")
@click.argument("facts", type=Location(), metavar="FACTS")
@click.option(
    "--output", "-o", type=click.Path(path_type=Path), metavar="OUT", help="Write here: .txt, .json, .html or .xlsx."
)
@click.option("--format", "format_", type=click.Choice(_FORMATS), help="Default: by OUT's suffix, else text.")
@click.option("--fail-on", metavar="OUTCOME", help="Exit code 1 if any item may reach this outcome, or a graver one.")
@click.option("--as-of", type=Day(), help="The day that governs. Default: the inventory's, else today.")
@policy_option
@inventory_options
@engine_option
@verbose_option
@click.pass_context
def coverage(
    ctx: click.Context,
    framework: str,
    facts: Path,
    output: Path | None,
    format_: str | None,
    fail_on: str | None,
    as_of: date | None,
    policies: tuple[Path, ...],
    engine_name: str,
) -> None:
    """What the records of the inventory FACTS show of each item of FRAMEWORK.

    FRAMEWORK is one that ships (nist-ai-rmf, nist-ai-600-1, iso-42001, bis-export-compliance,
    eu-ai-act-gpai, eu-gpai-code, us-frontier-states), or a file with a Framework and its Requirement
    records. Each item is covered, partly, out of date, missing, not
    applicable, or undetermined where nobody says that all such records are here.
    That is never a legal conclusion.

    Example: licet coverage nist-ai-rmf fixtures/frontier
    """
    chosen = asked_format(format_, output, _FORMATS)
    if output is None and chosen in BINARY:
        raise UsageError(f"{chosen} is nothing to read on a terminal; name a file with -o")
    items = coverage_of.framework_file(framework)
    with claimed_outputs({} if output is None else {"OUT": output}, [facts, items], policies):
        policy = load_policy(policies)
        coverage_of.check_vocabulary(policy)
        if fail_on is not None and fail_on not in policy.decisions[coverage_of.COVERAGE].outcomes:
            raise UsageError(f"coverage is never `{fail_on}`; known: {', '.join(coverage_of.statuses(policy))}")
        inventory = load_facts(policy, facts, items)
        found = coverage_of.covered(policy, inventory, day_asked(inventory, as_of), engine_name)
        for stray in found.strays:
            hint = f"; {stray.hint}" if stray.hint else ""
            click.echo(f"`{stray.evidence}` names `{stray.number}`, which is no item of this framework{hint}", err=True)
        _write(found, chosen, output)
    ctx.exit(1 if fail_on is not None and found.may_be(fail_on) else 0)


def _write(found: coverage_of.FrameworkCoverage, format_: str, output: Path | None) -> None:
    if format_ == "xlsx" and output is not None:
        with whole_file(output) as part:
            framework_book.write(found, part)
    elif format_ == "json":
        deliver(framework_json.render(found), output)
    elif format_ == "html":
        deliver(framework_page.render(found), output)
    else:
        deliver(framework_text.render(found, text_width(_WIDE)), output)
