"""`licet map`: a first map of a foreign table, to be mended by whoever knows what its columns mean."""

from __future__ import annotations

from pathlib import Path

import click

from licet.cli.options import Location, policy_option
from licet.cli.outputs import deliver
from licet.errors import FactsError, UsageError
from licet.facts.files.sheets import SheetError
from licet.facts.files.sheets_of import DOCUMENTS, files_in, kind_of, sheets_in
from licet.facts.mapping.guess import guessed
from licet.loading.policy_files import load_policy
from licet.values import first_of

_SHOWN = 6  # files and sheets that are passed by


@click.command()
@click.option("--guess", "file", type=Location(), metavar="FILE", required=True, help="The table that a map is of.")
@click.option("--table", metavar="NAME", help="The entity or relation that it is a table of. Default: guessed.")
@click.option("--output", "-o", type=click.Path(path_type=Path), metavar="OUT", help="Write the map here.")
@policy_option
def map_(file: Path, table: str | None, output: Path | None, policies: tuple[Path, ...]) -> None:
    """Write a first map of the table FILE: which column is which field, with the distinct values counted.

    It is a guess: what a column means, and what each of its words means, is yours
    to say. What is not said is refused when facts are read by the map.

    Example: licet map --guess models.csv --table Model -o models.yaml
    """
    policy = load_policy(policies)
    (first, *others) = files_in(file, [*policy.entities, *policy.relations])
    if kind_of(first) in DOCUMENTS:
        raise UsageError(f"`{first}` is a document; maps of documents are written as docs/frameworks.md shows")
    try:
        sheet, *sheets = sheets_in(first)
        text = guessed(sheet, first, policy, table)
    except SheetError as error:
        raise FactsError(error.diagnostics) from error
    passed_by = [f"`{other}`" for other in (*others, *(further.titles[0] for further in sheets))]
    if passed_by:
        click.echo(f"this is a map of `{first}` alone: passed by {first_of(passed_by, _SHOWN)}", err=True)
    deliver(text, output)
