"""`licet matrix`: every model against every destination, as a table or as a release map."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import click
import pyarrow as pa

from licet.cli.options import (
    Day,
    Location,
    engine_option,
    inventory_options,
    jurisdiction_option,
    load,
    policy_option,
    verbose_option,
)
from licet.cli.outputs import claimed_outputs
from licet.decide.asked_for import check_jurisdictions
from licet.decide.decision import NOTICE
from licet.facts.store import Facts
from licet.facts.tables import tables_from_facts
from licet.ir.policy import Decision, Policy
from licet.release.grid import PROFILES, Grid, cells, chosen_profiles, decision_of, grid, with_places
from licet.release.grid_vocabulary import MODEL, TRANSFER, check_vocabulary
from licet.release.release_map import release_map
from licet.release.release_map_page import render
from licet.report.decisions import format_of
from licet.report.result_file import result_file, whole_file
from licet.report.writer import ResultNotes
from licet.run.columnar import engine as columnar
from licet.values import counted

PAGE = ".html"


@click.command()
@click.argument("facts", type=Location(), metavar="FACTS")
@policy_option
@inventory_options
@click.option("--output", "-o", type=click.Path(path_type=Path), required=True, help="A .html map, or a table.")
@click.option("--as-of", type=Day(), help="The date of every transfer. Default: the inventory's, else today.")
@click.option("--decision", "decision_name", metavar="NAME", help="The decision that the map shows.")
@click.option("--profile", "profiles", multiple=True, type=click.Choice(list(PROFILES)), help="Who receives.")
@click.option("--model", "models", multiple=True, metavar="ID", help="Only this model; may be repeated.")
@jurisdiction_option
@engine_option
@verbose_option
@click.option("--destination", "destinations", multiple=True, metavar="CODE", help="Only this country; repeatable.")
def matrix(
    facts: Path,
    policies: tuple[Path, ...],
    output: Path,
    as_of: date | None,
    decision_name: str | None,
    profiles: tuple[str, ...],
    models: tuple[str, ...],
    jurisdictions: tuple[str, ...],
    destinations: tuple[str, ...],
    engine_name: str,
) -> None:
    """Decide the export of every model in FACTS to every destination.

    OUT is a release map (.html: one page to open in a browser, which loads nothing), or a table
    (.csv, .jsonl, .parquet, .xlsx, .arrow, .json, .txt). What is assumed of consignees and end use is said in it.

    Example: licet matrix fixtures/frontier -o map.html --destination CH --destination JP
    """
    format_of(output, [PAGE])
    with claimed_outputs({"OUT": output}, [facts], policies):
        policy, inventory = load(facts, policies)
        check_vocabulary(policy)
        check_jurisdictions(policy, jurisdictions)
        decision = decision_of(policy, decision_name, jurisdictions)
        made = grid(
            policy,
            tables_from_facts(inventory, policy),
            _day(as_of or inventory.as_of),
            models=list(dict.fromkeys(models)) or None,
            destinations=[code.upper() for code in dict.fromkeys(destinations)] or None,
            profiles=chosen_profiles(profiles),
        )
        click.echo(f"{counted(made.size, 'transfer')} to decide", err=True)
        result = cells(policy, made.tables, TRANSFER, made.as_of, jurisdictions, engine_name)
        if output.suffix.lower() == PAGE:
            _write_page(output, policy, inventory, made, result, decision, engine_name)
        else:
            table = with_places(made, result)
            about = ResultNotes(
                policy, inventory.fingerprint, columnar.NAME if engine_name == "auto" else engine_name, made.assumptions
            )
            with result_file(output, table.schema, about) as writer:
                for batch in table.to_batches(max_chunksize=65_536):
                    writer.write(batch)
        click.echo(_summary(decision, result), err=True)
        click.echo(f"written to {output}; {NOTICE}", err=True)


def _day(day: date | None) -> date:
    if day is not None:
        return day
    now = date.today()  # noqa: DTZ011 - the user's own calendar day
    click.echo(f"no date given: every transfer is decided as of today, {now}", err=True)
    return now


def _write_page(
    output: Path,
    policy: Policy,
    inventory: Facts,
    made: Grid,
    result: pa.Table,
    decision: Decision,
    engine_name: str,
) -> None:
    models = cells(policy, made.tables, MODEL, made.as_of, (), engine_name)
    page = render(release_map(policy, inventory, made, result, decision, models))
    with whole_file(output) as part:
        part.write_text(page, encoding="utf-8")


def _summary(decision: Decision, result: pa.Table) -> str:
    must, may = (result[f"{decision.name}.{bound}"].to_pylist() for bound in ("must", "may"))
    counts = Counter(low if low == high else "not_determined" for low, high in zip(must, may, strict=True))
    said = ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in counts.most_common())
    return f"{decision.phrase}: {said}"
