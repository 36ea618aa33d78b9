"""`licet decide`: every subject of an inventory, as a table or as data."""

from __future__ import annotations

import shutil
import sys
from datetime import date
from pathlib import Path

import click

from licet.cli.options import check_jurisdictions, check_outcome, deciding_options, load, today
from licet.decide.decision import Decision
from licet.decide.from_outcome import decide as decide_all
from licet.errors import UsageError
from licet.ir.policy import Policy
from licet.report import decision_json, decision_text
from licet.report.decisions import BY_SUFFIX, FORMATS


@click.command()
@click.argument("facts", type=click.Path(path_type=Path), metavar="FACTS")
@deciding_options
@click.option("--format", "format_", type=click.Choice(FORMATS), help="Default: text, or by the suffix of OUTPUT.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Write here instead of to stdout.")
@click.option("--fail-on", metavar="OUTCOME", help="Exit code 1 if any decision may reach this outcome.")
@click.option("--quiet", is_flag=True, help="Print the decisions only.")
@click.pass_context
def decide(
    ctx: click.Context,
    facts: Path,
    policies: tuple[Path, ...],
    as_of: date | None,
    jurisdictions: tuple[str, ...],
    engine_name: str,
    format_: str | None,
    output: Path | None,
    fail_on: str | None,
    quiet: bool,
) -> None:
    """Decide every subject of the inventory FACTS (YAML or tables: a file or a folder).

    Example: licet decide fixtures/frontier --as-of 2026-06-15
    """
    policy, inventory = load(facts, policies)
    check_jurisdictions(policy, jurisdictions)
    if fail_on is not None:
        check_outcome(policy, fail_on)
    now = today(policy, inventory, as_of)
    decisions = decide_all(
        policy, inventory, as_of=as_of, today=now, engine_name=engine_name, jurisdictions=jurisdictions
    )
    if not decisions:
        raise UsageError("nothing to decide: the inventory has no subject that a decision is about")
    chosen = format_ or (BY_SUFFIX.get(output.suffix, "text") if output else "text")
    text = _render(decisions, chosen, to_terminal=output is None)
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")
        if not quiet:
            click.echo(f"{len(decisions)} decisions written to {output}", err=True)
    ctx.exit(1 if fail_on is not None and _reached(policy, decisions, fail_on) else 0)


def _render(decisions: tuple[Decision, ...], format_: str, *, to_terminal: bool) -> str:
    if format_ == "json":
        return decision_json.render(decisions)
    if format_ == "jsonl":
        return decision_json.render_lines(decisions)
    width = min(shutil.get_terminal_size((80, 24)).columns, 120) if to_terminal and sys.stdout.isatty() else 80
    return decision_text.render(decisions, width=width)


def _reached(policy: Policy, decisions: tuple[Decision, ...], outcome: str) -> bool:
    """Whether some decision's `may` bound is at or beyond the outcome in its own chain."""
    for decision in decisions:
        for overall in decision.overall:
            chain = policy.decisions[overall.decision].outcomes
            if outcome in chain and chain.index(overall.may) >= chain.index(outcome):
                return True
    return False
