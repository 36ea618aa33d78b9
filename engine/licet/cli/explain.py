"""`licet explain`: the answer for one subject, its proof, and why no other."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import date
from pathlib import Path

import click

from licet.cli.options import deciding_options, load, today
from licet.cli.outputs import claimed_outputs
from licet.decide.asked_for import check_jurisdictions
from licet.decide.decision import Decision
from licet.decide.from_outcome import decidable, decide
from licet.errors import UsageError
from licet.explain.from_decision import explain as explain_decision
from licet.facts.store import Facts, Subject
from licet.ir.policy import Policy
from licet.names import normal
from licet.report import explanation_json, explanation_markdown, explanation_mermaid, explanation_page, explanation_text
from licet.report.decisions import asked_format
from licet.report.result_file import whole_file
from licet.suggest import did_you_mean

_FORMATS = ("text", "markdown", "json", "html", "mermaid")


@click.command()
@click.argument("facts", type=click.Path(path_type=Path), metavar="FACTS")
@click.argument("subject")
@deciding_options
@click.option("--format", "format_", type=click.Choice(_FORMATS), help="Default: text, or by the suffix of OUTPUT.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Write here instead of to stdout.")
def explain(
    facts: Path,
    subject: str,
    policies: tuple[Path, ...],
    as_of: date | None,
    jurisdictions: tuple[str, ...],
    engine_name: str,
    format_: str | None,
    output: Path | None,
) -> None:
    """Explain the decisions about SUBJECT (an id, or Type:id) in the inventory FACTS.

    Example: licet explain fixtures/frontier t-swiss
    """
    chosen = asked_format(format_, output, _FORMATS)
    with nullcontext() if output is None else claimed_outputs({"OUT": output}, [facts], policies):
        decision = decided(facts, subject, policies, as_of, jurisdictions, engine_name)
        text = _render(decision, chosen)
        if output is None:
            click.echo(text, nl=False)
        else:
            with whole_file(output) as part:
                part.write_text(text, encoding="utf-8")


def decided(
    facts: Path,
    subject: str,
    policies: tuple[Path, ...],
    as_of: date | None,
    jurisdictions: tuple[str, ...],
    engine_name: str,
) -> Decision:
    """All that is decided about the one subject that somebody names."""
    policy, inventory = load(facts, policies)
    check_jurisdictions(policy, jurisdictions)
    found = find_subject(policy, inventory, subject)
    now = today(policy, inventory, as_of)
    return decide(
        policy, inventory, [found], as_of=as_of, today=now, engine_name=engine_name, jurisdictions=jurisdictions
    )[0]


def _render(decision: Decision, format_: str) -> str:
    if format_ == "json":
        return explanation_json.render(decision)
    document = explanation_json.document(decision)
    if format_ == "html":
        return explanation_page.render_document(document)
    if format_ == "mermaid":
        return explanation_mermaid.render(document)
    explanation = explain_decision(decision)
    if format_ == "markdown":
        return explanation_markdown.render(explanation, document)
    wide = shutil.get_terminal_size((80, 24)).columns if sys.stdout.isatty() else 80
    return explanation_text.render(explanation, document, width=min(wide, 110))


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
