"""An inventory decided in memory, with everything that is said of each decision: to the screen, or into a file."""

from __future__ import annotations

import shlex
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from licet.cli.deciding import DOCUMENTS, Options, checked_policy
from licet.cli.options import load_facts, note_undecided, typed
from licet.cli.outputs import claimed_outputs
from licet.cli.screen import coloured, text_width
from licet.decide.asked_for import check_concluded
from licet.decide.decision import Decision
from licet.decide.from_outcome import decidable
from licet.decide.table.from_tables import NOTHING
from licet.decide.table.result_table import result_schema, result_table
from licet.errors import UsageError
from licet.facts.store import Facts
from licet.ir.policy import Policy
from licet.report import decision_json, decision_text
from licet.report.result_file import result_file, whole_file
from licet.report.writer import ResultNotes
from licet.values import counted

_WIDE = 140  # columns


def in_memory(options: Options) -> int:
    """Decides what is asked for; returns the exit code."""
    facts = (options.facts, *options.further)
    with claimed_outputs(options.outputs, facts, options.policies) if options.output else nullcontext():
        policy = checked_policy(options)
        inventory = load_facts(policy, *facts)
        wanted = [s for s in decidable(policy, inventory) if not options.types or s.type in options.types]
        if not wanted:
            raise UsageError(NOTHING)
        check_concluded(policy, dict.fromkeys(subject.type for subject in wanted), options.jurisdictions)
        decisions = options.asked.decide(policy, inventory, wanted)
        note_undecided(policy, dict.fromkeys(d.subject.type for d in decisions), options.jurisdictions)
        result = _Result(policy, inventory, decisions, options)
        if options.output is None:
            click.echo(result.text(), nl=False, color=coloured())
        else:
            result.write(options.output)
            if not options.quiet:
                click.echo(f"{counted(len(decisions), 'decision')} written to {options.output}", err=True)
    return 1 if options.fail_on is not None and _may_be(policy, decisions, options.fail_on) else 0


@dataclass(frozen=True, slots=True, eq=False)
class _Result:
    """What was decided, in a format: documents, or for the formats of tables the columns that `licet batch` writes."""

    policy: Policy
    inventory: Facts
    decisions: tuple[Decision, ...]
    options: Options

    @property
    def documents(self) -> bool:
        return self.options.format in DOCUMENTS and not self.options.rows

    def write(self, output: Path) -> None:
        if self.documents:
            with whole_file(output) as part:
                part.write_text(_document(self.decisions, self.options.format), encoding="utf-8")
            return
        types = list(dict.fromkeys(d.subject.type for d in self.decisions))
        schema = result_schema(self.policy, types, self.options.jurisdictions)
        about = ResultNotes(self.policy, self.inventory.fingerprint, self.decisions[0].engine)
        with result_file(output, schema, about, self.options.format) as writer:
            writer.write(result_table(self.policy, self.decisions, schema))

    def text(self) -> str:
        """For a terminal or a pipe."""
        if self.options.format == "text":
            return decision_text.render(
                self.decisions,
                width=text_width(_WIDE),
                colour=coloured(),
                every=self.options.every,
                command=shlex.join(("licet", *typed(), "--all")),
            )
        if self.documents:
            return _document(self.decisions, self.options.format)
        with TemporaryDirectory() as folder:
            self.write(Path(folder, "out"))
            return Path(folder, "out").read_text(encoding="utf-8")


def _document(decisions: tuple[Decision, ...], format_: str) -> str:
    if format_ == "json":
        return decision_json.render(decisions)
    return decision_json.render_lines(decisions) if format_ == "jsonl" else decision_text.render(decisions)


def _may_be(policy: Policy, decisions: tuple[Decision, ...], outcome: str) -> bool:
    """Whether some decision may reach the outcome, or one beyond it."""
    overall = (one for decision in decisions for one in decision.overall)
    return any(policy.decisions[one.decision].reaches(one.may, outcome) for one in overall)
