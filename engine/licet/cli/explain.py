"""`licet explain`: the answer for one subject, its proof, and why no other."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import date
from pathlib import Path

import click

from licet.cli.asked import Asked
from licet.cli.explain_all import check_all, explain_all
from licet.cli.options import deciding_options
from licet.cli.outputs import claimed_outputs
from licet.decide.decision import Decision
from licet.decide.from_outcome import decidable
from licet.errors import UsageError
from licet.facts.store import Facts, Subject
from licet.ir.policy import Policy
from licet.names import normal
from licet.report.decisions import asked_format
from licet.report.explanations import FORMATS, render
from licet.report.result_file import whole_file
from licet.suggest import did_you_mean


@click.command()
@click.argument("facts", type=click.Path(path_type=Path), metavar="FACTS")
@click.argument("subject", required=False)
@deciding_options
@click.option("--all", "all_", is_flag=True, help="Every subject: a page each, and an index, in the folder OUTPUT.")
@click.option("--replace", is_flag=True, help="With --all: in place of pages that are there.")
@click.option("--format", "format_", type=click.Choice(FORMATS), help="Default: text, or by the suffix of OUTPUT.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Write here instead of to stdout.")
def explain(
    facts: Path,
    subject: str | None,
    policies: tuple[Path, ...],
    as_of: date | None,
    jurisdictions: tuple[str, ...],
    engine_name: str,
    all_: bool,
    replace: bool,
    format_: str | None,
    output: Path | None,
) -> None:
    """Explain the decisions about SUBJECT (an id, or Type:id) in the inventory FACTS.

    Example: licet explain fixtures/frontier t-swiss
    """
    asked = Asked(facts, policies, as_of, jurisdictions, engine_name)
    if all_:
        explain_all(asked, *check_all(subject, format_, output), replace=replace)
        return
    if subject is None:
        raise UsageError("name a SUBJECT (an id, or Type:id), or --all with -o DIR for every one")
    if replace:
        raise UsageError("--replace goes with --all")
    chosen = asked_format(format_, output, FORMATS)
    with nullcontext() if output is None else claimed_outputs({"OUT": output}, [facts], policies):
        text = render(decided(asked, subject), chosen, width=_width())
        if output is None:
            click.echo(text, nl=False)
        else:
            with whole_file(output) as part:
                part.write_text(text, encoding="utf-8")


def decided(asked: Asked, subject: str) -> Decision:
    """All that is decided about the one subject that somebody names."""
    policy, inventory = asked.load()
    return asked.decide(policy, inventory, [find_subject(policy, inventory, subject)])[0]


def _width() -> int:
    wide = shutil.get_terminal_size((80, 24)).columns if sys.stdout.isatty() else 80
    return min(wide, 110)


def find_subject(policy: Policy, facts: Facts, text: str, type_: str | None = None) -> Subject:
    """The one thing with this id that a decision is about; `Type:id` where several have it."""
    head, _, tail = text.partition(":")
    if tail and head in policy.entities:
        type_, text = head, tail
    text = normal(text)
    known = [s for s in decidable(policy, facts) if type_ in (None, s.type)]
    fitting = [s for s in known if s.id == text]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise UsageError(f"several things are called `{text}`: write {_choices(fitting)}")
    others = facts.find(text)
    if others and type_ is None:
        raise UsageError(f"`{text}` is a {others[0].type}: no decision is about one")
    help_ = did_you_mean(text, (s.id for s in known))
    raise UsageError(f"there is no subject `{text}` in the inventory" + (f"; {help_}" if help_ else ""))


def _choices(subjects: Sequence[Subject]) -> str:
    return " or ".join(f"`{s.type}:{s.id}`" for s in subjects)
