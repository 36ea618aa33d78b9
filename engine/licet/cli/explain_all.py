"""`licet explain --all`: a page for every subject of decisions, or of what is asked for by name, and an index."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from licet.cli.asked import CommandLine
from licet.cli.outputs import claimed_folder
from licet.cli.progress import Progress
from licet.cli.subjects import types_with
from licet.decide.decision import NOTICE, Decision
from licet.decide.from_outcome import decidable
from licet.decide.table.from_tables import NOTHING
from licet.errors import UsageError
from licet.explain.named import narrowed
from licet.explain.questions import questions
from licet.explain.verdict import read_again, verdict_on
from licet.facts.inventory.document import facts_document
from licet.facts.store import Facts, Subject
from licet.ir.policy import Policy
from licet.report import explanation_index, explanation_json, explanations
from licet.report.page_folder import INDEX, SUFFIXES, file_names, whole_folder
from licet.values import counted

_MOST = 5  # names of pages that are told


def check_all(format_: str | None, output: Path | None) -> tuple[str, Path]:
    """The format of the pages, and where they go. Errors: `UsageError` for what `--all` does not go with."""
    if output is None:
        raise UsageError("--all writes a page for each subject: name a folder with -o DIR")
    if format_ is not None and format_ not in SUFFIXES:
        raise UsageError(f"--all writes {', '.join(SUFFIXES)}, and no {format_}")
    if not output.is_dir() and output.suffix.lower() in (*SUFFIXES.values(), ".htm", ".pdf", ".txt", ".mmd"):
        raise UsageError(f"--all writes a folder, and `{output.name}` is called like a file: name a folder")
    return format_ or "html", output


def explain_all(
    asked: CommandLine, about: Sequence[str], format_: str, folder: Path, *, replace: bool, is_checked: bool
) -> None:
    """Writes all of it, or nothing where it is stopped; says on stderr how far it is. `about` are names that are asked
    for alone.

    Where a second program refuses a page, the page says so, and the exit code is 1.
    """
    policy, inventory = asked.load()
    decisions = _named(asked, policy, inventory, about) if about else _decided(asked, policy, inventory)
    names = file_names([decision.subject for decision in decisions], format_)
    with claimed_folder(folder, names.values(), [asked.facts], asked.policies, replace=replace):
        refused = _write(policy, inventory, decisions, names, format_, folder, is_checked)
    click.echo(f"{counted(len(names), 'page')} and {INDEX} written to {folder}; {NOTICE}", err=True)
    if refused:
        told = ", ".join(map(str, refused[:_MOST])) + (" and more" if refused[_MOST:] else "")
        click.echo(f"error: a second program refuses {len(refused)} of them: {told}", err=True)
        click.get_current_context().exit(1)


def _decided(asked: CommandLine, policy: Policy, inventory: Facts) -> list[Decision]:
    """Those with an answer: a score alone has no sheet, and a jurisdiction that is asked may have no rule."""
    types = {decision.entity for decision in policy.decisions.values()}
    subjects = [subject for subject in decidable(policy, inventory) if subject.type in types]
    decisions = [decision for decision in asked.decide(policy, inventory, subjects) if decision.answers]
    if not decisions:
        raise UsageError(NOTHING)
    return decisions


def _named(asked: CommandLine, policy: Policy, inventory: Facts, about: Sequence[str]) -> list[Decision]:
    """Of every thing of which rules may state all that is asked for, that alone."""
    decisions = []
    for type_, known in types_with(policy, inventory, about).items():
        for decision in asked.decide(policy, inventory, list(inventory.subjects(type_))):
            found = narrowed(decision, known)
            if next(questions(found), None) is not None:
                decisions.append(found)
    if not decisions:
        raise UsageError(NOTHING)
    return decisions


def _write(
    policy: Policy,
    inventory: Facts,
    decisions: Sequence[Decision],
    names: dict[Subject, str],
    format_: str,
    folder: Path,
    is_checked: bool,
) -> list[str]:
    """The names of the pages that a second program refuses."""
    each = (
        "some seconds each, most of them for the second program (--no-check)" if is_checked else "about a second each"
    )
    click.echo(f"{counted(len(names), 'page')} to write, {each}", err=True)
    documents = (read_again(policy), facts_document(inventory)) if is_checked else None
    progress = Progress(len(names), unit="pages")
    rows = []
    refused = []
    try:
        with whole_folder(folder, set(names.values())) as part:
            for number, (decision, name) in enumerate(zip(decisions, names.values(), strict=True), 1):
                document = explanation_json.document(decision)
                verdict = None if documents is None else verdict_on(*documents, document)
                refused += [name] if verdict is not None and verdict.refused else []
                text = explanations.render_document(decision, document, format_, verdict)
                (part / name).write_text(text, encoding="utf-8")
                rows.append(explanation_index.row(policy, decision, document, name))
                progress.at(number)
            index = explanation_index.render(policy, decisions[0], rows)
            (part / INDEX).write_text(index, encoding="utf-8")
    finally:
        progress.end()
    return refused
