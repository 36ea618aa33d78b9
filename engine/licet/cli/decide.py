"""`licet decide`: every subject of an inventory, as a table or as data."""

from __future__ import annotations

import shlex
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from licet.cli.options import deciding_options, load, note_undecided, today, type_option, typed
from licet.cli.outputs import claimed_outputs, coloured, text_width
from licet.decide.asked_for import check_concluded, check_jurisdictions, check_outcome, check_types
from licet.decide.decision import Decision
from licet.decide.from_outcome import decidable
from licet.decide.from_outcome import decide as decide_all
from licet.decide.from_tables import NOTHING
from licet.decide.result_table import result_schema, result_table
from licet.errors import UsageError
from licet.facts.store import Facts
from licet.ir.policy import Policy
from licet.report import decision_json, decision_text
from licet.report.decisions import BINARY, FORMATS, asked_format
from licet.report.result_file import result_file, whole_file
from licet.report.writer import About

_WIDE = 140  # columns
_DOCUMENTS = ("text", "json", "jsonl")  # one for each decision, with everything that is said of it


@click.command()
@click.argument("facts", type=click.Path(path_type=Path), metavar="FACTS")
@deciding_options
@type_option
@click.option("--format", "format_", type=click.Choice(FORMATS), help="Default: text, or by the suffix of OUTPUT.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Write here instead of to stdout.")
@click.option("--fail-on", metavar="OUTCOME", help="Exit code 1 if any decision may reach this outcome.")
@click.option("--all", "every", is_flag=True, help="Print every row, and all that the answers rest on.")
@click.option("--quiet", is_flag=True, help="Print the decisions only.")
@click.pass_context
def decide(
    ctx: click.Context,
    facts: Path,
    policies: tuple[Path, ...],
    as_of: date | None,
    jurisdictions: tuple[str, ...],
    engine_name: str,
    types: tuple[str, ...],
    format_: str | None,
    output: Path | None,
    fail_on: str | None,
    every: bool,
    quiet: bool,
) -> None:
    """Decide every subject of the inventory FACTS (YAML or tables: a file or a folder).

    Of many subjects a terminal shows first what matters: answers by outcome, what
    is open, what they rest on, and the gravest rows; --all shows the others too.

    Example: licet decide fixtures/frontier --as-of 2026-06-15
    """
    chosen = asked_format(format_, output)
    if output is None and chosen in BINARY:
        raise UsageError(f"{chosen} is nothing to read on a terminal; name a file with -o")
    with nullcontext() if output is None else claimed_outputs({"OUT": output}, [facts], policies):
        policy, inventory = load(facts, policies)
        check_jurisdictions(policy, jurisdictions)
        if fail_on is not None:
            check_outcome(policy, fail_on, jurisdictions)
        check_types(policy, types)
        subjects = [subject for subject in decidable(policy, inventory) if not types or subject.type in types]
        if not subjects:
            raise UsageError(NOTHING)
        check_concluded(policy, dict.fromkeys(subject.type for subject in subjects), jurisdictions)
        now = today(policy, inventory, as_of)
        decisions = decide_all(
            policy, inventory, subjects, as_of=as_of, today=now, engine_name=engine_name, jurisdictions=jurisdictions
        )
        note_undecided(policy, dict.fromkeys(d.subject.type for d in decisions), jurisdictions)
        result = _Result(policy, inventory, decisions, jurisdictions, chosen)
        if output is None:
            click.echo(result.text(every=every), nl=False, color=coloured())
        else:
            result.write(output)
            if not quiet:
                click.echo(f"{len(decisions)} decisions written to {output}", err=True)
    ctx.exit(1 if fail_on is not None and _reached(policy, decisions, fail_on) else 0)


@dataclass(frozen=True, slots=True, eq=False)
class _Result:
    """What was decided, in a format: documents, or for the formats of tables the columns that `licet batch` writes."""

    policy: Policy
    inventory: Facts
    decisions: tuple[Decision, ...]
    jurisdictions: tuple[str, ...]
    format: str

    def write(self, output: Path) -> None:
        if self.format in _DOCUMENTS:
            with whole_file(output) as part:
                part.write_text(_document(self.decisions, self.format), encoding="utf-8")
            return
        types = list(dict.fromkeys(d.subject.type for d in self.decisions))
        schema = result_schema(self.policy, types, self.jurisdictions)
        about = About(self.policy, self.inventory.fingerprint, self.decisions[0].engine)
        with result_file(output, schema, about, self.format) as writer:
            writer.write(result_table(self.policy, self.decisions, schema))

    def text(self, *, every: bool) -> str:
        """For a terminal or a pipe."""
        if self.format == "text":
            return decision_text.render(
                self.decisions,
                width=text_width(_WIDE),
                colour=coloured(),
                every=every,
                command=shlex.join(("licet", *typed(), "--all")),
            )
        if self.format in _DOCUMENTS:
            return _document(self.decisions, self.format)
        with TemporaryDirectory() as folder:
            self.write(Path(folder, "out"))
            return Path(folder, "out").read_text(encoding="utf-8")


def _document(decisions: tuple[Decision, ...], format_: str) -> str:
    if format_ == "json":
        return decision_json.render(decisions)
    return decision_json.render_lines(decisions) if format_ == "jsonl" else decision_text.render(decisions)


def _reached(policy: Policy, decisions: tuple[Decision, ...], outcome: str) -> bool:
    """Whether some decision's `may` bound is at or beyond the outcome in its own chain."""
    for decision in decisions:
        for overall in decision.overall:
            chain = policy.decisions[overall.decision].outcomes
            if outcome in chain and chain.index(overall.may) >= chain.index(outcome):
                return True
    return False
