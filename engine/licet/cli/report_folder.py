"""`licet report --facts`: a report whose cases lead to a decision sheet each, decided again from the facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from licet.cli.asked import CommandLine
from licet.cli.options import load_facts
from licet.cli.outputs import claimed_folder
from licet.cli.progress import Progress
from licet.decide.decision import NOTICE, Decision
from licet.errors import UsageError
from licet.explain.verdict import read_again, verdict_on
from licet.facts.inventory.document import facts_document
from licet.facts.store import Facts, Subject
from licet.ir.outcomes import jurisdictions_of
from licet.ir.policy import COMMON, Policy
from licet.report import explanation_json, explanations
from licet.report.page_folder import INDEX, file_names, whole_folder
from licet.report.results import result_page
from licet.values import counted, first_of

_MOST = 3  # subjects that a line names


def report_folder(
    policy: Policy,
    document: dict[str, Any],
    asked: CommandLine,
    results: Path,
    folder: Path,
    *,
    replace: bool,
    is_checked: bool,
) -> None:
    """Writes the report as the index of a folder, and a sheet for each of its cases that the facts have.

    What a sheet says otherwise than the row it stands for is told in the report: the facts, or the policy, are not
    those of the result. Errors: `UsageError` where the folder holds anything.
    """
    inventory = load_facts(policy, asked.facts)
    cases = [case for kind in ("open", "determined") for case in document["cases"][kind]["shown"]]
    decisions = _decided(policy, inventory, asked, cases, _jurisdictions(policy, document))
    names = file_names(list(decisions), "html")
    document["notes"] = list(_notes(cases, decisions))
    with claimed_folder(folder, names.values(), [asked.facts, results], asked.policies, replace=replace):
        _write(policy, inventory, document, decisions, names, folder, is_checked=is_checked)
    click.echo(f"{INDEX} and {counted(len(names), 'page')} behind it written to {folder}; {NOTICE}", err=True)


def _decided(
    policy: Policy,
    inventory: Facts,
    asked: CommandLine,
    cases: Sequence[Mapping[str, Any]],
    jurisdictions: tuple[str, ...],
) -> dict[Subject, Decision]:
    """Each case that the facts have, as of the day of its row; in the order of the report."""
    by_day: dict[date | None, list[Subject]] = {}
    for case in cases:
        subject = Subject(case["type"], case["id"])
        if subject.id in inventory.entities.get(subject.type, {}):
            day = None if case["as_of"] is None else date.fromisoformat(case["as_of"])
            by_day.setdefault(day, []).append(subject)
    found = {}
    for day, subjects in by_day.items():
        as_asked = CommandLine(asked.facts, asked.policies, day, jurisdictions, asked.engine_name)
        for decision in as_asked.decide(policy, inventory, subjects):
            if decision.answers:
                found[decision.subject] = decision
    order = [Subject(case["type"], case["id"]) for case in cases]
    return {subject: found[subject] for subject in dict.fromkeys(order) if subject in found}


def _jurisdictions(policy: Policy, document: Mapping[str, Any]) -> tuple[str, ...]:
    """Those that the result has columns of, where it has not those of all."""
    asked = {one["jurisdiction"] for told in document["decisions"] for one in told["jurisdictions"]} - {COMMON}
    known = {place for told in document["decisions"] for place in jurisdictions_of(policy, told["decision"])} - {COMMON}
    return () if asked == known or not asked else tuple(sorted(asked))


def _notes(cases: Sequence[Mapping[str, Any]], decisions: Mapping[Subject, Decision]) -> list[str]:
    """What the sheets say otherwise than the rows, and which rows have none."""
    gone, otherwise = [], []
    for case in cases:
        decision = decisions.get(Subject(case["type"], case["id"]))
        if decision is None:
            gone.append(f"{case['type']} {case['id']}")
            continue
        told = {one["decision"]: (one["must"], one["may"]) for one in case["answers"]}
        if told != {one.decision: (one.must, one.may) for one in decision.overall if one.decision in told}:
            otherwise.append(f"{case['type']} {case['id']}")
    notes = []
    if gone:
        notes.append(f"No sheet for {counted(len(gone), 'case')} that the facts do not have: {first_of(gone, _MOST)}.")
    if otherwise:
        notes.append(
            f"The sheets of {counted(len(otherwise), 'case')} say something else than the rows: the facts or the policy"
            f" are not those of the result: {first_of(otherwise, _MOST)}."
        )
    return notes


def _write(
    policy: Policy,
    inventory: Facts,
    document: Mapping[str, Any],
    decisions: Mapping[Subject, Decision],
    names: Mapping[Subject, str],
    folder: Path,
    *,
    is_checked: bool,
) -> None:
    again = (read_again(policy), facts_document(inventory)) if is_checked else None
    progress = Progress(len(names), unit="pages")
    refused = []
    try:
        with whole_folder(folder, set(names.values())) as part:
            for number, (subject, decision) in enumerate(decisions.items(), 1):
                told = explanation_json.document(decision)
                verdict = None if again is None else verdict_on(*again, told)
                refused += [names[subject]] if verdict is not None and verdict.refused else []
                text = explanations.render_document(decision, told, "html", verdict)
                (part / names[subject]).write_text(text, encoding="utf-8")
                progress.at(number)
            links = {(subject.type, subject.id): name for subject, name in names.items()}
            (part / INDEX).write_text(result_page.render(document, links), encoding="utf-8")
    finally:
        progress.end()
    if refused:
        raise UsageError(f"a second program refuses {len(refused)} of the pages: {first_of(refused, _MOST)}")
