"""`licet test`: the tests that stand beside the rules, and facts that break properties."""

from __future__ import annotations

from pathlib import Path

import click

from licet.cli.options import paths_option, verbose_option
from licet.decide.from_outcome import decide
from licet.facts.inventory.load import load_facts
from licet.ir.policy import Policy
from licet.loading.policy_files import load_policy
from licet.report.decision_cells import why
from licet.run.engines import NAMES
from licet.trials.all import trials_of
from licet.trials.examples import ExampleResult, covered_rules, date_of_test, facts_of
from licet.trials.properties import PropertyResult
from licet.values import counted


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option("--coverage", is_flag=True, help="List the rules that no test makes hold, or none makes fail.")
@verbose_option
@click.option("--engine", "engine_name", type=click.Choice(NAMES), default="reference", help="Which engine decides.")
@paths_option("--facts", metavar="FACTS", words="Also look for broken properties in this inventory; may be repeated.")
@click.option("--quiet", is_flag=True, help="Print failures only.")
@click.pass_context
def test(
    ctx: click.Context,
    paths: tuple[Path, ...],
    coverage: bool,
    engine_name: str,
    facts: tuple[Path, ...],
    quiet: bool,
) -> None:
    """Run the `test` blocks of policies, and look for facts that break their properties.

    Exit code 1 if one fails or, with --coverage, if a rule is not covered.

    Example: licet test --coverage
    """
    policy = load_policy(paths)
    found = trials_of(policy, engine_name=engine_name, inventories=[load_facts(path, policy) for path in facts])
    for result in found.failed:
        click.echo(_failure(policy, result))
    for one in found.properties:
        _say_property(one, quiet=quiet)
    missing = found.uncovered if coverage else ()
    for group, lacking in missing:
        click.echo(f"not covered: {group} never {lacking}")
    if coverage and not quiet:
        total = len(covered_rules(policy))
        click.echo(f"{total - len(missing)} of {counted(total, 'rule')} covered", err=True)
    if not quiet:
        failed = len(found.failed)
        click.echo(f"{len(found.examples) - failed} passed, {failed} failed", err=True)
    ctx.exit(0 if found.passed and not missing else 1)


def _say_property(found: PropertyResult, *, quiet: bool) -> None:
    name = found.property.id
    if found.counterexample:
        click.echo(f'BROKEN property {name} "{found.property.title}"')
        for line in found.counterexample:
            click.echo(f"  {line}")
    elif not quiet:
        unknown = f", unknown in {found.unknown}" if found.unknown else ""
        click.echo(f"property {name}: holds in {counted(found.holds, 'case')} looked at{unknown}", err=True)


def _failure(policy: Policy, result: ExampleResult) -> str:
    place = result.test.span.address if result.test.span else result.test.module
    lines = [f'FAILED "{result.test.title}"', f"  --> {place}"]
    for failure in result.failures:
        if failure.span is not None:
            text = " ".join(failure.span.text.split())
            lines.append(f"  {failure.span.line}: {text}")
        lines.append(f"      expected: {failure.expected}")
        lines.append(f"      came:     {failure.came}")
        if failure.about is not None:
            name, subject = failure.about
            day = date_of_test(policy, result.test)
            (decision,) = decide(policy, facts_of(result.test), [subject], as_of=day)
            lines.append(f"      why:      {why(decision, name)}")
    return "\n".join(lines) + "\n"
