"""`licet decide`: every subject of an inventory, as a table or as data."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from licet.cli.options import deciding_options, load, note_undecided, today
from licet.cli.outputs import claimed_outputs, text_width
from licet.decide.asked_for import check_concluded, check_jurisdictions, check_outcome
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

_DOCUMENTS = ("text", "json", "jsonl")  # one for each decision, with everything that is said of it


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
    chosen = asked_format(format_, output)
    if output is None and chosen in BINARY:
        raise UsageError(f"{chosen} is nothing to read on a terminal; name a file with -o")
    with nullcontext() if output is None else claimed_outputs({"OUT": output}, [facts], policies):
        policy, inventory = load(facts, policies)
        check_jurisdictions(policy, jurisdictions)
        if fail_on is not None:
            check_outcome(policy, fail_on, jurisdictions)
        subjects = list(decidable(policy, inventory))
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
            click.echo(result.text(), nl=False)
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
                part.write_text(_document(self.decisions, self.format, to_terminal=False), encoding="utf-8")
            return
        types = list(dict.fromkeys(d.subject.type for d in self.decisions))
        schema = result_schema(self.policy, types, self.jurisdictions)
        about = About(self.policy, self.inventory.fingerprint, self.decisions[0].engine)
        with result_file(output, schema, about, self.format) as writer:
            writer.write(result_table(self.policy, self.decisions, schema))

    def text(self) -> str:
        """For a terminal or a pipe."""
        if self.format in _DOCUMENTS:
            return _document(self.decisions, self.format, to_terminal=True)
        with TemporaryDirectory() as folder:
            self.write(Path(folder, "out"))
            return Path(folder, "out").read_text(encoding="utf-8")


def _document(decisions: tuple[Decision, ...], format_: str, *, to_terminal: bool) -> str:
    if format_ == "json":
        return decision_json.render(decisions)
    if format_ == "jsonl":
        return decision_json.render_lines(decisions)
    return decision_text.render(decisions, width=text_width(120) if to_terminal else 80)


def _reached(policy: Policy, decisions: tuple[Decision, ...], outcome: str) -> bool:
    """Whether some decision's `may` bound is at or beyond the outcome in its own chain."""
    for decision in decisions:
        for overall in decision.overall:
            chain = policy.decisions[overall.decision].outcomes
            if outcome in chain and chain.index(overall.may) >= chain.index(outcome):
                return True
    return False
