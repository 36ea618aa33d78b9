"""`licet lists import`: a screening list as it is downloaded, as sheets of an inventory."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from licet.cli.options import Day, policy_option
from licet.cli.screen import echo_findings, text_width
from licet.decide.decision import NOTICE
from licet.errors import FactsError, UsageError
from licet.facts.files.sheets import SheetError
from licet.loading.policy_files import load_policy
from licet.release.screening import folder as import_folder
from licet.release.screening import imported, records, shapes
from licet.report.diagnostics_full import render
from licet.report.escapes import for_json

_WIDE = 100  # columns


@click.group()
def lists() -> None:
    """Lists of restricted parties: read one into an inventory.

    Example: licet lists import consolidated.json -o inventory/lists
    """


@lists.command(name="import")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option(
    "--output",
    "-o",
    "folder",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="A new folder for the sheets; or the import before, which is replaced.",
)
@click.option("--as-of", type=Day(), help="The day of which FILE is. Default: the day that it says, else today.")
@click.option(
    "--previous",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The import before: what is known since it, what ended and what changed.",
)
@click.option("--keep-going", is_flag=True, help="Leave entries out that cannot be read; exit code 1 if there are any.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="How to print it.")
@policy_option
@click.pass_context
def import_(
    ctx: click.Context,
    file: Path,
    folder: Path,
    as_of: date | None,
    previous: Path | None,
    keep_going: bool,
    format_: str,
    policies: tuple[Path, ...],
) -> None:
    """Make parties and listings of the US Consolidated Screening List.

    FILE is consolidated.json or consolidated.csv as trade.gov has them, packed or
    not, or the compact JSON of others. In DIR there are Party.jsonl and
    listed.jsonl, which are part of an inventory as they are, and provenance.json:
    the hash of FILE, its day, the entries of each list, what changed.

    A listing stands from the day that its entry names; else on the day of the
    import and later, and before that nobody can say. With --previous DIR the
    first import that had it counts, and what is gone ends.

    Parties keep their ids from import to import (`SDN-1234`, or the list and a
    digest of the name), so that transfers, owners and consignees may name them.
    No names are matched: your own parties are in no list until somebody records
    that they are, and that none was found says nothing of them.

    Example: licet lists import consolidated.json -o inventory/lists
    """
    policy = load_policy(policies)
    records.lists_of(policy)
    import_folder.check_place(folder, previous)
    if not file.exists():
        raise UsageError(f"there is no file `{file}`")
    try:
        read = shapes.read(file)
    except SheetError as error:
        raise FactsError(error.diagnostics) from error
    today = date.today()  # noqa: DTZ011 - the user's own calendar day
    day = imported.day_of(read, as_of, today)
    if as_of is None and not read.generated:
        click.echo(f"the file says no day: taken as of today, {today}", err=True)
    made = imported.make(policy, read, day, previous)
    found = imported.findings(made)
    if found and not keep_going:
        raise FactsError(found)
    if not made.entries:
        raise UsageError(f"`{file}` has no entry that can be read: nothing is written")
    files = import_folder.contents(made.sheets)
    document = imported.document(made, files, NOTICE)
    import_folder.write(folder, files, document, made.wrong, read.name)
    if found:
        echo_findings(render(found), err=True)
    for line in imported.summary(made, folder):
        click.echo(line, err=True)
    if format_ == "json":
        click.echo(for_json(document, indent=2))
    else:
        click.echo(f"{imported.text(made, text_width(_WIDE))}{NOTICE}")
    ctx.exit(1 if found else 0)
